"""``vrfhir map``: HL7 v2 messages as FHIR Bundles and the other way, or the ledger of what became of every value."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from vrfhir.cli import write_v2
from vrfhir.cli.ledger import show_ledger
from vrfhir.errors import VrfhirError
from vrfhir.fhir.json import serialize
from vrfhir.issues import Issue, has_errors
from vrfhir.mappers import Mapping, Partner, to_fhir

__all__ = ["HELP", "add_arguments", "run"]

HELP = "turn HL7 v2 messages into FHIR or FHIR into HL7 v2, with a ledger of every value"

OK, FINDINGS, COULD_NOT_RUN = 0, 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the verb."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        type=Path,
        help="message in ER7 form, or a Bundle in JSON or XML with --to v2; - reads standard input",
    )
    parser.add_argument("--to", choices=("fhir", "v2"), default="fhir", help="which way (default: fhir)")
    parser.add_argument("--ledger", action="store_true", help="show what became of every value instead of the Bundle")
    parser.add_argument("--values", action="store_true", help="with the ledger: show the values too (patient data)")
    parser.add_argument("--partner", type=Path, metavar="TOML", help="what is particular to the sender")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object: Bundle, ledger and findings of every file"
    )
    parser.add_argument("--jsonl", action="store_true", help='answer {"id", "message": path} lines from standard input')
    write_v2.add_arguments(parser)


def run(arguments: argparse.Namespace) -> int:
    """Map the files; 0 nothing wrong, 1 findings that are errors, 2 a file could not be mapped."""
    partner = Partner.load(arguments.partner) if arguments.partner else None
    if arguments.jsonl:
        return _answer_lines(partner)
    if not arguments.files:
        sys.stderr.write("vrfhir map: name at least one FILE (or - for standard input)\n")
        return COULD_NOT_RUN
    if arguments.to == "v2":
        return write_v2.write_files(arguments, partner)
    results = [(path, *_mapped(path, partner)) for path in arguments.files]
    if arguments.json:
        shown = [_as_dict(str(path), mapping, issues, arguments.values) for path, mapping, issues in results]
        _write({"results": shown})
    else:
        for path, mapping, issues in results:
            _show(path, mapping, issues, arguments)
    if any(mapping is None for _, mapping, _ in results):
        return COULD_NOT_RUN
    return FINDINGS if any(has_errors(issues) for _, _, issues in results) else OK


def _mapped(path: Path, partner: Partner | None) -> tuple[Mapping | None, list[Issue]]:
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        text = f"The file cannot be read: {error.strerror}."
        return None, [Issue("fatal", "not-found", "VR-CLI-0401", text, source=str(path))]
    try:
        mapping = to_fhir(data, partner=partner)
    except VrfhirError as error:
        return None, list(error.issues)
    return mapping, mapping.issues


def _as_dict(name: str, mapping: Mapping | None, issues: list[Issue], values: bool) -> dict[str, Any]:
    return {
        "file": name,
        "bundle": mapping.bundle if mapping else None,
        "ledger": mapping.ledger.to_dict(values=values) if mapping else None,
        "issues": [issue.to_dict() for issue in issues],
    }


def _show(path: Path, mapping: Mapping | None, issues: list[Issue], arguments: argparse.Namespace) -> None:
    if mapping is not None and arguments.ledger:
        show_ledger(mapping.ledger, str(path) if len(arguments.files) > 1 else "", values=arguments.values)
    elif mapping is not None:
        sys.stdout.write(serialize(mapping.bundle, pretty=True).decode("utf-8"))
        sys.stdout.write("\n")
    for issue in issues:
        place = f"{issue.expression}: " if issue.expression else ""
        sys.stderr.write(f"{path}: {issue.severity} {issue.id}: {place}{issue.text}\n")


def _answer_lines(partner: Partner | None) -> int:
    """The long-lived pipe: one request a line, one answer a line, until the input ends."""
    for line in sys.stdin:
        if not line.strip():
            continue
        try:
            request = json.loads(line)
            path, identity = Path(str(request["message"])), request.get("id")
        except (ValueError, KeyError, TypeError, AttributeError):
            _write({"id": None, "bundle": None, "ledger": None, "issues": [_bad_request().to_dict()]})
            continue
        mapping, issues = _mapped(path, partner)
        answer = _as_dict("", mapping, issues, values=False)
        del answer["file"]
        _write({"id": identity, **answer})
    return OK


def _bad_request() -> Issue:
    return Issue("fatal", "structure", "VR-CLI-0402", 'The line is not a request: {"id": …, "message": path}.')


def _write(answer: dict[str, Any]) -> None:
    sys.stdout.write(serialize(answer).decode("utf-8"))
    sys.stdout.write("\n")
    sys.stdout.flush()
