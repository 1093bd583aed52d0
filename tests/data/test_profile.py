"""The small tables counted from credits, against the rows themselves."""

from collections import Counter
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pytest

from data.pipeline import publish_tables
from data.spread import at_shares, of_category, of_number, roundest
from tests.credits import CONTRACT, publish_credits
from tests.data.tables import ask

ROWS = 3_000


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """3,000 credits of the small contract, with sentinels, gaps, rare codes and unknown outcomes."""

    def fill(connection: duckdb.DuckDBPyConnection) -> None:
        connection.execute("SELECT setseed(0.5)")
        connection.execute(
            f"""
            CREATE TABLE credits AS
            SELECT i AS client_id, NULL AS applied_on,
                   CASE WHEN random() < 0.9 THEN random() < 0.2 END AS defaulted,
                   CASE WHEN random() < 0.1 THEN 999999
                        WHEN random() < 0.9 THEN exp(8 + random()) END AS income,
                   1 + floor(random() * 500) AS amount,
                   CASE WHEN random() < 0.9 THEN chr(65 + floor(20 * random() * random())::INT) END AS job,
                   random() < 0.5 AS owner, 20 + floor(random() * 8) AS age
            FROM range({ROWS}) AS r(i)"""
        )

    folder = tmp_path_factory.mktemp("profile") / "home"
    publish_tables(folder, fill, simulated=True, scoring=CONTRACT)
    return folder


Bin = tuple[int, float | None, float | None, str | None]


def bin_of(value: float | str | None, bins: list[Bin]) -> int:
    """The bin of a value, as the docstring of data.profile says."""
    if value is None:
        return -1
    for number, low, high, code in bins:
        if value in (code, low) and (code is not None or low == high):
            return number
    if isinstance(value, str):
        return next(number for number, _, _, code in bins if code == "…")
    return max(number for number, low, _, _ in bins if number == 0 or (number > 0 and low and value >= low))


def bins_of(home: Path, table: str, feature: str) -> list[Bin]:
    found = ask(home, f"SELECT bin, low, high, code FROM {table} WHERE feature = '{feature}' ORDER BY bin")
    return [(number, low, high, code) for number, low, high, code in found]


@pytest.mark.parametrize("feature", ["income", "amount", "job", "owner", "age", "ratio"])
def test_narrow_bins_count_the_clients_that_lie_in_them(home: Path, feature: str) -> None:
    bins = bins_of(home, "credit_bins", feature)
    seen = Counter(
        (bin_of(value, bins), defaulted)
        for value, defaulted in ask(home, f"SELECT {feature}, defaulted FROM credits")
    )
    found = ask(home, f"SELECT bin, clients, known, defaults FROM credit_bins WHERE feature = '{feature}'")
    for number, clients, known, defaults in found:
        counts = [seen[number, outcome] for outcome in (None, False, True)]
        assert (clients, known, defaults) == (sum(counts), sum(counts[1:]), counts[2])
    assert sum(clients for _, clients, _, _ in found) == ROWS


def test_values_that_are_few_are_bins_each_and_what_stands_apart_comes_first(home: Path) -> None:
    ages = ask(home, "SELECT bin, low, high, code FROM credit_bins WHERE feature = 'age' ORDER BY bin")
    assert ages == [(place, 20.0 + place, 20.0 + place, None) for place in range(8)]
    income = ask(home, "SELECT bin, low, high FROM credit_cuts WHERE feature = 'income' ORDER BY bin LIMIT 2")
    assert income == [(-2, 999999.0, 999999.0), (-1, None, None)]


def test_coarse_bins_are_few_and_hold_about_as_many_clients_each(home: Path) -> None:
    for feature, most in (("income", 9), ("amount", 9), ("age", 9), ("job", 12)):
        bins = ask(home, f"SELECT low, high, code FROM credit_cuts WHERE feature = '{feature}' AND bin >= 0")
        assert 2 < len(bins) <= most
        if feature == "amount":
            inner = [low for low, _, _ in bins[1:]]
            assert all(cut % 5 == 0 for cut in inner)
            assert [high for _, high, _ in bins[:-1]] == inner


def test_codes_of_the_contract_come_first_then_the_frequent_and_the_rest_together(home: Path) -> None:
    codes = [code for (code,) in ask(home, "SELECT code FROM credit_cuts WHERE feature = 'job' ORDER BY bin")]
    frequent = ask(
        home,
        "SELECT job FROM credits WHERE job IS NOT NULL GROUP BY job ORDER BY count(*) DESC, job LIMIT 11",
    )
    assert codes == [None, *(code for (code,) in frequent), "…"]
    assert of_category(pl.Series(["b", "1", "a", "a", None]), ("2", "1")).coarse.codes == (
        None,
        "1",
        "a",
        "b",
    )


@pytest.mark.parametrize(("a", "b"), [("income", "job"), ("amount", "age"), ("owner", "ratio")])
def test_pairs_count_the_clients_of_two_bins(home: Path, a: str, b: str) -> None:
    one, two = bins_of(home, "credit_cuts", a), bins_of(home, "credit_cuts", b)
    seen = Counter(
        (bin_of(first, one), bin_of(second, two), defaulted)
        for first, second, defaulted in ask(home, f"SELECT {a}, {b}, defaulted FROM credits")
    )
    found = ask(
        home,
        "SELECT bin_a, bin_b, clients, known, defaults FROM credit_pairs "
        f"WHERE feature_a = '{a}' AND feature_b = '{b}'",
    )
    assert {(first, second) for first, second, *_ in found} == {pair[:2] for pair in seen}
    for first, second, *counted in found:
        counts = [seen[first, second, outcome] for outcome in (None, False, True)]
        assert counted == [sum(counts), sum(counts[1:]), counts[2]]


def test_every_pair_is_there_in_the_order_of_the_contract(home: Path) -> None:
    pairs = ask(home, "SELECT feature_a, feature_b, sum(clients) FROM credit_pairs GROUP BY ALL")
    assert len(pairs) == 6 * 5 // 2
    assert {clients for _, _, clients in pairs} == {ROWS}
    assert ("income", "ratio", ROWS) in pairs


def test_quantiles_and_boxes_are_those_of_the_usual_values(home: Path) -> None:
    found = ask(home, "SELECT value FROM credit_quantiles WHERE feature = 'income' ORDER BY rank")
    ranks = ", ".join(str(rank / 100) for rank in range(101))
    usual = "FROM credits WHERE income <> 999999"
    ((expected,),) = ask(home, f"SELECT quantile_cont(income, [{ranks}]) {usual}")
    assert np.allclose([value for (value,) in found], expected, rtol=1e-12)
    box = ask(
        home,
        "SELECT clients, p10, p25, p50, p75, p90 FROM credit_boxes "
        "WHERE number = 'income' AND category = 'job' AND code = 'A' AND defaulted",
    )
    ((clients, expected),) = ask(
        home,
        f"SELECT count(*), quantile_cont(income, [.1, .25, .5, .75, .9]) {usual} AND job = 'A' AND defaulted",
    )
    assert box[0][0] == clients
    assert np.allclose(box[0][1:], expected, rtol=1e-12)


def test_the_sample_has_known_outcomes_and_is_the_same_every_time(home: Path, tmp_path: Path) -> None:
    assert ask(home, "SELECT count(*), count(defaulted) FROM credit_sample") == [(2_000, 2_000)]
    for place in ("one", "two"):
        publish_credits(tmp_path / place)
    one, two = (ask(tmp_path / place, "SELECT * FROM credit_sample") for place in ("one", "two"))
    assert one == two


def test_numbers_that_are_all_missing_or_all_alike_have_their_bin() -> None:
    none = of_number(np.array([np.nan, np.nan]), ())
    assert (none.coarse.numbers, len(none.quantiles())) == ((-1,), 0)
    alike = of_number(np.array([3.5, 3.5, np.nan]), ())
    assert (alike.narrow.lows, alike.narrow.highs, list(alike.narrow.places)) == (
        (None, 3.5),
        (None, 3.5),
        [1, 1, 0],
    )


def test_whole_numbers_have_bins_of_whole_width() -> None:
    ages = of_number(np.repeat(np.arange(18.0, 96.0), 10), ()).narrow
    assert {
        high - low for low, high in zip(ages.lows, ages.highs, strict=True) if low is not None and high
    } == {2.0}


def test_a_heap_at_one_value_leaves_the_bins_it_can() -> None:
    heap = of_number(np.array([0.0] * 990 + [float(n) for n in range(1, 11)]), ()).coarse
    assert (heap.numbers, heap.lows[0], heap.highs[-1]) == ((0,), 0.0, 10.0)


def test_a_count_is_cut_one_by_one_as_long_as_one_client_in_a_hundred_is_beyond() -> None:
    counts = np.repeat(np.arange(15.0), [700, 200, 60, 25] + [5] * 2 + [1] * 9)
    assert of_number(counts, ()).coarse.lows == (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)


@pytest.mark.parametrize(
    ("low", "middle", "high", "found"),
    [
        (-1.0, 0.2, 3.0, 0.0), (4.7, 5.1, 5.3, 5.0), (118.0, 123.4, 131.0, 120.0),
        (-0.0231, -0.0226, -0.0219, -0.022), (7.123, 7.123, 7.123, 7.123),
        (9_800.0, 9_990.0, 10_050.0, 10_000.0),
    ],
)  # fmt: skip
def test_a_cut_is_the_roundest_number_near(low: float, middle: float, high: float, found: float) -> None:
    assert roundest(low, middle, high) == pytest.approx(found)
    assert low <= roundest(low, middle, high) <= high


def test_quantiles_of_one_value_are_that_value() -> None:
    assert list(at_shares(np.array([2.0]), np.array([0.0, 0.5, 1.0]))) == [2.0, 2.0, 2.0]
