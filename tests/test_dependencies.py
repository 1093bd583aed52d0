"""What Vigie is made of is told in full, and a known vulnerability that can be mended fails the check."""

import importlib.util
import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
LICENCES = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
SOUND: dict[str, Any] = {"name": "sound", "version": "1.0", "vulns": []}
UNKNOWN = {"name": "unknown", "skip_reason": "not found"}


@pytest.fixture
def dependencies() -> Any:
    spec = importlib.util.spec_from_file_location("dependencies", ROOT / ".ci" / "dependencies.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answering(monkeypatch: pytest.MonkeyPatch, dependencies: Any, packages: Sequence[object] | None) -> None:
    """The service answers that of a lock, or does not answer."""

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        if packages is not None:
            Path(words[words.index("--output") + 1]).write_text(json.dumps({"dependencies": packages}))
        return subprocess.CompletedProcess(words, 1, "", "no route to host\n")

    monkeypatch.setattr(dependencies, "_run", run)


def flawed(*fixes: str) -> dict[str, Any]:
    return {"name": "flawed", "version": "1.0", "vulns": [{"id": "CVE-1", "fix_versions": fixes}]}


@pytest.mark.parametrize(
    ("packages", "fails", "said"),
    [
        ([SOUND, flawed("1.1")], True, "flawed 1.0: CVE-1, mended by 1.1"),
        ([SOUND, flawed()], False, "flawed 1.0: CVE-1, mended by no version yet"),
        ([SOUND, UNKNOWN], False, "1 of 2 packages checked"),
        ([UNKNOWN], False, "NOT CHECKED"),
        (None, False, "NOT CHECKED, the service did not answer: no route to host"),
    ],
)
def test_only_a_known_vulnerability_that_can_be_mended_fails_the_check(
    dependencies: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    packages: Sequence[object] | None,
    fails: bool,
    said: str,
) -> None:
    answering(monkeypatch, dependencies, packages)
    assert dependencies.vulnerabilities("run") is fails
    assert said in capsys.readouterr().out


def test_the_list_of_licences_names_all_that_runs(dependencies: Any) -> None:
    listed = re.findall(r"^\| (\S+) (?:\(assets/vendor\) )?\|", LICENCES, re.MULTILINE)
    vendored = [folder.name for folder in dependencies.vendored()]
    assert listed == ["package", *sorted({name for name, _ in dependencies.running()}), *vendored]


def test_no_licence_asks_for_more_than_to_be_named() -> None:
    assert re.findall(r"^.*\b(?:A|L)?GPL.*$", LICENCES, re.MULTILINE) == []


def test_the_bill_of_materials_has_all_that_runs_here_and_nothing_of_the_tests(
    dependencies: Any,
) -> None:
    file = ROOT / "build" / "sbom.test.json"
    try:
        dependencies.bill_of_materials(file)
        bill = json.loads(file.read_text(encoding="utf-8"))
    finally:
        file.unlink(missing_ok=True)
    names = {each["name"].lower() for each in bill["components"]}
    assert {"duckdb", "authlib", "argon2-cffi", "bootstrap"} <= names
    assert not {"pytest", "mypy", "playwright", "hypothesis"} & names
    refs = {each["bom-ref"] for each in bill["components"]} | {"root-component"}
    assert all(ref in refs for each in bill["dependencies"] for ref in each["dependsOn"])
    assert bill["bomFormat"] == "CycloneDX"
