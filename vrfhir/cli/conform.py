"""``vrfhir conform URL``: a conformance suite against any FHIR base, as a black box."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vrfhir.conformance import Suite, SuiteResult

__all__ = ["add_arguments", "run"]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``vrfhir conform``."""
    parser.add_argument("url", nargs="?", metavar="URL", help="the FHIR base, for example http://127.0.0.1:8000/fhir")
    parser.add_argument(
        "--suite", default="", metavar="DIR|NAME", help="a shipped suite or a folder of TestScripts (default: referral)"
    )
    parser.add_argument(
        "--only", metavar="PATTERN", help="scripts whose name or requirement id has this in it, or matches this glob"
    )
    parser.add_argument("--list", action="store_true", help="list the scripts and what they test, run nothing")
    parser.add_argument("--junit", metavar="FILE", help="also write JUnit XML")
    parser.add_argument(
        "--report", metavar="FILE", help="also write FHIR TestReport resources (a Bundle when there are several)"
    )
    parser.add_argument("--json", action="store_true", help="write the result as JSON instead of a table")
    parser.add_argument(
        "--header", action="append", default=[], metavar="NAME:VALUE", help="send this header with every request"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        dest="variables",
        help="give a script variable this value",
    )
    parser.add_argument(
        "--timeout", type=_seconds, default=30.0, metavar="S", help="seconds to wait for an answer (default: 30)"
    )
    parser.add_argument("--run-id", default="", metavar="ID", help="repeat a run with the same generated identifiers")
    parser.add_argument(
        "--evidence",
        default="",
        metavar="DIR",
        help="where long request bodies of failed steps are kept (default: a temporary folder)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Exit codes: 0 passed, 1 something failed, 2 could not test."""
    from rich.console import Console

    from vrfhir.conformance import DEFAULT_SUITE, Target, find_suite, load_suite, run_suite
    from vrfhir.conformance.reports import keep_bodies, observer_for, print_summary, to_dict

    suite = load_suite(find_suite(arguments.suite or DEFAULT_SUITE))
    if arguments.only:
        suite = suite.only(arguments.only)
        if not suite.scripts:
            return _refuse(f"no script of the suite “{suite.name}” matches “{arguments.only}”")
    if arguments.list:
        return _list(suite, as_json=arguments.json)
    if not arguments.url:
        return _refuse("the URL of the FHIR base is missing (or --list)")
    if not arguments.url.startswith(("http://", "https://")):
        return _refuse(f"“{arguments.url}” is no http or https URL")
    headers = _pairs(arguments.header, ":", "--header")
    variables = _pairs(arguments.variables, "=", "--set")
    if headers is None or variables is None:
        return 2
    console = Console(stderr=arguments.json, highlight=False)
    with (
        Target(arguments.url, headers=headers, timeout=arguments.timeout) as target,
        observer_for(console, len(suite.scripts)) as observer,
    ):
        result = run_suite(suite, target, run_id=arguments.run_id, variables=dict(variables), observer=observer)
    bodies = keep_bodies(result, arguments.evidence)
    if arguments.json:
        json.dump(to_dict(result, bodies), sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
    else:
        print_summary(result, console, bodies)
    return result.exit_code if _write_files(arguments, result, bodies) else 2


def _write_files(arguments: argparse.Namespace, result: SuiteResult, bodies: Mapping[str, Mapping[int, str]]) -> bool:
    from vrfhir.conformance.reports import junit_xml, test_reports
    from vrfhir.fhir import json as fhir_json

    outputs: list[tuple[str | None, Callable[[], bytes]]] = [
        (arguments.junit, lambda: junit_xml(result, bodies)),
        (arguments.report, lambda: fhir_json.serialize(test_reports(result), pretty=True)),
    ]
    try:
        for name, render in outputs:
            if name:
                Path(name).write_bytes(render())
    except OSError as error:
        _refuse(f"cannot write {error.filename}: {error.strerror}")
        return False
    return True


def _list(suite: Suite, *, as_json: bool) -> int:
    from vrfhir.conformance.requirements import for_script

    rows: list[dict[str, Any]] = [
        {
            "script": entry.script.key,
            "title": entry.script.title,
            "requirements": [requirement.id for requirement in for_script(suite.requirements, entry.script.key)],
            "issues": [issue.to_dict() for issue in entry.issues],
        }
        for entry in suite.scripts
    ]
    if as_json:
        json.dump({"suite": suite.name, "scripts": rows}, sys.stdout, ensure_ascii=False, indent=2)
        sys.stdout.write("\n")
        return 0
    for row in rows:
        sys.stdout.write(f"{row['script']:<30} {row['title']}  [{', '.join(row['requirements'])}]\n")
        for issue in row["issues"]:
            sys.stdout.write(f"  {issue['id']} {issue.get('expression', '')}: {issue['text']}\n")
    return 0


def _pairs(texts: list[str], separator: str, option: str) -> list[tuple[str, str]] | None:
    pairs = []
    for text in texts:
        name, found, value = text.partition(separator)
        if not found or not name.strip():
            _refuse(f"{option} needs NAME{separator}VALUE, not “{text.split(separator)[0][:40]}”")
            return None
        pairs.append((name.strip(), value.strip()))
    return pairs


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 3600:
        raise argparse.ArgumentTypeError(f"“{text}” is no number of seconds between 0 and 3600")
    return seconds


def _refuse(reason: str) -> int:
    sys.stderr.write(f"vrfhir conform: {reason}\n")
    return 2
