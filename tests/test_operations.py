"""The page for those who operate Vigie: its settings, commands, measures and files are those there are."""

import configparser
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from app import metrics
from app.cli import command_line
from app.services import Services
from app.settings import Settings
from tests.published import publish, settings

DOCS = Path(__file__).parents[1] / "docs"
PAGES = ("operations.md", "organisation.md")
PAGE = (DOCS / "operations.md").read_text(encoding="utf-8")
UNITS = ("vigie.service", "vigie-backup.service")


def shown(pages: tuple[str, ...] = PAGES) -> Iterator[str]:
    """Every command in a block, or in the text, that begins with `vigie`."""
    for page in pages:
        text = (DOCS / page).read_text(encoding="utf-8")
        blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
        yield from re.findall(r"^(?:\$ )?(vigie .+)$", blocks, re.MULTILINE)
        yield from re.findall(r"`(vigie [^`]+)`", text)


def test_every_setting_is_there_with_its_default() -> None:
    rows = re.findall(r"^\| `VIGIE_(\w+)` \| (.*?) ?\| ", PAGE, re.MULTILINE)
    stated = {name.lower(): default.strip("`") for name, default in rows if "VIGIE" not in default}
    assert stated == {name: _default(name) for name in Settings.model_fields}


def _default(name: str) -> str:
    if name == "workers":
        return "cores"
    value = Settings.model_fields[name].default
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or name == "oidc_client_secret" else str(value)


@pytest.mark.parametrize("command", sorted(set(shown())))
def test_every_command_shown_is_one_with_these_options(command: str) -> None:
    words = shlex.split(command)[1:]
    found: Any = typer.main.get_command(command_line())
    while hasattr(found, "commands"):
        assert words, command
        assert words[0] in found.commands, command
        found = found.commands[words.pop(0)]
    options = {option for each in found.params for option in (*each.opts, *each.secondary_opts)}
    assert [word for word in words if word.startswith("--") and word not in options] == []


def test_every_measure_is_there(home: Path) -> None:
    publish(home)
    services = Services(settings(home))
    told = metrics.told(services).decode()
    services.close()
    names = {name for name in re.findall(r"^# HELP (\w+)", told, re.MULTILINE) if "_created" not in name}
    assert names == set(re.findall(r"`(vigie_\w+)[`{]", PAGE))


@pytest.mark.parametrize("name", UNITS)
def test_a_service_may_do_little(name: str) -> None:
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read(DOCS / "operations" / name)
    service = dict(unit["Service"])
    assert (service["User"], service["CapabilityBoundingSet"]) == ("vigie", "")
    for word in ("NoNewPrivileges", "PrivateTmp", "PrivateDevices", "ProtectHome", "MemoryDenyWriteExecute"):
        assert service[word] == "yes", word
    assert (service["ProtectSystem"], service["UMask"]) == ("strict", "0077")


def test_systemd_understands_the_units() -> None:
    """Where it is installed; that the command lies elsewhere here is no fault of theirs."""
    if shutil.which("systemd-analyze"):
        files = [str(DOCS / "operations" / name) for name in (*UNITS, "vigie-backup.timer")]
        done = subprocess.run(
            ["systemd-analyze", "verify", *files], capture_output=True, text=True, check=False
        )
        faults = [line for line in done.stderr.splitlines() if "/opt/vigie/.venv/bin/vigie" not in line]
        assert faults == []


def test_every_file_that_the_page_names_is_there() -> None:
    links = re.findall(r"\]\(([\w./-]+)\)", PAGE)
    assert len(links) > 8
    assert [link for link in links if not (DOCS / link).exists()] == []
    named = set(re.findall(r"docs/operations/([\w.-]+\w)", PAGE))
    assert [name for name in named if not (DOCS / "operations" / name).exists()] == []


def test_the_container_has_no_root_and_says_how_it_is() -> None:
    text = (DOCS / "operations" / "Containerfile").read_text(encoding="utf-8")
    last = text[text.rindex("FROM ") :]
    assert re.search(r"^USER vigie$", last, re.MULTILINE)
    assert last.index("USER vigie") < last.index("CMD [")
    assert "HEALTHCHECK" in last
    assert "/health" in last
    folders = re.findall(r"^COPY (\w+) \1$", text, re.MULTILINE)
    assert set(folders) == {"requirements", "app", "queries", "models", "data", "assets"}
