"""The README says what Vigie does: its commands run here, and print what it shows."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from app.cli import command_line
from data.simulate import simulate
from tests.credits import publish_credits
from tests.faults.command import vigie
from tests.published import app_on, visit
from tests.trained import quick_model

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", README, re.MULTILINE))
SCORING = "Score clients"


def test_every_command_is_there() -> None:
    line = command_line()
    commands = [command.callback.__name__ for command in line.registered_commands if command.callback]
    groups = [str(group.name) for group in line.registered_groups]
    assert [name for name in [*commands, *groups] if f"vigie {name}" not in README] == []


def test_the_commands_shown_print_what_is_shown(home: Path, reference_data: Path) -> None:
    simulate(home, cases=20_000, clients=2_000)
    assert (
        sum(_replayed(home, text, reference_data) for name, text in SECTIONS.items() if name != SCORING) > 5
    )


def test_the_scoring_shown_is_what_a_model_on_that_file_says(home: Path, reference_data: Path) -> None:
    """Any model: training the one shown takes minutes, and its second digit is chance."""
    loading, scoring = re.split(r"^```\n\$ vigie train\n", SECTIONS[SCORING], flags=re.MULTILINE)
    assert _replayed(home, loading, reference_data) == 1
    quick_model(home)
    assert _replayed(home, scoring, reference_data) == 1


def test_the_addresses_of_scores_answer_too(home: Path) -> None:
    publish_credits(home)
    quick_model(home)
    shown = re.findall(r"'http://127\.0\.0\.1:8050(/(?:api/v1/)?clients/.*)'", README)
    assert len(shown) > 1
    with visit(app_on(home)) as here:
        for address in shown:
            assert here.get(address.replace("/1/", "/900/")).status_code == 200
        body = re.findall(r"-d '(.*)' http://127\.0\.0\.1:8050(/api/v1/score)$", README, re.MULTILINE)
        ((features, address),) = body
        unknown = here.post(address, content=features, headers={"content-type": "application/json"})
        assert (unknown.status_code, unknown.json()["field"]) == (422, "features.LIMIT_BAL")


def _replayed(home: Path, text: str, reference_data: Path) -> int:
    """Run what the text shows and compare; how many commands there were."""
    shown = list(_shown(text))
    for words, expected in shown:
        given = [str(_found(word, reference_data)) if word.endswith(".csv") else word for word in words]
        code, out, err = vigie(home, *given)
        assert (code, _comparable(out)) == (0, _comparable(expected)), err
    return len(shown)


def _found(name: str, reference_data: Path) -> Path:
    (found,) = reference_data.rglob(name)
    return found


def _shown(text: str) -> Iterator[tuple[list[str], str]]:
    """The words after each `$ vigie` of a console block, and the output under it."""
    for block in re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for command, output in re.findall(r"^\$ vigie (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            yield shlex.split(command), output


def _comparable(output: str) -> str:
    """Without what changes from one run to the next: dates, how much was simulated, a risk."""
    text = re.sub(r"\d{8}T\d{6}\.\d{6}Z", "ID", output)
    text = re.sub(r"[^\S\n]+", " ", text).strip()
    text = re.sub(r"risk of default \S+ %", "risk of default N %", text)
    return re.sub(r"\d+( \S+ … \S+ simulated credits:) \d+", r"N\1 N", text)


def test_the_addresses_shown_answer_what_is_shown(reference_home: Path) -> None:
    asked = r"^\$ curl (?:-\w+ )?'http://127\.0\.0\.1:8050(/(?:api/v1/queries|export)/.*)'\n(\[.*)?"
    shown = re.findall(asked, README, re.MULTILINE)
    assert len(shown) > 1
    with visit(app_on(reference_home)) as here:
        for address, expected in shown:
            answer = here.get(address)
            assert answer.status_code == 200
            assert not expected or answer.text == expected


def test_the_check_runs_the_test_command() -> None:
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("exec make test")
    assert "\nmake test\n" in README
