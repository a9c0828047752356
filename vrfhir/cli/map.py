"""``vrfhir map``: HL7 v2 messages as FHIR Bundles and the other way, or the ledger of what became of every value."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from vrfhir.cli import write_v2
from vrfhir.cli.ledger import show_ledger
from vrfhir.cli.messages import Found, found_in, message_files
from vrfhir.cli.progress import shown
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
        help="message in ER7 form, a file of several, a batch, or a folder of such files; with --to v2 a Bundle in JSON or XML; "
        "- reads standard input",
    )
    parser.add_argument("--to", choices=("fhir", "v2"), default="fhir", help="which way (default: fhir)")
    parser.add_argument("--ledger", action="store_true", help="show what became of every value instead of the Bundle")
    parser.add_argument("--values", action="store_true", help="with the ledger: show the values too (patient data)")
    parser.add_argument("--partner", type=Path, metavar="TOML", help="what is particular to the sender")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object: Bundle, ledger and findings of every file"
    )
    parser.add_argument(
        "--exact",
        action="store_true",
        help="note in the Bundle what its elements would not write back: with --to v2 --hl7-version same the message "
        "comes back value by value",
    )
    parser.add_argument("--jsonl", action="store_true", help='answer {"id", "message": path} lines from standard input')
    write_v2.add_arguments(parser)
    parser.epilog = (
        "Exit codes: 0 nothing wrong; 1 errors in what a message says, or with --allow-loss something not said; "
        "2 a file could not be mapped, or the message would lose something."
    )


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
    return _write_all(arguments, partner)


def _write_all(arguments: argparse.Namespace, partner: Partner | None) -> int:
    """Every message of the files as soon as it is mapped: a long recording is never held as a whole."""
    worst = OK
    separator = '{"results":['
    files = message_files(arguments.files)
    if not files:
        sys.stderr.write("vrfhir map: the folder holds no message files\n")
        return COULD_NOT_RUN
    alone = len(files) == 1 and arguments.files == files
    for found in shown((each for path in files for each in found_in(path)), len(files), what="mapping"):
        mapping, issues = _mapped(found, partner, exact=arguments.exact)
        if arguments.json:
            answer = _as_dict(found.name, mapping, issues, arguments.values)
            sys.stdout.write(separator + serialize(answer).decode("utf-8"))
            separator = ","
        else:
            _show(found.name, mapping, issues, arguments, alone=alone and not found.name.endswith("]"))
        if mapping is None and (found.data is not None or any(issue.severity == "fatal" for issue in issues)):
            worst = COULD_NOT_RUN
        elif worst == OK and has_errors(issues):
            worst = FINDINGS
    if arguments.json:
        sys.stdout.write((separator if separator.startswith("{") else "") + "]}\n")
    return worst


def _mapped(found: Found, partner: Partner | None, *, exact: bool = False) -> tuple[Mapping | None, list[Issue]]:
    if found.data is None:
        return None, list(found.issues)
    try:
        mapping = to_fhir(found.data, partner=partner, exact=exact)
    except VrfhirError as error:
        return None, [_other_way(issue, found.data) for issue in error.issues]
    return mapping, mapping.issues


def _other_way(issue: Issue, data: bytes) -> Issue:
    """What does not begin as a message, and looks like FHIR, goes the other way."""
    is_fhir = issue.id == "VR-V2-0004" and data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"<")
    return issue._replace(hint="A FHIR Bundle is written as HL7 v2 with --to v2.") if is_fhir else issue


def _as_dict(name: str, mapping: Mapping | None, issues: list[Issue], values: bool) -> dict[str, Any]:
    return {
        "file": name,
        "bundle": mapping.bundle if mapping else None,
        "ledger": mapping.ledger.to_dict(values=values) if mapping else None,
        "issues": [issue.to_dict() for issue in issues],
    }


def _show(
    name: str, mapping: Mapping | None, issues: list[Issue], arguments: argparse.Namespace, *, alone: bool
) -> None:
    if mapping is not None and arguments.ledger:
        show_ledger(mapping.ledger, "" if alone else name, values=arguments.values)
    elif mapping is not None:
        sys.stdout.write(serialize(mapping.bundle, pretty=True).decode("utf-8"))
        sys.stdout.write("\n")
    for issue in issues:
        place = f"{issue.expression}: " if issue.expression else ""
        sys.stderr.write(f"{name}: {issue.severity} {issue.id}: {place}{issue.text}\n")
        if issue.hint and issue.severity in ("error", "fatal"):
            sys.stderr.write(f"  hint: {issue.hint}\n")


def _answer_lines(partner: Partner | None) -> int:
    """The long-lived pipe: one request a line, one answer a line, until the input ends."""
    for line in sys.stdin:
        if not line.strip():
            continue
        identity = None
        try:
            request = json.loads(line)
            identity = request.get("id")
            path = Path(str(request["message"]))
        except (ValueError, KeyError, TypeError, AttributeError):
            _write({"id": identity, "bundle": None, "ledger": None, "issues": [_bad_request().to_dict()]})
            continue
        mapping, issues = _mapped(_whole(path), partner)
        answer = _as_dict("", mapping, issues, values=False)
        del answer["file"]
        _write({"id": identity, **answer})
    return OK


def _whole(path: Path) -> Found:
    """The one message of a file: a request is about a message, not about a recording."""
    found = list(found_in(path))
    if len(found) == 1:
        return found[0]
    return Found(str(path), None, (Issue("fatal", "structure", "VR-CLI-0403", "The file holds several messages."),))


def _bad_request() -> Issue:
    return Issue("fatal", "structure", "VR-CLI-0402", 'The line is not a request: {"id": …, "message": path}.')


def _write(answer: dict[str, Any]) -> None:
    sys.stdout.write(serialize(answer).decode("utf-8"))
    sys.stdout.write("\n")
    sys.stdout.flush()
