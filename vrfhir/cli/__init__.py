"""The ``vrfhir`` command: one module per verb, imported only when that verb is asked for.

A verb module has ``HELP`` (one line), ``add_arguments(parser)`` and ``run(arguments) -> int``. Exit codes are the same
for all verbs: 0 nothing wrong, 1 findings, 2 could not run.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from vrfhir import __version__
from vrfhir.errors import VrfhirError

__all__ = ["VERBS", "main"]

OK, FINDINGS, COULD_NOT_RUN = 0, 1, 2

VERBS: dict[str, str] = {
    "validate": "check FHIR files against R4, UK Core and the VR profiles",
    "explain": "say what a rule of the validator means, with examples",
    "map": "turn HL7 v2 messages into FHIR or FHIR into HL7 v2, with a ledger of every value",
    "partner": "check a partner file against sample messages, report on a partner's traffic, answer its unknown codes",
    "send": "send HL7 v2 messages over MLLP or HTTP and show the answers",
    "serve": "run the FHIR endpoint and the MLLP listener",
    "queue": "show the HL7 v2 messages that wait or failed, and try them again",
    "demo": "run one referral end to end and show each step",
    "conform": "run the conformance suite against a FHIR endpoint",
    "fhirpath": "evaluate a FHIRPath expression",
    "ig": "write the implementation guide: the FHIR package, or the site",
    "package": "install a FHIR package into the local package cache",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb and return its exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    verb = next((word for word in arguments if not word.startswith("-")), None)
    parser = _parser(verb if verb in VERBS else None)
    parsed = parser.parse_args(arguments)
    if parsed.verb is None:
        parser.print_help()
        return COULD_NOT_RUN
    try:
        return int(parsed.run(parsed))
    except VrfhirError as error:
        for issue in error.issues:
            line = f":{issue.line}" if issue.line else ""
            place = f"{issue.source}{line}: " if issue.source else ""
            sys.stderr.write(f"vrfhir: {issue.severity} {issue.id}: {place}{issue.text}\n")
            if issue.hint:
                sys.stderr.write(f"  hint: {issue.hint}\n")
        return COULD_NOT_RUN
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has gone: nothing left to say
        sys.stderr.close()
        return COULD_NOT_RUN


class _Help(argparse.HelpFormatter):
    """Help as wide as the terminal. Told its width: argparse makes a formatter for each argument, and asking costs imports."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width())


def _width() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdigit() and int(columns):
        return int(columns) - 2
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1).columns - 2
    except (OSError, ValueError):
        return 78


def _parser(verb: str | None) -> argparse.ArgumentParser:
    """The whole command line; only the module of the verb in use is imported."""
    parser = argparse.ArgumentParser(
        prog="vrfhir",
        formatter_class=_Help,
        description="Vocational rehabilitation referrals between NHS systems.",
        epilog="Exit codes: 0 nothing wrong, 1 findings, 2 could not run.",
    )
    parser.add_argument("--version", action="version", version=f"vrfhir {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", prog="vrfhir")
    for name, summary in VERBS.items():
        child = verbs.add_parser(
            name, help=summary, description=summary[0].upper() + summary[1:] + ".", formatter_class=_Help
        )
        if name == verb:
            module = importlib.import_module(f"vrfhir.cli.{name}")
            module.add_arguments(child)
            child.set_defaults(run=module.run)
    return parser
