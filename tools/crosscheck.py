"""Ask HL7's own validator about every example and record what it says.

    python tools/crosscheck.py --engine PATH/crosscheck.sh [--check]

``crosscheck.sh`` runs HL7's validator (Java) as a JSON-lines pipe. This installs our package into it, validates the
valid examples under ``examples/`` and the invalid ones under ``conformance/invalid/`` and writes errors and warnings to
``conformance/crosscheck.json``; the tests compare that record with the index of invalid examples, so that they need no
Java. With ``--check`` nothing is written and the exit code is 1 when the record is out of date.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "vrfhir" / "profiles" / "package"
RECORD = ROOT / "conformance" / "crosscheck.json"
UK_CORE = "fhir.r4.ukcore.staging#2.0.0-main.20250620"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--engine", type=Path, required=True, help="crosscheck.sh, set up once with 'crosscheck.sh setup'"
    )
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when the record is out of date")
    arguments = parser.parse_args()
    if not arguments.engine.is_file():
        sys.stderr.write(f"no crosscheck.sh at {arguments.engine}\n")
        return 2
    record = {"engine": "HL7 validator, offline", "examples": dict(outcomes(arguments.engine))}
    content = (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()
    current = RECORD.exists() and RECORD.read_bytes() == content
    if not arguments.check:
        RECORD.write_bytes(content)
    sys.stdout.write(
        f"{len(record['examples'])} examples; the record {'is current' if current else 'was out of date'}\n"
    )
    return 1 if arguments.check and not current else 0


def examples() -> list[Path]:
    """Every example resource: valid ones of the stories, then the invalid ones."""
    invalid = [path for path in (ROOT / "conformance" / "invalid").glob("*.json") if path.name != "index.json"]
    return sorted((ROOT / "examples").glob("*/fhir/*.json")) + sorted(invalid)


def outcomes(engine: Path) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """For each example its path and the engine's errors and warnings, in the engine's order."""
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "package.tgz"
        write_package(archive)
        installed = subprocess.run(
            ["bash", str(engine), "install", str(archive)], check=True, capture_output=True, text=True
        ).stdout.strip()
    command = ["bash", str(engine), UK_CORE, installed]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("the engine has no pipes")
        for path in examples():
            name = str(path.relative_to(ROOT))
            request = {"id": name, "resource": str(path), "format": "json", "supporting": [], "profile": None}
            process.stdin.write((json.dumps(request) + "\n").encode())
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            if "issues" not in answer:
                raise RuntimeError(f"{name}: {answer.get('crash')}")
            yield name, [finding(issue) for issue in answer["issues"] if issue["severity"] != "information"]
        process.stdin.close()


def finding(issue: dict[str, Any]) -> dict[str, str]:
    """One issue: severity, rule (invariant key or message id) and place, without the engine's comments in the path."""
    rule = (issue["messageId"] or "").rsplit("#", 1)[-1]
    expression = re.sub(r"/\*.*?\*/|\.ofType\(\w+\)", "", issue["expression"] or "")
    return {"severity": issue["severity"], "rule": rule, "element": expression}


def write_package(archive: Path) -> None:
    """Our package as npm packs it: everything under ``package/``."""
    with tarfile.open(archive, "w:gz") as tar:
        for path in sorted(PACKAGE.iterdir()):
            entry = tarfile.TarInfo(f"package/{path.name}")
            content = path.read_bytes()
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))


if __name__ == "__main__":
    sys.exit(main())
