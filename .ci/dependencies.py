"""What Vigie is made of: known vulnerabilities of it, its bill of materials, its licences.

Known vulnerabilities are asked of a service on the network: where it does not answer, that is said, and no
more. One that a newer version mends fails the check. Writes build/sbom.json (CycloneDX 1.6) and
docs/licences.md.
"""

import json
import re
import subprocess
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCKS = ("setup", "test")  # test.lock holds all of run.lock
PIN = re.compile(r"^([a-z0-9.-]+)==([^\s;]+)", re.MULTILINE)
PATIENCE = 300  # seconds


def main() -> int:
    """The exit code: 1 for a vulnerability that a newer version mends."""
    found = [vulnerabilities(name) for name in LOCKS]
    bill_of_materials(ROOT / "build" / "sbom.json")
    (ROOT / "docs" / "licences.md").write_text(licences(), encoding="utf-8")
    return int(any(found))


def vulnerabilities(lock: str) -> bool:
    """Tell what is known against a lock; whether any of it can be mended."""
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "answer.json"
        try:
            done = _run("pip-audit", "--requirement", f"requirements/{lock}.lock", "--output", str(answer))
            why = (done.stderr.strip().splitlines() or ["no reason given"])[-1][:200]
        except subprocess.TimeoutExpired:
            why = f"nothing in {PATIENCE} seconds"
        if not answer.is_file():
            print(f"{lock}.lock: NOT CHECKED, the service did not answer: {why}")
            return False
        packages = json.loads(answer.read_text(encoding="utf-8"))["dependencies"]
    asked = [each for each in packages if "skip_reason" not in each]
    if not asked:
        print(f"{lock}.lock: NOT CHECKED, the service knows none of the {len(packages)} packages")
        return False
    print(f"{lock}.lock: {len(asked)} of {len(packages)} packages checked")
    known = [(package, each) for package in asked for each in package["vulns"]]
    for package, each in known:
        mended = ", ".join(each["fix_versions"]) or "no version yet"
        print(f"  {package['name']} {package['version']}: {each['id']}, mended by {mended}")
    return any(each["fix_versions"] for _, each in known)


def bill_of_materials(file: Path) -> None:
    """What runs, and what each part needs; the tools of the tests are left out."""
    file.parent.mkdir(exist_ok=True)
    _run("cyclonedx-py", "environment", sys.executable, "--pyproject", "pyproject.toml", "--sv", "1.6",
         "--output-reproducible", "--output-file", str(file)).check_returncode()  # fmt: skip
    bill: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    names = {_plain(name) for name, _ in running()}
    bill["components"] = [each for each in bill["components"] if _plain(each["name"]) in names]
    kept = {each["bom-ref"] for each in bill["components"]} | {bill["metadata"]["component"]["bom-ref"]}
    bill["dependencies"] = [
        {**each, "dependsOn": [ref for ref in each.get("dependsOn", ()) if ref in kept]}
        for each in bill["dependencies"]
        if each["ref"] in kept
    ]
    bill["components"] += [_vendored(folder) for folder in vendored()]
    file.write_text(json.dumps(bill, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"{file.relative_to(ROOT)}: {len(bill['components'])} components")


def licences() -> str:
    """A table of every package that runs and the licence it states, then of what assets/vendor holds."""
    rows = [f"| {name} | {_licence(name)} |" for name in sorted({name for name, _ in running()})]
    rows += [f"| {folder.name} (assets/vendor) | {_title(folder / 'LICENSE')} |" for folder in vendored()]
    head = "# Licences\n\nOf what runs, as each package states it. `make audit` writes this list.\n\n"
    return head + "\n".join(["| package | licence |", "|---|---|", *rows]) + "\n"


def running() -> list[tuple[str, str]]:
    """Name and version of every package of run.lock."""
    return PIN.findall((ROOT / "requirements" / "run.lock").read_text(encoding="utf-8"))


def vendored() -> list[Path]:
    """The folders of what others wrote for browsers."""
    return sorted(path for path in (ROOT / "assets" / "vendor").iterdir() if path.is_dir())


def _run(tool: str, *words: str) -> subprocess.CompletedProcess[str]:
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    command = [str(Path(sys.executable).parent / tool), *words, *(options if tool == "pip-audit" else ())]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)


def _licence(name: str) -> str:
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return "— (not on this system)"
    kinds = [
        each.split(" :: ")[-1] for each in told.get_all("Classifier") or () if each.startswith("License")
    ]
    kinds = [each for each in kinds if each != "OSI Approved"]
    return str(told["License-Expression"] or ", ".join(kinds) or (told["License"] or "—").splitlines()[0])


def _title(file: Path) -> str:
    text = file.read_text(encoding="utf-8")
    known = {"SIL Open Font License": "OFL-1.1", "Apache License": "Apache-2.0", "MIT": "MIT"}
    return next((name for words, name in known.items() if words in text), text.strip().splitlines()[0])


def _vendored(folder: Path) -> dict[str, Any]:
    licence = {"license": {"id": _title(folder / "LICENSE")}}
    return {"type": "library", "bom-ref": f"vendor/{folder.name}", "name": folder.name, "licenses": [licence]}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
