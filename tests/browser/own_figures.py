"""The indicators again, from the CSV by hand: no query, no engine, no data frame."""

import csv
from collections.abc import Iterable, Mapping
from math import ceil
from pathlib import Path
from statistics import fmean

Row = Mapping[str, str]
NORM = 20  # days


def read(file: Path) -> list[Row]:
    """The rows of the reference file."""
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened))


def kept(
    rows: Iterable[Row], agencies: Iterable[str] = (), first: str = "", last: str = "9999", **same: str
) -> list[Row]:
    """Rows of those agencies (none: all), from the month `first` to `last`, with those values."""
    wanted = set(agencies)
    return [
        row
        for row in rows
        if (not wanted or row["Agence"] in wanted)
        and first <= row["Date"][:7] <= last
        and all(row[name] == value for name, value in same.items())
    ]


def within(done: list[tuple[float, int]], share: float) -> int:
    """The whole days by whose end that share of the cases is finished."""
    each = sorted(ceil(delay) for delay, cases in done for _ in range(cases))
    return each[ceil(share * len(each)) - 1]


def figures(rows: list[Row]) -> dict[str, float | None]:
    """What the page must show for those rows; None where the file cannot tell."""
    weight = [int(row["Dossiers_traites"]) for row in rows]
    treated = sum(weight)
    done = [
        (float(row["Délai_traitement"]), cases)
        for row, cases in zip(rows, weight, strict=True)
        if row["Statut"] == "Clôturé"
    ]
    closed = sum(cases for _, cases in done)
    return {
        "rows": len(rows),
        "treated": treated,
        "closed": closed,
        "mean_delay": sum(delay * cases for delay, cases in done) / closed,
        "median_delay": within(done, 0.5),
        "p90_delay": within(done, 0.9),
        "late_share": sum(cases for delay, cases in done if delay > NORM) / closed,
        "return_rate": sum(int(row["Retours_dossier"]) for row in rows) / treated,
        "returned_share": None,
        "row_mean_delay": fmean(float(row["Délai_traitement"]) for row in rows),
        "row_mean_return_rate": fmean(float(row["Taux_retour"]) for row in rows),
        "stock": None,
        "workload_per_fte": None,
    }
