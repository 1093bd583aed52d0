"""Small published tables of credits, and the contract they follow."""

import random
from pathlib import Path

import duckdb

from data.pipeline import publish_tables
from data.snapshot import Snapshot

CONTRACT = """
name = "small"
identity = ["income", "job"]
label = { fr = "Petit", en = "Small" }
headers = { client_id = ["ID"], applied_on = ["date"], defaulted = ["default"] }
outcomes = { true = ["1", "oui"], false = ["0", "non"] }
clients = { age = "age", segment = "job" }

[features.income]
fr = "Revenu"
en = "Income"
unit = "€"
low = 0
high = 100_000
monotone = -1
[features.income.sentinels]
999999 = { fr = "inconnu", en = "unknown" }
[features.amount]
fr = "Montant"
en = "Amount"
unit = "€"
low = 1
names = ["montant"]
changeable = true
step = 100
[features.job]
fr = "Emploi"
en = "Job"
kind = "category"
values = { 1 = { fr = "salarié", en = "employed" }, 2 = { fr = "autre", en = "other" } }
[features.owner]
fr = "Propriétaire"
en = "Owner"
kind = "flag"
[features.age]
fr = "Âge"
en = "Age"
unit = "years"
protected = true
[features.ratio]
fr = "Montant / revenu"
en = "Amount / income"
formula = "amount / income"
"""
HEADER = "ID,date,default,income,amount,job,owner,age"


def rows(count: int, *, first: int = 1, seed: int = 1) -> list[str]:
    """`count` sound records for HEADER: ids from `first`, one in nine without an outcome."""
    chance = random.Random(seed)
    return [
        f"{number},2026-01-{number % 28 + 1:02d},{'' if number % 9 == 0 else int(chance.random() < 0.2)},"
        f"{chance.randint(1, 50) * 100},{chance.randint(1, 900)}.5,{chance.choice('12')},"
        f"{chance.choice('01')},{chance.randint(20, 70)}"
        for number in range(first, first + count)
    ]


def fill_credits(connection: duckdb.DuckDBPyConnection, count: int = 200) -> None:
    """The table credits of the contract above, the loaded features alone and not in order."""
    connection.execute(
        """
        CREATE TABLE credits AS
        SELECT 1000 - i AS client_id, DATE '2026-01-01' + (i % 28)::INTEGER AS applied_on,
               CASE WHEN i % 9 > 0 THEN i % 4 = 0 END AS defaulted,
               CASE WHEN i % 7 > 0 THEN (i % 50) * 100.0 END AS income, 10.5 + i % 90 AS amount,
               (1 + i % 2)::VARCHAR AS job, i % 3 = 0 AS owner, 20 + i % 50 AS age
        FROM range($count) AS r(i)""",
        {"count": count},
    )


def publish_credits(home: Path, count: int = 200, *, simulated: bool = False) -> Snapshot:
    """Publish `count` credits (client ids 1000 and below) and no cases."""
    return publish_tables(
        home, lambda connection: fill_credits(connection, count), simulated=simulated, scoring=CONTRACT
    )
