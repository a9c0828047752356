"""``vrfhir partner``: what a sender's messages lose, and the codes that somebody has to explain."""

from __future__ import annotations

import argparse
from pathlib import Path

from vrfhir.cli import partner_check, partner_report
from vrfhir.cli.partner_work import write_answer

__all__ = ["HELP", "add_arguments", "run"]

HELP = "check a partner file against sample messages, report on a partner's traffic, answer its unknown codes"

_JSON = "one JSON object"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the verb and of each of its actions."""
    parser.add_argument("--json", action="store_true", help=_JSON)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    check = actions.add_parser(
        "check",
        help="what sample messages would lose, and which codes nobody explained",
        description="Read sample messages as a partner's: what they would lose, and which codes nobody explained.",
    )
    partner_check.add_arguments(check)
    check.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=_JSON)
    report = actions.add_parser(
        "report",
        help="what became of the messages an endpoint took, by partner, and the codes that wait for a meaning",
        description="What became of the messages an endpoint took, by partner, and the codes that wait for a meaning.",
    )
    partner_report.add_arguments(report)
    report.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=_JSON)
    answer = actions.add_parser(
        "answer",
        help="say what a code means: adds it to the partner file",
        description="Say what a code means: adds a [[code]] to the partner file, which holds in both directions.",
    )
    answer.add_argument("file", metavar="FILE", type=Path, help="partner file (TOML)")
    answer.add_argument("--table", required=True, metavar="NNNN", help="HL7 v2 table, as the work item names it")
    answer.add_argument("--code", required=True, help="the code the partner sends")
    answer.add_argument("--name", default="", help="its coding system name; without it the answer holds for all")
    answer.add_argument("--to", required=True, metavar="CODE", help="the FHIR code it means")
    answer.add_argument("--system", default="", metavar="URI", help="its code system, where the table has no fixed set")
    answer.add_argument("--display", default="", metavar="TEXT", help="its display")


def run(arguments: argparse.Namespace) -> int:
    """What the action returns."""
    if arguments.action == "check":
        return partner_check.run(arguments)
    if arguments.action == "report":
        return partner_report.run(arguments)
    write_answer(
        arguments.file,
        arguments.table,
        arguments.code,
        arguments.name,
        arguments.to,
        system=arguments.system,
        display=arguments.display,
    )
    return 0
