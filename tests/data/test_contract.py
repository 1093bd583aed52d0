"""Headers find their columns, in French and in English."""

from pathlib import Path

import pytest

from data.contract import case_types, contract, fold
from data.errors import LoadRefused


@pytest.mark.parametrize("written", ["Délai_traitement", "delai traitement", "DÉLAI-TRAITEMENT"])
def test_accents_case_and_separators_do_not_matter(written: str) -> None:
    assert fold(written) == "delaitraitement"


def test_no_name_means_two_columns() -> None:
    names = [name for column in contract("cases").columns.values() for name in column.names]
    assert len(names) == len(set(names))


def test_a_missing_column_is_named_with_the_nearest_header() -> None:
    with pytest.raises(LoadRefused) as refusal:
        contract("cases").map(["Date", "Agense", "Type", "Statut", "Couleur"])
    assert refusal.value.values == {
        "table": "cases",
        "missing": "agency",
        "unknown": "Agense, Couleur",
        "nearest": "Agense → agency",
    }


def test_a_header_that_the_preset_names_may_not_be_gone() -> None:
    headers = (
        "Date Agence Type_dossier Statut Délai_traitement Nb_documents Retours_dossier Agent Taux_retour"
    )
    with pytest.raises(LoadRefused) as refusal:
        contract("cases", preset="cnav").map([*headers.split(), "Charge_workload", "Dossiers"])
    assert refusal.value.values["missing"] == "treated"


def test_two_headers_for_one_column_are_refused() -> None:
    with pytest.raises(LoadRefused, match="column_twice"):
        contract("cases").map(["Date", "Jour", "Agence", "Type", "Statut"])


@pytest.mark.parametrize(
    "text", ['[columns]\nX = "nowhere"', '[values.status]\nX = "maybe"', "[other]\na = 1", "not toml"]
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "map.toml").write_text(text)
    with pytest.raises(LoadRefused):
        contract("cases", mapping=tmp_path / "map.toml")


def test_the_default_norm_is_twenty_days_and_the_default_weight_one() -> None:
    default = case_types()[0]
    assert (default.name, default.norm_days, default.weight) == (None, 20, 1)
