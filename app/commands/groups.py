"""Commands of more than one word: `vigie users add`."""

from __future__ import annotations

from collections.abc import Callable

import typer

from app.texts import t


def add_group(line: typer.Typer, name: str, key: str, *commands: Callable[..., None]) -> None:
    """Add `vigie NAME COMMAND` for each; the help is the text `key`, of a command `<key>_<command>`.

    A command that lists is `listed` in the code, so that it does not hide the type.
    """
    group = typer.Typer(no_args_is_help=True, help=t(key))
    for command in commands:
        word = "list" if command.__name__ == "listed" else command.__name__
        group.command(word, help=t(f"{key}_{word}"))(command)
    line.add_typer(group, name=name)
