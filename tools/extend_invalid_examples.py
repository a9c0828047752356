"""Find an invalid example for every constraint of our profiles that has none, and write it into the index.

    python tools/extend_invalid_examples.py [--write] [--only PROFILE]

For each constraint that no row of ``conformance/invalid/index.json`` names (``constraint``), the valid examples are tried
one after the other: what could be changed so that this constraint and nothing else is broken? Our validator says
whether a change does; ``make crosscheck`` asks HL7's about the result. What cannot be shown stands with its reason in
``conformance/invalid-not-shown.json``. Afterwards ``python tools/build_invalid_examples.py`` writes the files.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from build_invalid_examples import EXAMPLES, INVALID, patched
from invalid.constraints import Constraint, constraints, structures
from invalid.locating import instances, located
from invalid.proposals import MAXIMUM, MINIMUM, proposals
from reference.engine import Finding
from reference.examples import RECORD
from reference.mutant_record import our_findings

from vrfhir import Validator

Json = dict[str, Any]
LARGEST = 40_000
"""Bundles above this size are tried last."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="add what was found to the index")
    parser.add_argument("--settle", action="store_true", help="only note what else HL7's record says of each defect")
    parser.add_argument("--only", default="", help="profiles whose canonical ends with this")
    arguments = parser.parse_args()
    path = INVALID / "index.json"
    index = json.loads(path.read_text(encoding="utf-8"))
    if arguments.settle:
        settle(index["examples"])
        path.write_text(json.dumps(index, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return 0
    corpus = Corpus()
    for row in index["examples"]:
        if "constraint" not in row and (label := corpus.label(row)):
            row["constraint"] = label
    shown = {(row["profile"], row.get("constraint")) for row in index["examples"]}
    broken = {
        (row["profile"], row["rule"]) for row in index["examples"]
    }  # an invariant on several elements is one rule
    files = {row["file"] for row in index["examples"]}
    reasons = json.loads((INVALID.parent / "invalid-not-shown.json").read_text(encoding="utf-8"))["reasons"]
    missing = []
    for constraint in constraints():
        if (
            (constraint.profile, constraint.label) in shown
            or (constraint.profile, constraint.keyword) in broken
            or not constraint.profile.endswith(arguments.only)
        ):
            continue
        if reason_for(constraint, reasons):
            continue
        row = corpus.row(constraint, files)
        if row is None:
            missing.append(constraint)
        else:
            index["examples"].append(row)
            files.add(row["file"])
    for one in missing:
        sys.stdout.write(f"none found: {one.profile.rpartition('/')[2]} {one.label}\n")
    sys.stdout.write(f"{len(index['examples'])} examples, {len(missing)} constraints without one\n")
    if arguments.write:
        now = json.loads(path.read_text(encoding="utf-8"))  # somebody may have added rows in the meantime
        labels = {row["file"]: row["constraint"] for row in index["examples"] if "constraint" in row}
        for row in now["examples"]:
            if row["file"] in labels:
                row.setdefault("constraint", labels[row["file"]])
        there = {row["file"] for row in now["examples"]}
        now["examples"] += [row for row in index["examples"] if row["file"] not in there]
        path.write_text(json.dumps(now, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


def settle(rows: list[Json]) -> None:
    """Where HL7's validator finds the named rule at the named place, note under ``also`` what else it says of the defect."""
    told = json.loads(RECORD.read_text(encoding="utf-8"))["examples"]
    for row in rows:
        before = told[f"examples/{row['from']}"]
        found = [one for one in told[f"conformance/invalid/{row['file']}"] if one not in before]
        named = {key: row[key] for key in ("severity", "rule", "element")}
        rules = {one["rule"] for one in found if one != named}
        if named not in found:
            sys.stdout.write(f"not seen by HL7's validator: {row['file']}\n")
        elif rules - set(row.get("also", [])):
            row["also"] = sorted(rules | set(row.get("also", [])))


def reason_for(constraint: Constraint, reasons: list[Json]) -> str:
    """Why a constraint has no example, when that is written down; patterns are ``profile element#keyword``."""
    name = f"{constraint.profile.rpartition('/')[2]} {constraint.label}"
    return next(
        (
            one["reason"]
            for one in reasons
            for each in one["constraints"]
            if fnmatchcase(name, each.replace("[x]", "[[]x]"))
        ),
        "",
    )


class Corpus:
    """The valid examples, small ones first, and what our validator says of them."""

    def __init__(self) -> None:
        self.structures = structures()
        found = sorted(EXAMPLES.glob("*/fhir/*.json"), key=lambda one: (one.stat().st_size > LARGEST, one.as_posix()))
        self.texts = {one: one.read_text(encoding="utf-8") for one in found}
        self.validator = Validator()
        self._before: dict[Path, list[Finding]] = {}

    def row(self, constraint: Constraint, files: set[str]) -> Json | None:
        """A row for the index, when a change breaks the constraint and nothing else; else the nearest with ``also``."""
        structure = self.structures[constraint.profile]
        second: Json | None = None
        for path, resource in self._claiming(constraint.profile):
            for root in list(instances(resource, structure))[:3]:
                for proposal in proposals(resource, root, structure, constraint):
                    found = self._new_findings(path, resource, proposal.change)
                    named = sorted(
                        {one for one in found if one.rule in proposal.rules},
                        key=lambda one: proposal.rules.index(one.rule),
                    )
                    if not named or len({one.element for one in named if one.rule == named[0].rule}) > 1:
                        continue
                    others = sorted({one.rule for one in found} - {named[0].rule})
                    if len(others) > 2 or any(one.severity == "fatal" for one in found):
                        continue
                    made = self._made(constraint, path, proposal.change, named[0], others, files)
                    if not others:
                        return made
                    second = second or made
            if second is not None and path.stat().st_size > LARGEST:
                break
        return second

    def label(self, row: Json) -> str:
        """Which constraint a row that names none breaks, judged by where its change is."""
        if row["rule"].startswith("vr-"):
            return next((one.label for one in constraints_of(row["profile"]) if one.keyword == row["rule"]), "")
        resource = json.loads((EXAMPLES / row["from"]).read_text(encoding="utf-8"))
        structure = self.structures[row["profile"]]
        target = row["change"][0]["path"]
        for root in instances(resource, structure):
            for constraint in constraints_of(row["profile"]):
                if not _speaks_of(row["rule"], constraint.keyword):
                    continue
                for one in located(resource, root, structure, constraint.element):
                    whole = "".join(f"/{each}" for each in one)
                    listed = "".join(f"/{each}" for each in one[:-1])
                    if target in (whole, listed, f"{listed}/-") or (
                        target.startswith(whole + "/") and constraint.keyword not in ("min", "max")
                    ):
                        return constraint.label
        return ""

    def _claiming(self, profile: str) -> Iterator[tuple[Path, Json]]:
        for path, text in self.texts.items():
            if profile in text:
                yield path, json.loads(text)

    def _new_findings(self, path: Path, resource: Json, change: list[Json]) -> list[Finding]:
        if path not in self._before:
            self._before[path] = our_findings(self.validator, self.texts[path].encode())
        text = json.dumps(patched(resource, change), ensure_ascii=False).encode()
        return [one for one in our_findings(self.validator, text) if one not in self._before[path]]

    def _made(
        self, constraint: Constraint, path: Path, change: list[Json], named: Finding, others: list[str], files: set[str]
    ) -> Json:
        stem = f"{constraint.profile.rpartition('/')[2]}-{_kind(constraint.keyword)}".lower().replace(
            "extension-vr-", "extension-"
        )
        number = next(one for one in range(1, 10_000) if f"{stem}-{one}.json" not in files)
        row = {
            "file": f"{stem}-{number}.json",
            "rule": named.rule,
            "severity": named.severity,
            "element": named.element,
            "profile": constraint.profile,
            "constraint": constraint.label,
            "from": path.relative_to(EXAMPLES).as_posix(),
            "change": change,
        }
        return {**row, "also": others} if others else row


_OF: dict[str, list[Constraint]] = {}


def constraints_of(profile: str) -> list[Constraint]:
    """The constraints of one profile."""
    if not _OF:
        for one in constraints():
            _OF.setdefault(one.profile, []).append(one)
    return _OF.get(profile, [])


def _kind(keyword: str) -> str:
    return "pattern" if keyword.startswith(("fixed", "pattern")) else keyword


def _speaks_of(rule: str, keyword: str) -> bool:
    if keyword == "min":
        return rule in MINIMUM
    if keyword == "max":
        return rule in MAXIMUM
    if keyword.startswith(("fixed", "pattern")):
        return rule in ("_DT_Fixed_Wrong", "TYPE_CHECKS_PATTERN_CC")
    if keyword == "binding":
        return rule.startswith("Terminology_TX")
    if keyword == "type":
        return rule.startswith(("Reference_REF", "Extension_PROF")) or rule == "Validation_VAL_Profile_NoType"
    return keyword == "closed" and rule == "Validation_VAL_Profile_NotSlice"


if __name__ == "__main__":
    sys.exit(main())
