"""Loading files of credits: what is kept, refused, added, taken over."""

from pathlib import Path
from typing import Any

import pytest

from data import snapshot
from data.errors import CorruptSnapshot, LoadRefused
from data.pipeline import LoadReport, load_file
from data.scoring import presets
from tests.credits import CONTRACT, HEADER, publish_credits, rows
from tests.data.tables import ask, rejects, write
from tests.data.tables import rows as case_rows
from tests.published import publish


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(CONTRACT, encoding="utf-8")
    return file


def load(home: Path, mapping: Path, records: list[str], header: str = HEADER, **options: Any) -> LoadReport:
    source = write(mapping.with_name("credits.csv"), records, header)
    return load_file(home, "credits", source, mapping=mapping, **options)


def test_the_card_clients_are_all_kept_also_what_is_written_as_a_power_of_ten(
    home: Path, reference_data: Path
) -> None:
    report = load_file(home, "credits", reference_data / "credit" / "UCI_Credit_Card.csv", preset="uci_card")
    assert (report.read, report.kept, report.rejected) == (30_000, 30_000, 0)
    served = snapshot.current(home)
    assert served.scoring is not None
    assert served.scoring.name == "uci_card"
    assert ask(home, "SELECT count(*), sum(defaulted::INT), sum(LIMIT_BAL) FROM credits") == [
        (30_000, 6_636, 5_024_529_680.0)
    ]
    assert ask(home, "SELECT count(*) FROM credits WHERE BILL_AMT1 = 100000") == [(2,)]
    assert ask(home, "SELECT age FROM clients WHERE client_id = 1") == [(24.0,)]


def test_a_load_says_what_it_refused_where_and_why(home: Path, mapping: Path) -> None:
    good = rows(20)
    bad = [
        "x7,2026-01-01,1,100,10,1,1,30",
        "31,31/02/2026,1,100,10,1,1,30",
        "32,2026-01-01,maybe,100,10,1,1,30",
        "33,2026-01-01,1,-5,10,1,1,30",
        "34,2026-01-01,1,100,ten,1,1,30",
        "35,2026-01-01,1,100,10,1,perhaps,30",
        "36,2026-01-01,1,100,10,1",
        ",2026-01-01,1,100,10,1,1,30",
    ]
    report = load(home, mapping, good + bad)
    assert (report.read, report.kept, report.rejected) == (28, 20, 8)
    assert rejects(home) == [
        (22, "client_id", "x7", "not_a_number"),
        (23, "applied_on", "31/02/2026", "not_a_date"),
        (24, "defaulted", "maybe", "unknown_value"),
        (25, "income", "-5", "out_of_range"),
        (26, "amount", "ten", "not_a_number"),
        (27, "owner", "perhaps", "unknown_value"),
        (28, None, "36,2026-01-01,1,100,10,1", "field_count"),
        (29, "client_id", None, "missing"),
    ]


def test_blanks_sentinels_codes_and_words_read_as_the_contract_says(home: Path, mapping: Path) -> None:
    load(
        home,
        mapping,
        [
            "3,05/01/2026,oui,999999,1e3,2.0,Oui,",
            "2,,,,2000,zz,0.0,41",
            "1,2026-01-05,non,2000,500,,faux,40",
        ],
    )
    assert ask(home, "SELECT client_id, defaulted, income, amount, job, owner, age, ratio FROM credits") == [
        (1, False, 2000.0, 500.0, None, 0.0, 40.0, 0.25),
        (2, None, None, 2000.0, "zz", 0.0, 41.0, None),
        (3, True, 999999.0, 1000.0, "2", 1.0, None, 1000 / 999999),
    ]


def test_identical_ids_are_kept_once_and_conflicting_ones_not_at_all(home: Path, mapping: Path) -> None:
    one, two, three = rows(3)
    report = load(home, mapping, [one, two, three, one, two.replace(",2026-01-03,", ",2026-01-04,")])
    assert report.kept == 2
    assert ask(home, "SELECT client_id FROM credits") == [(1,), (3,)]
    assert [(line, why) for line, _, _, why in rejects(home)] == [
        (3, "conflicting"),
        (5, "duplicate"),
        (6, "conflicting"),
    ]


@pytest.mark.parametrize(
    ("header", "lacks"),
    [("ID,date,default,revenue,amount,job,owner,age", "income"), (HEADER.replace("default", "y"), "default")],
)
def test_a_renamed_header_is_refused_and_named(home: Path, mapping: Path, header: str, lacks: str) -> None:
    with pytest.raises(LoadRefused) as refusal:
        load(home, mapping, rows(3), header)
    assert refusal.value.values["missing"] == lacks
    assert snapshot.pointer(home) is None


def test_new_applications_are_added_without_outcomes_and_win_where_the_client_is_the_same(
    home: Path, mapping: Path
) -> None:
    load(home, mapping, rows(10))
    fresh = [f"{number},2026-05-01,{amount},1,1,30,2000" for number, amount in ((5, 77), (99, 88))]
    report = load(home, mapping, fresh, "ID,date,amount,job,owner,age,income", append=True)
    assert (report.kept, report.rejected) == (2, 0)
    assert ask(home, "SELECT count(*), min(client_id), max(client_id) FROM credits") == [(11, 1, 99)]
    assert ask(home, "SELECT client_id, defaulted, amount FROM credits WHERE client_id IN (5, 99)") == [
        (5, None, 77.0),
        (99, None, 88.0),
    ]
    assert ask(home, "SELECT count(*) FROM clients") == [(11,)]


def test_adding_needs_no_contract_and_takes_no_other(home: Path, mapping: Path, tmp_path: Path) -> None:
    load(home, mapping, rows(10))
    more = write(tmp_path / "more.csv", rows(5, first=11), HEADER)
    assert load_file(home, "credits", more, append=True).kept == 5
    with pytest.raises(LoadRefused) as refusal:
        load_file(home, "credits", more, preset="uci_card", append=True)
    assert refusal.value.reason == "other_contract"
    assert ask(home, "SELECT count(*) FROM credits") == [(15,)]


def test_without_a_contract_the_presets_are_named(home: Path, tmp_path: Path, mapping: Path) -> None:
    source = write(tmp_path / "c.csv", rows(3), HEADER)
    with pytest.raises(LoadRefused) as refusal:
        load_file(home, "credits", source)
    assert refusal.value.reason == "no_contract"
    assert refusal.value.values["known"] == ", ".join(presets())
    with pytest.raises(LoadRefused) as refusal:
        load_file(home, "credits", source, preset="uci_card", mapping=mapping)
    assert refusal.value.reason == "two_contracts"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[features.owner]", "[features.Income]"),
        ("[features.owner]", "[features.fault]"),
        ('names = ["montant"]', 'names = ["job"]'),
        ('formula = "amount / income"', 'formula = "amount /"'),
        ('name = "small"', 'name = "small'),
    ],
)
def test_a_contract_that_cannot_be_is_refused(home: Path, mapping: Path, old: str, new: str) -> None:
    mapping.write_text(CONTRACT.replace(old, new), encoding="utf-8")
    with pytest.raises(LoadRefused) as refusal:
        load(home, mapping, rows(3))
    assert refusal.value.reason == "mapping_unreadable"
    assert snapshot.pointer(home) is None


def test_words_of_sql_may_name_features(home: Path, mapping: Path) -> None:
    text = CONTRACT.replace("[features.owner]", "[features.group]").replace(
        "features.age]", "features.order]"
    )
    mapping.write_text(text.replace('age = "age", segment', "segment"), encoding="utf-8")
    assert load(home, mapping, rows(9), "ID,date,default,income,amount,job,group,order").kept == 9


def test_a_dry_run_publishes_nothing_and_a_tenth_of_the_rows_is_refused(home: Path, mapping: Path) -> None:
    assert load(home, mapping, rows(100), dry_run=True).kept == 100
    assert snapshot.pointer(home) is None
    load(home, mapping, rows(100))
    with pytest.raises(LoadRefused) as refusal:
        load(home, mapping, rows(10))
    assert refusal.value.reason == "shrunk"
    assert load(home, mapping, rows(10), accept_shrink=True).kept == 10


def test_the_first_real_load_drops_what_is_simulated(home: Path, tmp_path: Path, mapping: Path) -> None:
    publish(home, simulated=True)
    load(home, mapping, rows(10))
    served = snapshot.current(home)
    assert (served.simulated, served.simulated_tables, served.first_day) == (False, (), None)
    assert (served.tables["cases"], served.tables["agencies"], served.tables["credits"]) == (0, 0, 10)
    publish_credits(home, simulated=True)
    load_file(home, "cases", write(tmp_path / "cases.csv", case_rows(5)))
    served = snapshot.current(home)
    assert (served.scoring, served.tables.get("credits"), served.tables["clients"]) == (None, None, 0)


def test_a_load_takes_the_other_tables_over(home: Path, tmp_path: Path, mapping: Path) -> None:
    wrong = case_rows(5)
    load_file(home, "cases", write(tmp_path / "cases.csv", [*wrong, "C9,2026-31-31,Lille,x,closed,1,1,1"]))
    cubes = {path.name: path.read_bytes() for path in (snapshot.current(home).folder / "cubes").iterdir()}
    load(home, mapping, [*rows(20), "x,2026-01-01,1,100,10,1,1,30"])
    served = snapshot.current(home)
    assert (served.tables["cases"], served.tables["agencies"], served.tables["credits"]) == (5, 1, 20)
    assert {path.name: path.read_bytes() for path in (served.folder / "cubes").iterdir()} == cubes
    assert ask(home, "SELECT table_name, line FROM rejects ORDER BY ALL") == [("cases", 7), ("credits", 22)]
    assert [(entry["table"], entry["kept"]) for entry in served.loads] == [("cases", 5), ("credits", 20)]
    before = ask(home, "SELECT * FROM credits"), ask(home, "SELECT * FROM credit_pairs")
    load_file(home, "cases", write(tmp_path / "more.csv", case_rows(6, first=5)), append=True)
    served = snapshot.current(home)
    assert served.scoring is not None
    assert served.scoring.text == CONTRACT
    assert (served.tables["cases"], served.tables["clients"], served.tables["credit_sample"]) == (11, 20, 18)
    assert (ask(home, "SELECT * FROM credits"), ask(home, "SELECT * FROM credit_pairs")) == before
    assert ask(home, "SELECT count(*) FROM applications") == [(20,)]
    assert ask(home, "SELECT table_name, line FROM rejects ORDER BY ALL") == [("cases", 7), ("credits", 22)]
    load(home, mapping, rows(30))
    assert ask(home, "SELECT table_name, line FROM rejects ORDER BY ALL") == [("cases", 7)]


def test_a_corrupt_version_is_not_added_to(home: Path, mapping: Path) -> None:
    load(home, mapping, rows(10))
    load(home, mapping, rows(11))
    facts = snapshot.current(home).facts
    facts.chmod(0o644)
    facts.write_bytes(facts.read_bytes()[:-1])
    with pytest.raises(CorruptSnapshot):
        load(home, mapping, rows(5, first=20), append=True)
    assert load(home, mapping, rows(12)).kept == 12
    assert snapshot.current(home).fallback_from is None
