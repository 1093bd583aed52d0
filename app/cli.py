"""`vigie`: the command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 75 locked by another."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import typer
from pydantic import ValidationError

from app.commands import (
    advice,
    audit,
    backup,
    data,
    decisions,
    person,
    questions,
    scoring,
    serving,
    tokens,
    training,
    users,
)
from app.texts import speaking, t
from data.errors import Busy, DataError

AREAS: tuple[Callable[[typer.Typer], None], ...] = (
    data.add_to,
    questions.add_to,
    advice.add_to,
    training.add_to,
    scoring.add_to,
    decisions.add_to,
    audit.add_to,
    person.add_to,
    backup.add_to,
    users.add_to,
    tokens.add_to,
    serving.add_to,
)
LOCKED = os.EX_TEMPFAIL  # 75
HEADERS_SHOWN = 8


def main() -> None:
    """Run the command in the language of the terminal; French unless it speaks English."""
    with speaking(_terminal_language()):
        sys.exit(run(command_line()))


def command_line() -> typer.Typer:
    """Every command, with its help in the language spoken now."""
    line = typer.Typer(
        name="vigie",
        help=t("cli.vigie"),
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    for add_to in AREAS:
        add_to(line)
    return line


def run(line: Callable[[], object]) -> int:
    """Run, and say in one line of stderr why it did not work; the exit code."""
    try:
        line()
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 1
    except Busy as error:
        return _refused(sentence(error), LOCKED)
    except DataError as error:
        return _refused(sentence(error))
    except ValidationError as error:
        first = error.errors()[0]
        name = "VIGIE_" + "_".join(map(str, first["loc"])).upper()
        return _refused(t("cli.bad_setting", name=name, detail=first["msg"]))
    except Exception as error:  # noqa: BLE001  the last resort: a person gets a sentence, never a traceback
        return _refused(t("cli.unexpected", kind=type(error).__name__, detail=error))
    return 0


def sentence(error: DataError) -> str:
    """Why data were refused, in the reader's words."""
    values = dict(error.values)
    if error.reason == "columns_missing":
        return _columns_missing(values)
    if "why" in values:
        values["why"] = t(f"load.reject.{values['why']}")
    return t(f"{error.area}.{error.reason}", **values)


def _columns_missing(values: dict[str, Any]) -> str:
    """Which columns lack, by the names people give them, and the headers that nothing took.

    Those of credits are named as the file should name them.
    """
    cases = values["table"] == "cases"
    lacking = [
        [t(f"column.{name}") if cases else name for name in group.split(" / ")]
        for group in values["missing"].split(", ")
    ]
    headers = values["unknown"].split(", ")
    shown = ", ".join(headers[:HEADERS_SHOWN]) + (", …" if len(headers) > HEADERS_SHOWN else "")
    known = {**values, "missing": ", ".join(t("load.or").join(group) for group in lacking), "unknown": shown}
    if values["nearest"] != "—":
        return t("load.columns_missing_near", **known)
    return t("load.columns_missing" if cases else "load.credit_columns_missing", **known)


def _refused(text: str, code: int = 1) -> int:
    print(" ".join(f"vigie: {text}".split()), file=sys.stderr)  # noqa: T201
    return code


def _terminal_language() -> str:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return spoken[:2]


if __name__ == "__main__":
    main()
