"""The page of an agency: its sentence, gap, weeks and people, and what it says where it cannot tell."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from app.accounts import DEMONSTRATION, User, acting
from app.control_chart import control
from app.crossfilter import update, update_later
from app.gap import Gap, gap
from app.pages.agencies import PAGE
from app.pages.agencies.figures import in_sight
from app.pages.agencies.people import shape
from app.pages.agencies.sentence import mix_words
from app.pages.agencies.waterfall import in_noise
from app.places import UnknownPlace
from app.services import Services, serving
from app.texts import NBSP, speaking
from data.pipeline import publish_tables
from data.workshop import sql
from queries.engine import Days
from queries.selection import Selection
from tests.published import app_on, settings, visit

ROOM = """
INSERT INTO cases BY NAME
SELECT 'c' || i AS case_id, DATE '2025-01-06' + (i % 360)::INTEGER AS day,
       day - 20 AS received_on, day AS closed_on,
       ['Lille', 'Rouen', 'Douai', 'Reims', 'Laon'][1 + i % 5] AS agency, 'Nord' AS region,
       agency || (i // 5 % 6) AS agent, ['Retraite', 'Réversion'][1 + (i // 10) % 2] AS case_type,
       'closed' AS status, 1::BIGINT AS treated,
       15.0 + (i // 10) % 2 * 6 + (i * 7) % 9
       + CASE WHEN agency = 'Lille' THEN 4 ELSE 0 END
       + CASE WHEN agency = 'Lille' AND day >= DATE '2025-07-07' THEN 10 ELSE 0 END AS delay_days,
       3::BIGINT AS documents, 0::BIGINT AS returns, 20.0 AS norm_days, 1.0 AS weight
FROM range(18000) AS r(i)
"""
FEW = """
INSERT INTO cases BY NAME
SELECT 'f' || i AS case_id, DATE '2025-03-03' AS day, 'Petite' AS agency, 'Sud' AS region, 'closed' AS status,
       'Retraite' AS case_type, 1::BIGINT AS treated, 12.0 AS delay_days, 20.0 AS norm_days, 1.0 AS weight
FROM range(4) AS r(i)
"""
OFFICES = """
INSERT INTO agencies BY NAME
SELECT lower(agency) AS agency_id, agency, any_value(region) AS region, 10.0 AS fte FROM cases GROUP BY agency
"""


def fill(connection: duckdb.DuckDBPyConnection) -> None:
    for text in (sql("schema"), ROOM, FEW, OFFICES):
        connection.execute(text)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("room") / "home"
    publish_tables(home, fill, simulated=False)
    return home


@pytest.fixture(scope="module")
def service(room: Path) -> Iterator[Services]:
    found = Services(settings(room))
    yield found
    found.close()


@contextmanager
def reading(service: Services, who: User = DEMONSTRATION, scope: Selection | None = None) -> Iterator[None]:
    with serving(service), acting(replace(who, scope=scope) if scope else who):
        yield


def views(agency: str, search: str = "") -> dict[str, Any]:
    """Every view of the page, those that come later too."""
    path = f"/agencies/{agency}"
    answer = update(PAGE, None, None, search, path)
    return {**answer["views"], **update_later(PAGE, answer["held"], None)["views"]}


def said(view: dict[str, Any]) -> str:
    return "".join(text for text, _ in view["pieces"]).replace(NBSP, " ")


def card(view: dict[str, Any], name: str = "mean_delay") -> dict[str, Any]:
    return next(each for each in view["cards"] if each["id"] == name)


def test_the_sentence_says_what_the_card_shows(service: Services) -> None:
    with reading(service):
        found = views("lille", "compare=network")
    delay = card(found["agencies-kpis"])
    (line,) = delay["lines"]
    moved = line["words"].replace(NBSP, " ").removesuffix(" plus lent")
    assert said(found["agencies-sentence"]).startswith(
        f"Lille met {delay['text']} j à clore un dossier : {moved} de plus que le réseau."
    )


def test_the_sentence_says_since_when(service: Services) -> None:
    with reading(service):
        sentence = said(views("lille")["agencies-sentence"])
    assert sentence.endswith("Depuis la semaine du 7 juil. 2025, 36,2 j au lieu de 25,8 j.")


def test_the_sentence_compares_with_what_the_reader_asks_for_alone(service: Services) -> None:
    with reading(service):
        sentence = said(views("lille", "compare=none")["agencies-sentence"])
    assert sentence.startswith("Lille met 30,9 j à clore un dossier. ")


def test_what_chance_may_explain_is_said_to_be_alike(service: Services) -> None:
    with reading(service):
        sentence = said(views("rouen", "compare=peers&peer=Douai")["agencies-sentence"])
    assert " : autant que l'agence choisie, au hasard près." in sentence


def test_the_sentence_has_its_english(service: Services) -> None:
    with reading(service), speaking("en"):
        sentence = said(views("lille", "compare=network")["agencies-sentence"])
    assert sentence.startswith("Lille takes 30.9 d to close a case: 7.1 d more than the network.")


def test_few_cases_are_said_to_be_too_few(service: Services) -> None:
    with reading(service):
        sentence = said(views("petite")["agencies-sentence"])
    assert sentence == "Petite n'a clos que 4 dossiers pour ces filtres : trop peu pour en juger."


def test_no_case_at_all_is_said(service: Services) -> None:
    with reading(service):
        found = views("petite", "since=2025-09-01&until=2025-09-30")
    assert said(found["agencies-sentence"]) == "Petite n'a clos aucun dossier pour ces filtres."
    assert all(found[f"agencies-{name}"]["empty"] for name in ("delays", "gap", "people"))


def numbers(**types: tuple[int, float]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "case_type": list(types),
            "delay_treated": [count for count, _ in types.values()],
            "delay_sum": [float(count * delay) for count, delay in types.values()],
        }
    )


def between(here: pl.DataFrame, wide: pl.DataFrame) -> Gap:
    found = gap(here, wide)
    assert found is not None
    return found


WIDE = numbers(a=(100, 10), b=(100, 30))
MIXES = {
    "a third": (numbers(a=(40, 14), b=(60, 34)), "Un tiers de l'écart avec le réseau vient"),
    "three quarters": (
        numbers(a=(35, 11), b=(65, 31)),
        "Les trois quarts de l'écart avec le réseau viennent",
    ),
    "a plain share": (numbers(a=(40, 13), b=(60, 32.4)), "43 % de l'écart"),
    "all": (numbers(a=(30, 10), b=(70, 30)), "Tout l'écart avec le réseau vient"),
    "nothing": (numbers(a=(50, 15), b=(50, 35)), "n'y sont pour rien"),
    "the other way": (numbers(a=(60, 16), b=(40, 38)), "n'expliquent pas l'écart"),
    "more than all": (numbers(a=(30, 9), b=(70, 29)), "Lille mettrait 1,0 j de moins que le réseau"),
    "hidden": (numbers(a=(60, 12), b=(40, 32)), "Lille mettrait 2,0 j de plus que le réseau"),
}


@pytest.mark.parametrize(("here", "words"), MIXES.values(), ids=MIXES)
def test_the_share_of_the_case_types_has_its_words(here: pl.DataFrame, words: str) -> None:
    (found,) = mix_words("Lille", between(here, WIDE))
    assert words in found.replace(NBSP, " ")


def test_no_gap_and_nothing_hidden_is_not_spoken_of() -> None:
    assert list(mix_words("Lille", between(WIDE, WIDE))) == []


def test_the_rows_of_the_gap_add_up_as_written(service: Services) -> None:
    with reading(service):
        rows = views("lille")["agencies-gap"]["rows"]
    texts = [float(row["text"].replace("\u2212", "-").replace(",", ".").rstrip("j" + NBSP)) for row in rows]
    parts = [text for text, row in zip(texts, rows, strict=True) if row["kind"] in ("mix", "own")]
    assert round(texts[0] + sum(parts), 1) == texts[-1]


def test_a_row_of_the_gap_picks_its_type_and_the_gap_keeps_every_row(service: Services) -> None:
    with reading(service):
        before = views("lille")["agencies-gap"]
        after = views("lille", "case_type=Retraite")["agencies-gap"]
    assert [row.get("type") for row in after["rows"]] == [row.get("type") for row in before["rows"]]
    assert list(after["picked"]) == ["Retraite"]


def test_a_gap_that_chance_may_make_is_said_to_be_one() -> None:
    here, wide = (numbers(a=(count, delay)) for count, delay in ((20, 21.0), (900, 20.0)))
    spread = pl.col("delay_treated") * 25 + pl.col("delay_sum") ** 2 / pl.col("delay_treated")
    alike, apart = (
        in_noise(*(rows.with_columns(delay_sq=spread) for rows in pair))
        for pair in ((here, wide), (numbers(a=(400, 21.0)), wide))
    )
    assert (alike, apart) == (True, False)


def test_the_histogram_counts_every_closed_case_once(service: Services) -> None:
    with reading(service):
        found = views("lille")
    delays = found["agencies-delays"]
    assert (
        sum(delays["within"]) + sum(delays["late"]) == card(found["agencies-kpis"], "closed")["raw"] == 3600
    )


def test_late_columns_are_those_past_the_norm(service: Services) -> None:
    with reading(service):
        delays = views("lille")["agencies-delays"]
    assert delays["late"][:21] == [0] * 21
    assert delays["within"][21:] == [0] * 40


def test_the_networks_curve_has_the_volume_of_the_agency(service: Services) -> None:
    with reading(service):
        delays = views("lille")["agencies-delays"]
    assert sum(delays["network"]) == pytest.approx(3600)


def test_the_chart_of_weeks_keeps_a_year_whatever_week_is_picked(service: Services) -> None:
    with reading(service):
        whole = views("lille", "since=2025-01-01&until=2025-12-31")["agencies-weeks"]
        week = views("lille", "since=2025-03-03&until=2025-03-09")["agencies-weeks"]
    assert week["weeks"] == whole["weeks"]
    assert [monday for monday, inside in zip(week["weeks"], week["inside"], strict=True) if inside] == [
        "2025-03-03"
    ]


DAYS = Days(date(2022, 11, 2), date(2026, 10, 31))
SIGHTS = {
    "": "",
    "since=2025-11-01&until=2026-10-31": "since=2025-11-01&until=2026-10-31",
    "since=2026-10-01&until=2026-10-31": "since=2025-11-01&until=2026-10-31",
    "since=2026-03-02&until=2026-03-08": "since=2025-11-01&until=2026-10-31",
    "since=2024-01-01&until=2024-12-31": "since=2024-01-01&until=2024-12-31",
    "since=2024-03-04&until=2024-03-10": "since=2024-03-01&until=2025-02-28",
    "since=2023-01-01&until=2026-10-31": "since=2023-01-01&until=2026-10-31",
}


@pytest.mark.parametrize(("picked", "seen"), SIGHTS.items())
def test_the_chart_of_weeks_shows_the_period_and_twelve_months_at_least(picked: str, seen: str) -> None:
    assert str(in_sight(Selection.parse(picked), DAYS)) == seen


def test_weeks_outside_are_named_with_their_dates() -> None:
    mondays = pl.date_range(pl.date(2026, 1, 5), pl.date(2026, 6, 29), "1w", eager=True)
    delays = [20.0, 21.0] * 13
    delays[7], delays[8], delays[20] = 30.0, 31.0, 12.0
    rows = pl.DataFrame(
        {"week": mondays, "delay_treated": [50] * 26, "delay_sum": [50 * delay for delay in delays]}
    )
    found = control(rows, since=mondays[0], until=pl.Series([mondays[25]]).dt.offset_by("6d")[0], norm=20.0)
    words = [(each["label"], each["text"].replace(NBSP, " ")) for each in found["outside"]]
    assert words == [("23 févr. au 2 mars", "jusqu'à 31,0 j"), ("25 mai", "12,0 j")]
    assert found["said"] == "Le hasard seul met 1 ou 2 semaines sur 26 hors limites. Ici 3, dont 2 d'affilée."


def test_a_note_stands_on_the_week_of_its_day() -> None:
    mondays = pl.date_range(pl.date(2026, 1, 5), pl.date(2026, 3, 30), "1w", eager=True)
    rows = pl.DataFrame({"week": mondays, "delay_treated": 50, "delay_sum": 1000.0})
    notes = ((mondays[3].replace(day=28), "grève"), (mondays[0].replace(year=2020), "avant"))
    found = control(rows, since=mondays[0], until=mondays[12], notes=notes)
    assert [(note["at"], note["label"], note["text"]) for note in found["notes"]] == [
        (3, "28 janv.", "grève")
    ]


def people(**agents: tuple[int, float]) -> pl.DataFrame:
    """Agents with that many cases of one type and that mean delay; a case varies by 5 days around it."""
    return pl.DataFrame(
        {
            "agent": list(agents),
            "case_type": "Retraite",
            "rows": [count for count, _ in agents.values()],
            "treated": [count for count, _ in agents.values()],
            "delay_treated": [count for count, _ in agents.values()],
            "delay_sum": [count * delay for count, delay in agents.values()],
            "delay_sq": [count * (delay**2 + 25.0) for count, delay in agents.values()],
        }
    )


def test_a_funnel_shows_nobody_with_fewer_than_thirty_cases() -> None:
    found = shape(people(a=(30, 20.0), b=(29, 20.0)))
    assert found is not None
    assert ([dot.agent for dot in found.dots], found.hidden) == (["a"], 1)


def test_an_agent_is_outside_past_1_96_standard_errors() -> None:
    crowd = {f"a{number}": (400, 20.0) for number in range(50)}
    found = shape(people(**crowd, near=(100, 20.9), far=(100, 21.1)))
    assert found is not None
    assert [dot.agent for dot in found.dots if found.outside(dot)] == ["far"]


def test_at_equal_types_an_agent_with_slow_types_is_no_slower() -> None:
    slow = people(a=(50, 30.0), b=(10, 30.0)).with_columns(case_type=pl.lit("Invalidité"))
    fast = people(b=(40, 10.0), c=(40, 10.0))
    found = shape(pl.concat([slow, fast]))
    assert found is not None
    assert {round(dot.delay, 6) for dot in found.dots} == {round(found.mean, 6)}


def test_those_outside_explain_their_own_cases_alone() -> None:
    found = shape(people(a=(900, 20.0), b=(100, 30.0)))
    assert found is not None
    assert found.explained == pytest.approx(100 * 9 / 1000 + 900 * -1 / 1000)


def test_a_batch_counts_as_one_observation() -> None:
    single, batched = (shape(people(a=(100, 20.0)).with_columns(rows=rows)) for rows in (100, 25))
    assert single is not None
    assert batched is not None
    assert batched.spread == pytest.approx(2 * single.spread)


def test_dots_bear_the_id_of_the_agent_for_who_may_see_agents(service: Services) -> None:
    with reading(service):
        dots = views("lille")["agencies-people"]["dots"]
    assert sorted(dot["agent"] for dot in dots) == [f"Lille{number}" for number in range(6)]


def test_dots_are_anonymous_for_everyone_else(service: Services) -> None:
    with reading(service, replace(DEMONSTRATION, roles=("manager",))):
        found = views("lille")["agencies-people"]
    assert {key for dot in found["dots"] for key in dot} == {"x", "y", "out"}
    assert "Lille0" not in str(found)


def test_the_closest_agencies_are_compared_with_and_said_to_be_alike(service: Services) -> None:
    with reading(service):
        peers = views("lille")["agencies-sentence"]["peers"]
    assert (peers["names"], peers["why"]) == (
        ("Douai", "Laon", "Reims"),
        "Même volume, mêmes types et même effectif.",
    )


def test_the_reader_may_choose_others(service: Services) -> None:
    with reading(service):
        found = views("lille", "compare=peers&peer=Petite")
    assert found["agencies-sentence"]["peers"]["label"] == "Choisies"
    assert "que l'agence choisie" in said(found["agencies-sentence"])


def test_agencies_out_of_sight_are_no_peers(service: Services) -> None:
    with reading(service, scope=Selection(picks={"agency": ("Lille", "Petite")})):
        assert views("lille")["agencies-sentence"]["peers"]["names"] == ("Petite",)


def test_another_agency_does_not_exist_for_who_may_not_see_it(service: Services) -> None:
    with reading(service, scope=Selection(picks={"agency": ("Rouen",)})), pytest.raises(UnknownPlace):
        update(PAGE, None, None, "", "/agencies/lille")


@pytest.mark.parametrize(("path", "status"), [("lille", 200), ("nowhere", 404), ("", 404)])
def test_an_address_without_an_agency_is_no_page(room: Path, path: str, status: int) -> None:
    with visit(app_on(room, demo=True)) as client:
        assert client.get(f"/agencies/{path}").status_code == status
