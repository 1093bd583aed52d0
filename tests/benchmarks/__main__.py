"""`make bench`: every benchmark asked for by name, or all of them, as Markdown tables."""

import argparse
import importlib
import platform
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

PREFIX = "bench_"


def main() -> None:
    """Run and print; a benchmark is a module `bench_<name>` with TITLE, SIZES, ON_DEMAND and rows(sizes)."""
    names = sorted(path.stem.removeprefix(PREFIX) for path in Path(__file__).parent.glob(f"{PREFIX}*.py"))
    asked = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    asked.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    asked.add_argument(
        "--cases", type=int, nargs="+", metavar="N", help="cases published, instead of the usual sizes"
    )
    asked.add_argument("--on-demand", action="store_true", help="the largest sizes too, where there are some")
    given = asked.parse_args()
    if unknown := set(given.names) - set(names):
        asked.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    print(
        f"{platform.machine()}, {platform.system()} {platform.release()}, Python {platform.python_version()}"
    )
    for name in given.names or names:
        benchmark = importlib.import_module(f"{__package__}.{PREFIX}{name}")
        sizes = given.cases or benchmark.SIZES + (benchmark.ON_DEMAND if given.on_demand else ())
        print(f"\n## {benchmark.TITLE} ({name})\n", flush=True)
        for line in markdown(benchmark.rows(tuple(sizes))):
            print(line, flush=True)


def markdown(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The lines of a table, each as soon as its row is measured; the first row names the columns."""
    measured = iter(rows)
    first = next(measured, None)
    if first is None:
        return
    yield f"| {' | '.join(name.replace('_', ' ') for name in first)} |"
    yield f"|{'|'.join('---' if isinstance(value, str) else '---:' for value in first.values())}|"
    for row in chain([first], measured):
        yield f"| {' | '.join(cell(row.get(name)) for name in first)} |"


def cell(value: object) -> str:
    """A measure as it is read: whole with spaces between thousands, else three significant figures."""
    if isinstance(value, float):
        return f"{value:,.0f}".replace(",", " ") if abs(value) >= 100 else f"{value:.3g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".replace(",", " ")
    return "—" if value is None else str(value)


if __name__ == "__main__":
    main()
