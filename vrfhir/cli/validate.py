"""``vrfhir validate FILE…``: check FHIR files, folders, globs or standard input."""

from __future__ import annotations

import argparse
import gc
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from vrfhir.errors import UnreadableError
from vrfhir.issues import SEVERITIES, Issue

if TYPE_CHECKING:
    from vrfhir.validation import Report, Validator

__all__ = ["HELP", "add_arguments", "run"]

HELP = "check FHIR files against R4, UK Core and the VR profiles"

_OBJECTS_BETWEEN_COLLECTIONS = 100_000
_SUFFIXES = (".json", ".xml", ".ndjson")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="JSON, XML or NDJSON files, folders, globs; - for standard input"
    )
    parser.add_argument(
        "--profile", action="append", default=[], metavar="URL", help="check against this profile too (repeatable)"
    )
    parser.add_argument(
        "--package",
        action="append",
        default=[],
        metavar="TGZ|DIR|ID#VERSION",
        help="load a FHIR package with more definitions (repeatable)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document with all reports")
    parser.add_argument(
        "--jsonl", action="store_true", help="answer one JSON request a line from standard input, until it ends"
    )
    parser.add_argument(
        "--fail-on", choices=("error", "warning"), default="error", help="what makes the exit code 1 (default: error)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0: nothing found; 1: findings; 2: could not run."""
    # Definitions are many objects that stay: looking through them for garbage again and again finds none.
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    from vrfhir.validation import Validator

    if arguments.jsonl:
        return _serve(Validator(packages=arguments.package))
    sources = list(_sources(arguments.files))
    validator = Validator(packages=arguments.package)
    reports = []
    failed = False
    for name, data in sources:
        for report in _reports(validator, name, data, arguments.profile):
            reports.append(report)
            failed = failed or any(_counts(issue, arguments.fail_on) for issue in report.issues)
    if arguments.json:
        sys.stdout.write(
            json.dumps(
                {"valid": not failed, "reports": [each.to_dict() for each in reports]}, indent=2, ensure_ascii=False
            )
            + "\n"
        )
    else:
        from vrfhir.cli.findings import write_reports

        write_reports(reports, sys.stdout)
    return 1 if failed else 0


def _serve(validator: Validator) -> int:
    from vrfhir.validation.pipe import answer_lines

    for line in answer_lines(validator, sys.stdin):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return 0


def _counts(issue: Issue, threshold: str) -> bool:
    return SEVERITIES.index(issue.severity) <= SEVERITIES.index("warning" if threshold == "warning" else "error")


def _sources(names: list[str]) -> Iterator[tuple[str, bytes]]:
    if not names:
        raise UnreadableError(
            _problem("VR-CLI-0001", "No files were named.", "Name files, folders or globs, or - for standard input.")
        )
    for name in names:
        if name == "-":
            yield "<stdin>", sys.stdin.buffer.read()
            continue
        for path in _paths(name):
            try:
                yield str(path), path.read_bytes()
            except OSError as problem:
                raise UnreadableError(
                    _problem("VR-CLI-0002", f"{path} cannot be read: {problem.strerror}.")
                ) from problem


def _paths(name: str) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        found = sorted(each for each in path.rglob("*") if each.suffix in _SUFFIXES and _is_content(each))
    elif path.exists() or not any(sign in name for sign in "*?["):
        found = [path]
    else:
        import glob

        found = sorted(Path(each) for each in glob.glob(name, recursive=True))  # noqa: PTH207 (the pattern may be absolute)
    if not found:
        raise UnreadableError(_problem("VR-CLI-0003", f"Nothing to check was found at {name}."))
    return found


def _is_content(path: Path) -> bool:
    """True for files that may hold resources: not the index and description of a package."""
    return path.is_file() and not path.name.startswith(".") and path.name != "package.json"


def _problem(rule: str, text: str, hint: str = "") -> Issue:
    return Issue("fatal", "not-found", rule, text, hint=hint)


def _reports(validator: Validator, name: str, data: bytes, profiles: list[str]) -> Iterator[Report]:
    if not name.endswith(".ndjson"):
        yield validator.validate(data, profiles=profiles, source=name)
        return
    for number, line in enumerate(data.splitlines(), start=1):
        if line.strip():
            yield validator.validate(line, profiles=profiles, source=f"{name}:{number}")
