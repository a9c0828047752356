"""``vrfhir queue``: the messages that wait and those that failed, coming in and going out; and trying them again."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from vrfhir.errors import UnreadableError, VrfhirError
from vrfhir.hl7v2 import parse
from vrfhir.issues import Issue

__all__ = ["HELP", "add_arguments", "run"]

HELP = "show the HL7 v2 messages that wait or failed, and try them again"

OK, FINDINGS = 0, 1

_COMING = ("received", "failed", "parked", "rejected", "quarantined", "accepted", "closed")
_GOING = ("pending", "dead", "sent", "closed")
_STATUSES = tuple(dict.fromkeys((*_COMING, *_GOING)))

_EPILOG = """\
Without options all that is not done with: in: received, failed, parked; out: pending, dead. An endpoint may be running on the database.
Exit codes: 0 nothing failed, 1 there are failed or dead messages (or one named is not), 2 could not run.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    parser.epilog = _EPILOG
    parser.add_argument("--database", type=Path, metavar="FILE", help="that of the endpoint (default vrfhir.sqlite)")
    parser.add_argument(
        "--status", metavar="STATUS", choices=_STATUSES, help=f"{', '.join(_COMING)}; {', '.join(_GOING)}"
    )
    parser.add_argument("--show", metavar="ID", help="print one message or batch, in:7, out:7, batch:7 (patient data)")
    parser.add_argument(
        "--retry", nargs="+", metavar="ID", help="work on failed or parked, or send dead messages again"
    )
    parser.add_argument("--close", nargs="+", metavar="ID", help="lay failed, parked or dead messages aside")
    parser.add_argument("--json", action="store_true", help="print one JSON object a message")


def run(arguments: argparse.Namespace) -> int:
    """List, show or put back."""
    from vrfhir.server.store.desk import Desk

    desk = Desk(arguments.database or Path(os.environ.get("VRFHIR_DATABASE", "vrfhir.sqlite")))
    try:
        if arguments.retry:
            return _each(arguments.retry, desk.again, "put back")
        if arguments.close:
            return _each(arguments.close, desk.lay_aside, "laid aside")
        if arguments.show:
            return _show(desk, arguments.show)
        return _list(desk, arguments)
    finally:
        desk.close()


def _each(names: list[str], work: Callable[[str, int], bool], done: str) -> int:
    left = [name for name, place in [(name, _place(name)) for name in names] if not work(*place)]
    for name in left:
        sys.stderr.write(f"vrfhir queue: {name} is not a failed, parked or dead message\n")
    sys.stdout.write(f"{len(names) - len(left)} {done}\n")
    return FINDINGS if left else OK


def _show(desk: Any, name: str) -> int:
    if name.startswith("batch:"):
        content = desk.batch(_place(name.replace("batch:", "in:", 1))[1])
    else:
        letter = desk.letter(*_place(name))
        content = letter.content if letter is not None else None
    if content is None:
        sys.stderr.write(f"vrfhir queue: there is no message {name}\n")
        return FINDINGS
    sys.stdout.write(content.decode("utf-8", "backslashreplace").replace("\r", "\n"))
    return OK


def _list(desk: Any, arguments: argparse.Namespace) -> int:
    letters = [letter for box in ("in", "out") for letter in desk.letters(box, arguments.status)]
    rows = [
        {
            "id": letter.name,
            "status": letter.status,
            "type": _type(letter.content),
            "partner": letter.partner,
            "controlId": letter.control_id,
            "at": datetime.fromtimestamp(letter.at / 1_000_000, UTC).isoformat(timespec="seconds"),
            "attempts": letter.attempts,
            "reason": letter.failure,
            **({"batch": letter.batch} if letter.batch else {}),
        }
        for letter in letters
    ]
    if arguments.json:
        sys.stdout.writelines(json.dumps(row) + "\n" for row in rows)
    else:
        _table(rows)
    return FINDINGS if any(letter.status in ("failed", "dead") for letter in letters) else OK


def _table(rows: list[dict[str, Any]]) -> None:
    if not rows:
        sys.stdout.write("Nothing.\n")
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    rows = [{name: row.get(name, "") for name in names} for row in rows]
    widths = {name: max(len(name), *(len(str(row[name])) for row in rows)) for name in names}
    for row in ({name: name for name in names}, *rows):
        sys.stdout.write("  ".join(f"{row[name]!s:<{widths[name]}}" for name in names).rstrip() + "\n")


def _place(name: str) -> tuple[str, int]:
    box, _, number = name.partition(":")
    if box not in ("in", "out") or not number.isdecimal() or len(number) > 18:
        raise VrfhirError(Issue("fatal", "value", "VR-CLI-0503", "A message is named like in:7 or out:7."))
    return box, int(number)


def _type(content: bytes) -> str:
    try:
        type_ = parse(content).type
    except UnreadableError:
        return ""
    return f"{type_.code}^{type_.trigger}".rstrip("^")
