"""The README says what Vigie does: its commands run here, and print what it shows."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from app.cli import command_line
from app.settings import Settings
from data.simulate import simulate
from tests.faults.command import vigie
from tests.published import app_on, visit

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_setting_and_every_command_is_there() -> None:
    settings = {f"VIGIE_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"^\| `(VIGIE_\w+)`", README, re.MULTILINE)) == settings
    commands = [
        command.callback.__name__ for command in command_line().registered_commands if command.callback
    ]
    assert [name for name in commands if f"vigie {name}" not in README] == []


def test_the_commands_shown_print_what_is_shown(home: Path, reference_file: Path) -> None:
    simulate(home, cases=20_000)
    shown = list(_shown())
    assert shown
    for words, expected in shown:
        given = [str(reference_file) if word == reference_file.name else word for word in words]
        code, out, err = vigie(home, *given)
        assert (code, _comparable(out)) == (0, _comparable(expected)), err


def _shown() -> Iterator[tuple[list[str], str]]:
    """The words after each `$ vigie` of a console block, and the output under it."""
    for block in re.findall(r"^```console\n(.*?)^```", README, re.MULTILINE | re.DOTALL):
        for command, output in re.findall(r"^\$ vigie (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            yield shlex.split(command), output


def _comparable(output: str) -> str:
    """Without what changes from one machine to the next: when it was published, how much was simulated."""
    text = re.sub(r"\d{8}T\d{6}\.\d{6}Z", "ID", output)
    text = re.sub(r"[^\S\n]+", " ", text).strip()
    return re.sub(r"\d+( \S+ … \S+ simulated)", r"N\1", text)


def test_the_addresses_shown_answer_what_is_shown(reference_home: Path) -> None:
    shown = re.findall(r"^\$ curl (?:-\w+ )?'http://127\.0\.0\.1:8050(.*)'\n(\[.*)?", README, re.MULTILINE)
    assert len(shown) > 1
    with visit(app_on(reference_home)) as here:
        for address, expected in shown:
            answer = here.get(address)
            assert answer.status_code == 200
            assert not expected or answer.text == expected


def test_the_check_runs_the_test_command() -> None:
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("exec make test")
    assert "\nmake test\n" in README
