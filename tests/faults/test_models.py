"""Faults 3, 7 and 9 on models: flipped bits, kill -9 while a version is published or promoted."""

import random
from pathlib import Path
from typing import Any

import pytest

from data.scoring import Value
from models import approvals, artefact
from models.artefact import NoModel
from models.scorer import Scorer
from tests.counts import count
from tests.faults.steps import killed_at
from tests.made_up import applications, wide
from tests.trained import APPROVED_BY, Learned, described, publish

FLIPS = count(ci=50, soak=500)
KILLS = count(ci=10, soak=50)
CONTRACT = wide(4, 2)
CLIENT: dict[str, Value] = {"n0": 1.5, "n1": None, "n2": -0.5, "n3": 0.0, "w0": "c1", "w1": "c0"}
Made = tuple[dict[str, Any], Learned]


@pytest.fixture(scope="module")
def made() -> list[Made]:
    """Two models that do not agree."""
    rows = applications(CONTRACT, 500)
    return [described(rows, CONTRACT, "s1", trees=15, depth=3, seed=seed) for seed in (1, 2)]


@pytest.fixture
def two_champions(home: Path, made: list[Made]) -> Path:
    """Version 2 serves, version 1 did before it, version 3 was never approved."""
    for fields, learned in (*made, made[0]):
        publish(home, fields, learned, CONTRACT)
    for version in (1, 2):
        artefact.promote(home, version, APPROVED_BY)
    return home


def answer(home: Path) -> tuple[int, float]:
    """The version that serves, and what it says of the client."""
    serving = artefact.champion(home)
    return serving.card.version, Scorer(serving.artefact).explain(CLIENT).score.default_probability


def flipped(file: Path, bit: int) -> bytes:
    """Flip one bit of a file; what it held before."""
    whole = file.read_bytes()
    damaged = bytearray(whole)
    damaged[bit // 8] ^= 1 << bit % 8
    file.chmod(0o644)
    file.write_bytes(damaged)
    return whole


@pytest.mark.fault
def test_one_flipped_bit_anywhere_in_the_champion_never_gives_a_wrong_number(two_champions: Path) -> None:
    home, chance = two_champions, random.Random(7)
    sound = {2: answer(home)[1]}
    artefact.promote(home, 1, APPROVED_BY)
    sound[1] = answer(home)[1]
    artefact.promote(home, 2, APPROVED_BY)
    assert sound[1] != sound[2]
    champion = home / "models" / "2"
    files = [*sorted(champion.iterdir()), home / "models" / approvals.POINTER]
    for flip in range(FLIPS):
        file = files[flip % len(files)]
        whole = flipped(file, chance.randrange(8 * file.stat().st_size))
        version, probability = answer(home)
        assert probability == sound[version]
        if file.name == artefact.SEAL:  # CHAMPION vouches for the card of the version that serves
            assert (version, artefact.champion(home).fallback_from) == (2, None)
        else:
            damaged = "CHAMPION" if file.name == approvals.POINTER else "2"
            assert (version, artefact.champion(home).fallback_from) == (1, damaged)
        file.write_bytes(whole)
    assert answer(home) == (2, sound[2])


@pytest.mark.fault
def test_with_every_approved_version_damaged_there_is_no_model_and_no_number(two_champions: Path) -> None:
    chance = random.Random(9)
    for flip in range(FLIPS):
        files = [
            chance.choice(
                [path for path in (two_champions / "models" / each).iterdir() if path.suffix != ".sha256"]
            )
            for each in ("1", "2")
        ]
        wholes = [flipped(file, chance.randrange(8 * file.stat().st_size)) for file in files]
        with pytest.raises(NoModel) as nothing:
            artefact.champion(two_champions)
        assert nothing.value.reason == "none_intact", flip
        for file, whole in zip(files, wholes, strict=True):
            file.write_bytes(whole)
    assert artefact.champion(two_champions).card.version == 2


@pytest.mark.fault
def test_a_damaged_pointer_with_nothing_before_it_is_no_model(home: Path, made: list[Made]) -> None:
    publish(home, *made[0], CONTRACT)
    artefact.promote(home, 1, APPROVED_BY)
    pointer, chance = home / "models" / approvals.POINTER, random.Random(3)
    for _ in range(FLIPS):
        whole = flipped(pointer, chance.randrange(8 * pointer.stat().st_size))
        with pytest.raises(NoModel):
            artefact.champion(home)
        pointer.write_bytes(whole)
    assert artefact.champion(home).fallback_from is None


def publish_next(home: Path, made: Made) -> None:
    """A further version, and nothing else."""
    publish(home, *made, CONTRACT)


def promote_third(home: Path, _made: Made) -> None:
    """Version 3 becomes the champion."""
    artefact.promote(home, 3, APPROVED_BY)


@pytest.mark.fault
def test_a_publication_killed_between_any_two_steps_leaves_the_champion_and_whole_versions(
    two_champions: Path, made: list[Made], tmp_path: Path
) -> None:
    before, steps = (
        answer(two_champions),
        killed_at(publish_next, two_champions, made[0], fatal=0, start="fork"),
    )
    assert steps is not None
    assert steps > 12
    known = {card.version for card in artefact.versions(two_champions)}
    came, stayed = 0, 0
    for kill in range(KILLS):
        assert (
            killed_at(publish_next, two_champions, made[0], fatal=steps - kill * steps // KILLS, start="fork")
            is None
        )
        assert answer(two_champions) == before
        found = {card.version for card in artefact.versions(two_champions)}
        folders = {path.name for path in (two_champions / "models").iterdir() if path.name.isdecimal()}
        assert folders == set(map(str, found))
        for version in found - known:
            artefact.verified(two_champions, version)
        came, stayed = came + (found > known), stayed + (found == known)
        known = found
    assert came > 0
    assert stayed > 0
    publish_next(two_champions, made[0])
    assert list((two_champions / "models" / "staging").iterdir()) == []
    assert max(card.version for card in artefact.versions(two_champions)) == max(known) + 1


@pytest.mark.fault
def test_a_promotion_killed_between_any_two_steps_leaves_the_old_champion_or_the_new(
    two_champions: Path, made: list[Made]
) -> None:
    steps = killed_at(promote_third, two_champions, made[0], fatal=0, start="fork")
    assert steps is not None
    served = {2: 0, 3: 0}
    for kill in range(KILLS):
        if artefact.named(two_champions) != 2:
            artefact.promote(two_champions, 2, APPROVED_BY)
        killed_at(promote_third, two_champions, made[0], fatal=steps - kill * steps // KILLS, start="fork")
        serving = artefact.champion(two_champions)
        assert serving.fallback_from is None
        served[serving.card.version] += 1
    assert min(served.values()) > 0, "the kills fell on one side of the switch only"
    artefact.promote(two_champions, 1, APPROVED_BY)
    assert not list((two_champions / "models").glob("*.new"))
