"""Small files of cases, loaded as a person would."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from data.pipeline import load_file

HEADINGS = ("Date", "Agence", "Type de dossier", "Statut", "Délai de traitement", "Retours", "Agent")
TYPES = ("Retraite personnelle", "Réversion", "Invalidité")
AGENCIES = ("Lille", "Rouen", "Créteil")


def publish(home: Path, last: date, agencies: Sequence[str] = AGENCIES, days: int = 400) -> int:
    """Load one case a day for each agency over the `days` up to `last`; the number of cases."""
    rows = [row for back in range(days) for row in _day(last - timedelta(back), agencies)]
    file = home.parent / f"cases-{last}-{len(agencies)}.csv"
    with file.open("w", encoding="utf-8", newline="") as opened:
        csv.writer(opened).writerows([HEADINGS, *rows])
    report = load_file(home, "cases", file)
    assert (report.kept, report.rejected) == (len(rows), 0), report
    return len(rows)


def _day(day: date, agencies: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for place, agency in enumerate(agencies):
        number = day.toordinal() + place
        status = "En cours" if number % 5 == 0 else "Clôturé"
        delay, returns = str(10 + number % 17), str(int(number % 7 == 0))
        yield day.isoformat(), agency, TYPES[number % 3], status, delay, returns, f"{1000 + number % 4}"
