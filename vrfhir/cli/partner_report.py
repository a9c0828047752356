"""``vrfhir partner report``: what an endpoint made of each partner's messages, and the codes that wait for a meaning."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from vrfhir.cli.partner_work import Work, answered, work_lines
from vrfhir.fhir.json import serialize
from vrfhir.mappers import Partner

if TYPE_CHECKING:
    from vrfhir.server.store.desk import Counted, Desk, OpenCode

__all__ = ["add_arguments", "run"]

OK, FINDINGS = 0, 1
_HEADINGS = ("partner", "type", "outcome", "messages", "values", "mapped", "carried", "ignored", "deleted", "last")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``report``."""
    parser.add_argument(
        "files",
        nargs="*",
        metavar="FILE",
        type=Path,
        help="partner files: only these partners, and codes that they explain by now are taken off the list",
    )
    parser.add_argument("--database", type=Path, metavar="FILE", help="that of the endpoint (default vrfhir.sqlite)")


def run(arguments: argparse.Namespace) -> int:
    """0 when no code waits for a meaning, 1 when some do."""
    from vrfhir.server.store.desk import Desk

    partners = {partner.id: partner for partner in map(Partner.load, arguments.files)}
    desk = Desk(arguments.database or Path(os.environ.get("VRFHIR_DATABASE", "vrfhir.sqlite")))
    try:
        counted = [each for each in desk.counted() if not partners or each.partner in partners]
        waiting = _waiting(desk, partners)
    finally:
        desk.close()
    if arguments.json:
        answer = {"messages": [each._asdict() for each in counted], "codes": [each._asdict() for each in waiting]}
        sys.stdout.write(serialize(answer).decode("utf-8") + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(counted, waiting))
    return FINDINGS if waiting else OK


def _waiting(desk: Desk, partners: dict[str, Partner]) -> list[OpenCode]:
    waiting = []
    for code in desk.open_codes():
        partner = partners.get(code.partner)
        if partner is None and partners:
            continue
        if partner is not None and answered(partner, _work(code)):
            desk.forget_code(code)
        else:
            waiting.append(code)
    return waiting


def _work(code: OpenCode) -> Work:
    return Work(code.table, code.code, code.name, code.times)


def _lines(counted: Sequence[Counted], waiting: Sequence[OpenCode]) -> Iterator[str]:
    if not counted:
        yield "No messages yet."
    else:
        rows = [_HEADINGS, *map(_row, counted)]
        widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
        for row in rows:
            cells = (
                cell.ljust(width) if column < 3 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            yield "  ".join(cells).rstrip()
    for partner in dict.fromkeys(code.partner for code in waiting):
        yield ""
        yield f"# {partner}: codes that nobody explained; answer them with vrfhir partner answer, or fill in `to` and put these into its file"
        yield from work_lines(_work(code) for code in waiting if code.partner == partner)


def _row(each: Counted) -> Sequence[str]:
    values = each.mapped + each.carried + each.ignored + each.deleted
    shares = (
        f"{count / values:.1%}" if values else "" for count in (each.mapped, each.carried, each.ignored, each.deleted)
    )
    last = datetime.fromtimestamp(each.last / 1_000_000, UTC).isoformat(timespec="minutes").replace("+00:00", "Z")
    return (each.partner, each.kind, each.status, str(each.messages), str(values), *shares, last)
