"""``vrfhir validate FILE…``: check FHIR files, folders, globs, packages or standard input."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from vrfhir.errors import DefinitionError, VrfhirError
from vrfhir.issues import Issue

if TYPE_CHECKING:
    from vrfhir.cli.checking import Checking
    from vrfhir.terminology import ServerSettings
    from vrfhir.validation import Validator
    from vrfhir.validation.reports import Checked, Summary

__all__ = ["HELP", "add_arguments", "run"]

HELP = "check FHIR files against R4, UK Core and the VR profiles"

_FORMATS = ("text", "json", "operation-outcome", "sarif", "junit", "html")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    add = parser.add_argument
    what = "JSON, XML or NDJSON files, folders, globs, FHIR packages (.tgz); - for standard input"
    add("files", nargs="*", metavar="FILE", help=what)
    add("--profile", action="append", default=[], metavar="URL", help="check against this profile too (repeatable)")
    what = "load a FHIR package with more definitions (repeatable)"
    add("--package", action="append", default=[], metavar="TGZ|DIR|ID#VERSION", help=what)
    add("--format", choices=_FORMATS, help="what is printed (default: text)")
    add("--json", action="store_const", const="json", dest="format", help="the same as --format json")
    what = "write a report there too, in the format its name ends in or named before a colon (repeatable)"
    add("--output", action="append", default=[], metavar="[FORMAT:]FILE", help=what)
    what = "what makes the exit code 1 (default: error)"
    add("--fail-on", choices=("error", "warning", "never"), default="error", help=what)
    add("--baseline", type=Path, metavar="FILE", help="accept the known issues in this file")
    add("--write-baseline", action="store_true", help="put all errors and warnings found now into --baseline, exit 0")
    what = "severity of best-practice rules (default: ignore)"
    add("--best-practice", choices=("ignore", "hint", "warning", "error"), default="ignore", help=what)
    add("-j", "--jobs", type=_jobs, default=1, metavar="N", help="processes to use; 0: one for each processor")
    add("--max-bytes", type=_positive, metavar="N", help="refuse larger resources unread (default: 67108864)")
    add("--no-source", action="store_true", help="do not show the lines of the input that findings point at")
    what = "ask this FHIR terminology server about codes that cannot be decided locally"
    add("--terminology-server", metavar="URL", help=what)
    what = "where its answers are kept (default: vrfhir/terminology.sqlite in the user's cache folder)"
    add("--terminology-cache", type=Path, metavar="FILE", help=what)
    add("--explain", metavar="RULE", help="say what a rule means, with examples; the same as vrfhir explain RULE")
    what = "answer one JSON request a line from standard input, until it ends"
    add("--jsonl", action="store_true", help=what)
    parser.epilog = (
        "Exit codes: 0 nothing found that --fail-on names, 1 something found, 2 could not run. Colour on a terminal"
        " only; NO_COLOR turns it off, FORCE_COLOR on."
    )


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0: nothing found; 1: findings; 2: could not run."""
    if arguments.explain:
        from vrfhir.cli.explain import explain

        return explain(arguments.explain, packages=arguments.package)
    from vrfhir.cli.checking import check_all
    from vrfhir.cli.inputs import items, paths

    plan = _Plan.of(arguments)
    if arguments.jsonl:
        return _serve(plan.checking.validator())
    files = paths(arguments.files)
    checking, validator = _with_packages_checked(plan.checking, files)
    validator.require(checking.profiles)
    found = check_all(validator, items(files, checking.max_bytes), checking, arguments.jobs)
    return _report(plan, found, len(files))


class _Plan(NamedTuple):
    checking: Checking
    format: str
    outputs: tuple[tuple[str, Path], ...]
    fail_on: str
    baseline: Path | None
    writes_baseline: bool
    colour: bool

    @classmethod
    def of(cls, arguments: argparse.Namespace) -> _Plan:
        from vrfhir.cli.checking import Checking
        from vrfhir.cli.inputs import MAX_BYTES
        from vrfhir.validation import Options

        if arguments.write_baseline and arguments.baseline is None:
            raise VrfhirError(_problem("VR-CLI-0009", "--write-baseline needs --baseline FILE."))
        outputs = tuple(map(_output, arguments.output))
        format_ = arguments.format or "text"
        checking = Checking(
            tuple(arguments.package),
            tuple(arguments.profile),
            Options(best_practice=arguments.best_practice),
            arguments.max_bytes or MAX_BYTES,
            with_excerpts=not arguments.no_source,
            with_fingerprints=arguments.baseline is not None or "sarif" in (format_, *(each for each, _ in outputs)),
            terminology=_terminology(arguments),
        )
        baseline, writes = arguments.baseline, arguments.write_baseline
        return cls(checking, format_, outputs, arguments.fail_on, baseline, writes, _wants_colour())


def _report(plan: _Plan, found: Iterable[Checked], files: int) -> int:
    from vrfhir.validation.reports.checked import Summary

    if plan.writes_baseline and plan.baseline is not None:
        from vrfhir.cli.baseline import write_baseline
        from vrfhir.cli.progress import shown

        number = write_baseline(plan.baseline, shown(found, files))
        sys.stdout.write(f"{plan.baseline}: {number} {'issue' if number == 1 else 'issues'} accepted\n")
        return 0
    baseline = None
    if plan.baseline is not None:
        from vrfhir.cli.baseline import Baseline

        baseline = Baseline.read(plan.baseline)
        found = map(baseline.without_accepted, found)
    # Text is printed as it comes, unless a progress bar needs the terminal meanwhile.
    if plan.format == "text" and not (files > 1 and sys.stderr.isatty() and sys.stdout.isatty()):
        checked = list(_printed(plan, found))
    else:
        from vrfhir.cli.progress import shown

        checked = list(shown(found, files))
        if plan.format == "text":
            checked = list(_printed(plan, checked))
    stale = baseline.stale() if baseline is not None else ()
    summary = Summary.of(checked, fail_on=plan.fail_on, stale=stale)
    _close(plan, checked, summary)
    return 1 if summary.failed else 0


def _printed(plan: _Plan, found: Iterable[Checked]) -> Iterator[Checked]:
    from vrfhir.validation.reports.text import written

    for each in found:
        sys.stdout.writelines(line + "\n" for line in written(each, colour=plan.colour))
        # What is printed and needed no more is let go: a run over millions must not keep it all.
        yield each if plan.outputs else each._replace(excerpts={}, fingerprints=())


def _close(plan: _Plan, checked: list[Checked], summary: Summary) -> None:
    if plan.format == "text":
        from vrfhir.validation.reports.text import closing

        sys.stdout.writelines(line + "\n" for line in closing(summary))
    else:
        from vrfhir.validation.reports import render

        sys.stdout.write(render(plan.format, checked, summary))
    for format_, path in plan.outputs:
        from vrfhir.validation.reports import render

        try:
            path.write_text(render(format_, checked, summary), encoding="utf-8", errors="replace")
        except OSError as problem:
            raise VrfhirError(_problem("VR-CLI-0008", f"{path} cannot be written: {problem.strerror}.")) from problem


def _with_packages_checked(checking: Checking, files: list[Path]) -> tuple[Checking, Validator]:
    """A package that is checked defines the profiles that its examples claim, if it can be loaded."""
    from vrfhir.cli.inputs import ARCHIVES

    archives = [path for path in files if path.name.endswith(ARCHIVES)]
    if archives:
        from vrfhir.cli.archives import is_package

        packages = [str(path) for path in archives if is_package(path)]
        wider = checking._replace(packages=(*checking.packages, *packages))
        try:
            return wider, wider.validator()
        except DefinitionError as problem:
            sys.stderr.write(f"vrfhir: the definitions in {', '.join(packages)} are not used: {problem}\n")
    return checking, checking.validator()


def _serve(validator: Validator) -> int:
    from vrfhir.validation.pipe import answer_lines

    for line in answer_lines(validator, sys.stdin):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return 0


def _output(text: str) -> tuple[str, Path]:
    from vrfhir.validation.reports import FORMATS, format_of

    name, colon, rest = text.partition(":")
    if colon and name in FORMATS and rest:
        return name, Path(rest)
    found = format_of(text)
    if found is None:
        endings = ", ".join(ending for each in FORMATS.values() for ending in each.endings)
        hint = f"Known endings: {endings}; or write FORMAT:FILE."
        raise VrfhirError(_problem("VR-CLI-0010", f"The name {text} does not say which format is meant.", hint))
    return found, Path(text)


def _terminology(arguments: argparse.Namespace) -> ServerSettings | None:
    if not arguments.terminology_server:
        return None
    from vrfhir.terminology import ServerSettings

    return ServerSettings.from_environment(arguments.terminology_server, cache=arguments.terminology_cache)


def _wants_colour() -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def _jobs(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(text)
    return number or os.cpu_count() or 1


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _problem(rule: str, text: str, hint: str = "") -> Issue:
    return Issue("fatal", "invalid", rule, text, hint=hint)
