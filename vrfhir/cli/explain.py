"""``vrfhir explain RULE``: what a rule means, where it comes from, an example that breaks it, the same mended."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from vrfhir.cli import COULD_NOT_RUN, OK

if TYPE_CHECKING:
    from vrfhir.definitions import Definitions
    from vrfhir.validation.reports.explanations import Explanation

__all__ = ["HELP", "add_arguments", "explain", "run"]

HELP = "say what a rule of the validator means, with examples"

_SHOWN = 2_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    what = "a rule id as reports give it, the key of a constraint (per-1), or an error id (VR-…)"
    parser.add_argument("rule", metavar="RULE", help=what)
    what = "load a FHIR package whose rules may be meant (repeatable)"
    parser.add_argument("--package", action="append", default=[], metavar="TGZ|DIR|ID#VERSION", help=what)
    parser.add_argument("--json", action="store_true", help="the explanation as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0, or 2 for a rule that is not known."""
    return explain(arguments.rule, packages=arguments.package, as_json=arguments.json)


def explain(rule: str, *, packages: Iterable[str] = (), as_json: bool = False) -> int:
    """Print what there is to say about a rule; an unknown one gives the nearest ids."""
    from vrfhir.definitions import Definitions
    from vrfhir.validation.reports.explanations import explanation, known_rules, nearest

    definitions = Definitions.default()
    for package in packages:
        definitions = definitions.with_package(package)
    found = explanation(rule, definitions) or _own(rule)
    if found is None:
        near = nearest(rule, [*known_rules(definitions), *(each.id for each in _catalogue())])
        sys.stderr.write(f"vrfhir: there is no rule {rule}.\n")
        if near:
            sys.stderr.write("  Nearest: " + ", ".join(near) + "\n")
        return COULD_NOT_RUN
    found = _with_example(found, definitions)
    if as_json:
        row = {name: value for name, value in found._asdict().items() if value}
        sys.stdout.write(json.dumps(row, indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.writelines(line + "\n" for line in _lines(found))
    return OK


def _lines(found: Explanation) -> Iterator[str]:
    yield f"{found.id} ({found.severity})" if found.severity else found.id
    yield f"  {found.text}"
    if found.where:
        yield f"\nWhere: {found.where}"
    if found.clause:
        yield f"\nClause: {found.clause}"
    if found.wrong:
        yield "\nWrong:"
        yield f"  {found.wrong}"
    if found.right:
        yield "\nRight:"
        yield f"  {found.right}"
    if found.remedy:
        yield f"\nWhat to do: {found.remedy}"


def _own(rule: str) -> Explanation | None:
    return next((each for each in _catalogue() if each.id == rule), None)


def _catalogue() -> Iterator[Explanation]:
    """Everything of ours that is no rule about a FHIR resource: errors of the doors, of HL7 v2 and of the mapping."""
    from vrfhir.cli.shipped import shipped
    from vrfhir.hl7v2.catalogue import CATALOGUE
    from vrfhir.mappers.issues import CATALOGUE as MAPPING
    from vrfhir.validation.reports.explanations import Explanation

    for entry in (*CATALOGUE, *MAPPING):
        yield Explanation(entry.id, entry.severity, entry.text, entry.remedy)
    groups = tomllib.loads((shipped("docs") / "errors.toml").read_text(encoding="utf-8"))
    for group in groups.values():
        for name, (text, remedy) in group.items():
            yield Explanation(name, "", text, remedy)


def _with_example(found: Explanation, definitions: Definitions) -> Explanation:
    """With an example from the invalid ones that ship with the profiles, when the rule has none of its own."""
    if found.wrong:
        return found
    from vrfhir.cli.shipped import shipped

    folder = shipped("conformance") / "invalid"
    index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    profile, _, key = found.id.rpartition("#")
    for row in index["examples"]:
        if row["rule"] in (found.id, key) and profile in ("", row["profile"]):
            change = "; ".join(map(_changed, row["change"]))
            wrong = f"conformance/invalid/{row['file']} breaks it at {row['element']}: {change}"
            return found._replace(wrong=wrong, right=f"examples/{row['from']} is the same without that change.")
    return found


def _changed(row: dict[str, Any]) -> str:
    value = json.dumps(row["value"], ensure_ascii=False)[:_SHOWN] if "value" in row else ""
    return f"{row['op']} {row['path']} {value}".rstrip()
