"""``vrfhir map --to v2``: FHIR Bundles as HL7 v2 messages, with the report of what a message cannot say."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from vrfhir.errors import UnreadableError, VrfhirError
from vrfhir.fhir import json as fhir_json
from vrfhir.fhir.json import serialize
from vrfhir.issues import Issue
from vrfhir.mappers import Partner, Written, to_hl7v2
from vrfhir.mappers.issues import CATALOGUE

__all__ = ["add_arguments", "write_files"]

OK, FINDINGS, COULD_NOT_RUN = 0, 1, 2
SAME = "same"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What only the way to HL7 v2 needs."""
    group = parser.add_argument_group("to HL7 v2")
    group.add_argument(
        "--hl7-version",
        default="2.5.1",
        choices=("2.4", "2.5.1", SAME),
        help="version to write (default: 2.5.1); same: that of the message the Bundle was made of",
    )
    group.add_argument(
        "--message",
        default="",
        metavar="TYPE",
        help="message to write, such as REF^I12 (default: what the Bundle says)",
    )
    group.add_argument(
        "--fields-only", action="store_true", help="write no OBX for elements that have no field of their own"
    )
    group.add_argument("--allow-loss", action="store_true", help="write the message even when it cannot say everything")


def write_files(arguments: argparse.Namespace, partner: Partner | None) -> int:
    """Write the messages to standard output and the loss to standard error; 0 all said, 1 something lost, 2 not written."""
    results = [(path, *_written(path, arguments, partner)) for path in arguments.files]
    if arguments.json:
        shown = [_as_dict(str(path), written, issues) for path, written, issues in results]
        sys.stdout.write(serialize({"results": shown}).decode("utf-8") + "\n")
    else:
        for path, written, issues in results:
            _show(path, written, issues, ledger=arguments.ledger)
    if any(written is None for _, written, _ in results):
        return COULD_NOT_RUN
    return FINDINGS if any(written is not None and written.loss for _, written, _ in results) else OK


def _written(path: Path, arguments: argparse.Namespace, partner: Partner | None) -> tuple[Written | None, list[Issue]]:
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        text = f"The file cannot be read: {error.strerror}."
        return None, [Issue("fatal", "not-found", "VR-CLI-0401", text, source=str(path))]
    try:
        written = to_hl7v2(
            _bundle(data, str(path)),
            partner=partner,
            version="" if arguments.hl7_version == SAME else arguments.hl7_version,
            message=arguments.message,
            elements=not arguments.fields_only,
            allow_loss=arguments.allow_loss,
        )
    except VrfhirError as error:
        return None, list(error.issues)
    return written, written.issues


def _bundle(data: bytes, source: str) -> dict[str, Any]:
    start = data.lstrip(b"\xef\xbb\xbf\x0b \t\r\n")[:3]
    if start in (b"MSH", b"FHS", b"BHS"):
        refused = CATALOGUE.issue("VR-V2-0543", expression="")
        raise UnreadableError(refused._replace(hint="HL7 v2 is made into FHIR without --to v2.", source=source))
    if start[:1] == b"<":
        from vrfhir.definitions import Definitions
        from vrfhir.fhir import xml

        return xml.parse(data, Definitions.default().fields, source=source).resource
    return fhir_json.parse(data, source=source).resource


def _as_dict(name: str, written: Written | None, issues: list[Issue]) -> dict[str, Any]:
    return {
        "file": name,
        "message": written.message.decode("utf-8") if written else None,
        "counts": dict(written.counts) if written else None,
        "loss": [loss.to_dict() for loss in written.loss] if written else None,
        "overridden": [each.to_dict() for each in written.overridden] if written else None,
        "issues": [issue.to_dict() for issue in issues],
    }


def _show(path: Path, written: Written | None, issues: list[Issue], *, ledger: bool) -> None:
    if written is not None and ledger:
        counts = ", ".join(f"{number} {what}" for what, number in written.counts.items())
        sys.stdout.write(f"{path}: {counts}\n")
        sys.stdout.writelines(
            f"{loss.resource}  {loss.path}  {loss.reason}\n" for loss in (*written.loss, *written.overridden)
        )
    elif written is not None:
        sys.stdout.flush()
        sys.stdout.buffer.write(written.message)
        sys.stdout.buffer.flush()
        sys.stderr.writelines(
            f"{path}: not said: {loss.resource} {loss.path} ({loss.reason})\n" for loss in written.loss
        )
    for issue in issues:
        place = f"{issue.expression}: " if issue.expression else ""
        sys.stderr.write(f"{path}: {issue.severity} {issue.id}: {place}{issue.text}\n")
        if issue.hint and issue.severity in ("error", "fatal"):
            sys.stderr.write(f"  hint: {issue.hint}\n")
