"""What holds for the repository as a whole: directions, locks, texts, licences, words that are banned."""

import ast
import re
import string
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

from app.texts import LANGUAGES, catalogue

ROOT = Path(__file__).parents[1]
OURS = ("app", "models", "queries", "data")
LONGEST_MODULE = 250  # lines
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))
PIN = re.compile(r"^([a-z0-9.-]+)==(\S+)", re.MULTILINE)

# In pieces, so that this file may be read by its own test.
NOT_HERE = {
    "a package index": r"py"
    r"pi\.org|python"
    r"hosted|npm"
    r"js\.(com|org)|deb\.deb"
    r"ian|jsdel"
    r"ivr|unp"
    r"kg",
    "a machine path": r"(?<![\w.])/(?:farm|work|root|home)/[\w.]",
    "a secret": r"BEGIN [A-Z ]*PRIVATE" r" KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[opsu]_\w{30}|\bxox[abp]-\w{10}",
}
# Readers that run what they read, markup made from data, callbacks without permission or in other processes.
BANNED = re.compile(
    r"^\s*(?:import|from) (?:pickle|joblib)\b|plotly\.express|from plotly import express|dangerously_allow"
    r"|\bdash\.callback\b|from dash import (?:\([^)]*|[^\n]*)\bcallback\b"
    r"|\bbackground=True|enable_mcp=True|showSendToCloud\W+[Tt]rue|\b(?:innerHTML|insertAdjacentHTML)\b",
    re.MULTILINE,
)


@cache
def files() -> tuple[Path, ...]:
    """Every file that git would not ignore, whether or not there is a git here to ask."""
    ignored = [".git", *(line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split())]
    return tuple(path for path in _walk(ROOT, ignored) if path.is_file())


def _walk(folder: Path, ignored: list[str]) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if not any(fnmatch(path.name, pattern) for pattern in ignored):
            yield from _walk(path, ignored) if path.is_dir() else [path]


def modules() -> dict[str, ast.Module]:
    """Our Python modules by their path in the repository, parsed."""
    return {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for path in files()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in OURS
    }


def test_every_import_goes_in_the_direction_of_the_contracts() -> None:
    assert lint_imports(str(ROOT / "pyproject.toml"), no_cache=True) == 0


def test_no_file_names_a_package_index_a_machine_path_or_a_secret() -> None:
    found = []
    for path in files():
        text = path.read_bytes().decode("utf-8", errors="ignore")
        found += [f"{path}: {what}" for what, pattern in NOT_HERE.items() if re.search(pattern, text)]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_a_lock_pins_and_hashes_all_and_says_nothing_of_where_it_comes_from(lock: Path) -> None:
    text = lock.read_text()
    bad = [
        entry
        for entry in re.split(r"\n(?=\S)", text.strip())
        if not PIN.match(entry) or "sha256:" not in entry
    ]
    assert bad == []
    assert "://" not in text


def test_tests_run_on_the_very_versions_that_serve() -> None:
    run, test = (
        set(PIN.findall((ROOT / f"requirements/{name}.lock").read_text())) for name in ("run", "test")
    )
    assert run - test == set()


def test_both_languages_have_every_text_with_the_same_placeholders() -> None:
    french, english = (
        {
            key: sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)
            for key, text in catalogue(code).items()
        }
        for code in LANGUAGES
    )
    assert french == english


def test_every_text_the_code_asks_for_exists() -> None:
    texts = catalogue(LANGUAGES[0])
    lacking = [
        f"{name}:{line} {pattern}"
        for name, tree in modules().items()
        for line, pattern in _asked(tree)
        if not any(re.fullmatch(pattern, key) for key in texts)
    ]
    assert lacking == []


def _asked(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The line and the pattern of each `t("…")` and `t(f"…")`; what an f-string fills in may be any word."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "t"
            and node.args
        ):
            match node.args[0]:
                case ast.Constant(value=str(key)):
                    yield node.lineno, re.escape(key)
                case ast.JoinedStr(values=parts):
                    pieces = (
                        re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+"
                        for part in parts
                    )
                    yield node.lineno, "".join(pieces)


def test_what_others_wrote_keeps_its_licence() -> None:
    folders = (path for path in (ROOT / "assets" / "vendor").iterdir() if path.is_dir())
    vendored = [*folders, ROOT / "tests" / "browser" / "axe"]
    assert len(vendored) > 1
    assert [path.name for path in vendored if not (path / "LICENSE").is_file()] == []
    assert "Apache License" in (ROOT / "LICENSE").read_text()


def test_no_module_and_no_script_uses_what_is_banned() -> None:
    scripts = [str(path.relative_to(ROOT)) for path in (ROOT / "assets" / "vigie").glob("*.js")]
    read = {name: (ROOT / name).read_text(encoding="utf-8") for name in [*modules(), *scripts]}
    assert {name: found[0] for name, text in read.items() if (found := BANNED.search(text))} == {}


def test_no_module_is_long() -> None:
    sizes = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in modules()}
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_MODULE} == {}
