"""The seeded demonstration world: regional funds, agencies, agents, four years of cases and of credits.

Cases arrive day by day around peaks on 1 January, 1 July and 1 October, fall to an agency, a type and an
agent by odds that the seed fixes, and take the time of the work (lognormal) and, for some, of the documents
they wait for. They are finished on worked days only, or still open on the last day. The number of cases
scales the daily volume and with it the agencies' fte; the network and its people stay the same. The fte of an
agency is the time it gives to these cases, that of an agent the hours of a contract.

Planted truths, beyond chance, for tests to check what the rules find (PLANTED has them as numbers; the dates
are those of the default last day, and move with it by whole months):
- Lille: every delay × 1.40 since 1 March 2026, with the staff it had: a delay far over the norm of 20 days
  and a load more than 1.25 times that of the network.
- Nancy: a drift, every delay × 1.40 since 1 June 2026.
- Marseille, Rouen: more than 10 % of returns, most of them for a missing document.
- Limoges: quick work, but one case in ten waits for documents for weeks or months: a mean delay like the
  others', and an old stock.
- Bobigny, Créteil: neighbours with the same skills; one lacks staff, the other has room.
- Toulon: slow by its mix of case types alone; type by type it is ordinary.

Credits are apart from cases (simulation/credits.py): consumer credit applications, about 8.1 % of them not
repaid, whose true risk simulation/risk.py knows. Planted among them (DRIFTS):
- loan_purpose: more consolidations and cash needs, fewer new cars, since 1 January 2025.
- external_score_3: measured 12 % lower and missing more often since 1 July 2026, the risk being the same.
"""

import math
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from data.child import Progress, silent
from data.pipeline import publish_tables
from data.scoring import preset
from data.simulation import days, network
from data.simulation.credits import fill_credits
from data.simulation.planted import DRIFTS, PLANTED, Drift, Truth
from data.simulation.staff import staff
from data.simulation.world import sql, world
from data.snapshot import Snapshot
from data.workshop import sql as transform

__all__ = [
    "CASES", "CLIENTS", "DRIFTS", "PLANTED", "SEED", "UNTIL", "Drift", "Truth",
    "fill", "fill_credits", "simulate",
]  # fmt: skip

CASES = 1_000_000
CLIENTS = 100_000
SEED = 7
AT_ONCE = 1_500_000  # cases sorted together, in memory
UNTIL = date(2026, 10, 31)
BENCH = ("pools", "odds", "workdays", "arrivals", "received", "courses", "waiting", "ordered")
COURSE = (
    "wait_share_returned", "wait_sigma", "delay_sigma", "longest_delay", "returned_twice_share",
)  # fmt: skip


def simulate(
    home: Path,
    *,
    cases: int = CASES,
    clients: int = 0,
    seed: int = SEED,
    until: date = UNTIL,
    progress: Progress = silent,
) -> Snapshot:
    """Build and publish a simulated version: exactly `cases` cases, and `clients` who each ask for a credit.

    Raises Busy, BuildFailed.

    Same arguments, same tables to the last value and in the same order, whatever the threads.
    """

    def filled(connection: duckdb.DuckDBPyConnection) -> None:
        fill(connection, cases=cases, seed=seed, until=until, progress=progress)
        if clients:
            fill_credits(connection, clients=clients, seed=seed, until=until, progress=progress)

    scoring = preset("simulated").text if clients else None
    return publish_tables(home, filled, simulated=True, scoring=scoring, progress=progress)


def fill(
    connection: duckdb.DuckDBPyConnection,
    *,
    cases: int = CASES,
    seed: int = SEED,
    until: date = UNTIL,
    progress: Progress = silent,
) -> None:
    """Create and fill cases (a period by agency, agent, day, then id), agencies, agents, agent_agencies."""
    since = days.first_day(until)
    connection.execute(transform("schema"))
    connection.execute(sql("chance"))
    connection.execute("SET VARIABLE simulation_key = hash($seed::BIGINT)", {"seed": seed})
    _network(connection, cases / ((until - since).days + 1), seed, until)
    _keep(connection, "workdays", days.workdays(since - days.WARM_UP, until + days.AFTER))
    _cases(connection, since, until, cases, progress)
    for name in BENCH:
        connection.execute(f"DROP TABLE temp.{name}")


def _network(connection: duckdb.DuckDBPyConnection, per_day: float, seed: int, until: date) -> None:
    """The tables of offices and people, and the odds by which cases fall to them."""
    agencies = network.agencies(seed)
    people = staff(agencies, seed)
    _insert(connection, "agencies", network.offices(agencies, per_day))
    _insert(connection, "agents", people.agents)
    _insert(connection, "agent_agencies", people.places)
    _keep(connection, "pools", people.pools.select("place", "agent"))
    _keep(connection, "odds", network.odds(agencies, people.pools, until))


def _cases(
    connection: duckdb.DuckDBPyConnection, since: date, until: date, cases: int, progress: Progress
) -> None:
    """Period by period, so that one fits in memory to be sorted: what ends later waits for its period."""
    warm, eve = since - days.WARM_UP, since - days.DAY
    early = days.arrivals(warm, eve, days.early(since, until, cases), first_number=0)
    _receive(connection, early.head(0), until)
    connection.execute("CREATE OR REPLACE TEMP TABLE waiting AS SELECT * FROM courses")
    for first, last in days.periods(warm, eve, math.ceil(early["rows"].sum() / AT_ONCE)):
        _receive(connection, early.filter(pl.col("received_on").is_between(first, last)), until)
        connection.execute(sql("carry"), {"last": eve})
    standing = connection.table("waiting").shape[0]
    usual = days.arrivals(since, until, max(cases - standing, 0), first_number=int(early["rows"].sum()))
    periods = days.periods(since, until, math.ceil(cases / AT_ONCE))
    for done, (first, last) in enumerate(periods):
        progress("simulate", done / len(periods))
        _receive(connection, usual.filter(pl.col("received_on").is_between(first, last)), until)
        connection.execute(sql("order"), {"first": first, "last": last})
        connection.execute(sql("finish"), {"until": until, "rejected_share": world()["rejected_share"]})
        connection.execute(sql("carry"), {"last": last})
    progress("simulate", 1.0)


def _receive(connection: duckdb.DuckDBPyConnection, arrivals: pl.DataFrame, until: date) -> None:
    """Replace `courses` by the courses of the cases that arrive."""
    _keep(connection, "arrivals", arrivals)
    connection.execute(sql("receive"))
    connection.execute(sql("course"), {"until": until, **{name: world()[name] for name in COURSE}})


def _keep(connection: duckdb.DuckDBPyConnection, name: str, rows: pl.DataFrame) -> None:
    """A temporary table of `rows`, texts as an ENUM in their order: a byte or two to sort and carry."""
    names = rows.select(pl.col(pl.String)).columns
    texts = [pl.col(name).cast(pl.Enum(rows[name].unique().sort())) for name in names]
    connection.register("rows_seen", rows.with_columns(texts))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM rows_seen")  # noqa: S608
    connection.unregister("rows_seen")


def _insert(connection: duckdb.DuckDBPyConnection, name: str, rows: pl.DataFrame) -> None:
    connection.register("rows_seen", rows)
    connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM rows_seen")  # noqa: S608
    connection.unregister("rows_seen")
