"""Versions of models: numbered, whole, read-only; a champion that two people stand for."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.cli import sentence
from app.texts import speaking
from data.durable import remove_tree
from data.errors import Busy, DataError
from data.lock import exclusive
from models import approvals, artefact
from models.artefact import CorruptModel, NoModel, PromotionRefused
from tests.made_up import applications, wide
from tests.trained import APPROVED_BY, PROPOSED_BY, Learned, described, publish

CONTRACT = wide(3, 1)


@pytest.fixture(scope="module")
def made() -> tuple[dict[str, Any], Learned]:
    """A card's fields and the model they describe."""
    return described(applications(CONTRACT, 400), CONTRACT, "s1", trees=5, depth=2)


@pytest.fixture
def versions(home: Path, made: tuple[dict[str, Any], Learned]) -> Path:
    """Three versions, nothing promoted."""
    for _ in range(3):
        publish(home, *made, CONTRACT)
    return home


def test_a_published_version_is_read_only_whole_and_gives_its_card_back(
    home: Path, made: tuple[dict[str, Any], Learned]
) -> None:
    card = publish(home, *made, CONTRACT)
    found = artefact.verified(home, 1)
    assert found.card == card
    assert (found.card.version, found.card.features, found.card.proposed_by) == (
        1,
        ("n0", "n1", "n2", "w0"),
        PROPOSED_BY,
    )
    assert found.contract == CONTRACT
    assert json.loads(found.trees)["oblivious_trees"]
    files = {path.name: path for path in found.folder.iterdir()}
    assert set(files) == {"card.json", "card.sha256", "model.cbm", "trees.json", "scoring.toml"}
    assert {oct(path.stat().st_mode)[-3:] for path in files.values()} == {"444"}
    assert oct(found.folder.stat().st_mode)[-3:] == "555"
    stated = json.loads(files["card.json"].read_bytes())["files"]
    assert {name: entry["size"] for name, entry in stated.items()} == {
        name: files[name].stat().st_size for name in ("model.cbm", "trees.json", "scoring.toml")
    }


def test_versions_are_numbered_on_and_listed_the_newest_first(versions: Path) -> None:
    assert [card.version for card in artefact.versions(versions)] == [3, 2, 1]
    with pytest.raises(NoModel) as unknown:
        artefact.verified(versions, 4)
    assert unknown.value.reason == "unknown"


def test_a_number_is_never_given_twice(versions: Path, made: tuple[dict[str, Any], Learned]) -> None:
    artefact.promote(versions, 3, APPROVED_BY)
    remove_tree(versions / "models" / "3")
    assert publish(versions, *made, CONTRACT).version == 4


def test_a_home_without_a_champion_has_no_model(versions: Path, tmp_path: Path) -> None:
    for home in (versions, tmp_path / "nowhere"):
        with pytest.raises(NoModel) as nothing:
            artefact.champion(home)
        assert nothing.value.reason == "none"
        assert artefact.named(home) is None


def test_the_promoted_version_serves_with_who_approved_it(versions: Path) -> None:
    artefact.promote(versions, 2, f"  {APPROVED_BY} ")
    serving = artefact.champion(versions)
    assert (serving.card.version, serving.approval.approved_by, serving.fallback_from) == (
        2,
        APPROVED_BY,
        None,
    )
    assert serving.approval.sha256 == serving.artefact.seal
    assert artefact.named(versions) == 2


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        (PROPOSED_BY, "same_person"),
        (f" {PROPOSED_BY.upper()} ", "same_person"),
        ("", "nameless"),
        (" \t", "nameless"),
    ],
)
def test_nobody_approves_their_own_model_and_nobody_is_nobody(versions: Path, by: str, reason: str) -> None:
    artefact.promote(versions, 1, APPROVED_BY)
    with pytest.raises(PromotionRefused) as refusal:
        artefact.promote(versions, 2, by)
    assert refusal.value.reason == reason
    assert artefact.named(versions) == 1


def test_the_champion_is_not_promoted_again_but_an_earlier_one_may_come_back(versions: Path) -> None:
    for version in (1, 2):
        artefact.promote(versions, version, APPROVED_BY)
    with pytest.raises(PromotionRefused) as refusal:
        artefact.promote(versions, 2, APPROVED_BY)
    assert refusal.value.reason == "already"
    artefact.promote(versions, 1, "Joan")
    told = json.loads((versions / "models" / "CHAMPION").read_bytes())
    assert [told["version"], *(each["version"] for each in told["previous"])] == [1, 2, 1]
    assert told["approved_by"] == "Joan"


def test_what_is_not_there_or_not_intact_is_not_promoted(versions: Path) -> None:
    with pytest.raises(NoModel):
        artefact.promote(versions, 9, APPROVED_BY)
    cut_short(versions / "models" / "2" / "model.cbm")
    with pytest.raises(CorruptModel):
        artefact.promote(versions, 2, APPROVED_BY)
    assert artefact.named(versions) is None


def test_a_corrupt_champion_yields_to_the_newest_approved_before_it_never_to_a_newer_version(
    versions: Path,
) -> None:
    for version in (1, 2):
        artefact.promote(versions, version, APPROVED_BY)
    cut_short(versions / "models" / "2" / "trees.json")
    serving = artefact.champion(versions)
    assert (serving.card.version, serving.fallback_from) == (1, "2")
    cut_short(versions / "models" / "1" / "scoring.toml")
    with pytest.raises(NoModel) as nothing:
        artefact.champion(versions)
    assert nothing.value.reason == "none_intact"


def test_a_damaged_pointer_yields_to_the_approvals_before_it(versions: Path) -> None:
    for version in (1, 2):
        artefact.promote(versions, version, APPROVED_BY)
    pointer = versions / "models" / approvals.POINTER
    pointer.write_text(pointer.read_text().replace(APPROVED_BY, "Mallory", 1))
    serving = artefact.champion(versions)
    assert (serving.card.version, serving.fallback_from) == (1, "CHAMPION")
    artefact.promote(versions, 3, APPROVED_BY)
    assert (artefact.champion(versions).card.version, artefact.champion(versions).fallback_from) == (3, None)


def test_a_card_of_another_version_in_its_place_is_no_model(versions: Path) -> None:
    artefact.promote(versions, 1, APPROVED_BY)
    folder = versions / "models" / "2"
    remove_tree(folder)
    (versions / "models" / "1").chmod(0o755)
    os.rename(versions / "models" / "1", folder)  # noqa: PTH104  a folder moved by hand
    with pytest.raises(CorruptModel):
        artefact.verified(versions, 2)


def test_one_writer_at_a_time(versions: Path, made: tuple[dict[str, Any], Learned]) -> None:
    with exclusive(versions / "models", "vigie train"):
        with pytest.raises(Busy):
            publish(versions, *made, CONTRACT)
        with pytest.raises(Busy):
            artefact.promote(versions, 1, APPROVED_BY)
    assert len(artefact.versions(versions)) == 3


def test_what_cannot_serve_is_not_published(
    home: Path, made: tuple[dict[str, Any], Learned], tmp_path: Path
) -> None:
    (tmp_path / "trees.json").write_text('{"features_info": {}}')
    (tmp_path / "model.cbm").write_bytes(b"CBM1")
    with pytest.raises(CorruptModel) as refusal:
        artefact.publish(home, made[0], tmp_path / "model.cbm", tmp_path / "trees.json", CONTRACT)
    assert refusal.value.reason == "unsound"
    with pytest.raises(ValueError, match="not JSON compliant"):
        publish(home, {**made[0], "mean_risk": float("nan")}, made[1], CONTRACT)
    assert artefact.versions(home) == []
    assert list((home / "models" / "staging").iterdir()) == []


def test_numbers_of_numpy_are_written_as_numbers(home: Path, made: tuple[dict[str, Any], Learned]) -> None:
    card = publish(home, {**made[0], "folds": np.int64(5), "mean_risk": np.float64(0.25)}, made[1], CONTRACT)
    assert (card.folds, card.mean_risk) == (5, 0.25)


@pytest.mark.parametrize(
    "error",
    [
        NoModel("none"), NoModel("none_intact"), NoModel("unknown", version=3),
        CorruptModel("corrupt", file="3/trees.json"), CorruptModel("unsound", version=3, detail="x"),
        PromotionRefused("nameless"), PromotionRefused("already", version=3),
        PromotionRefused("same_person", name="Ada", version=3),
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_refusal_has_its_sentence(error: DataError, language: str) -> None:
    with speaking(language):
        assert "{" not in sentence(error)


def cut_short(file: Path) -> None:
    """Damage a published file."""
    file.chmod(0o644)
    file.write_bytes(file.read_bytes()[:-1])
