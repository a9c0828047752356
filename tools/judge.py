"""Ask HL7's validator and ours about input that nobody wrote, and rank what they say differently.

    python tools/judge.py SEED [SEED ...] [--engine PATH/crosscheck.sh] [--count 400] [--only profile] [--show 20]

The cases are grown from the definitions (``tools/instances``), others for every seed; the answers are kept under
``build/judge``, so that a seed is asked about once and compared as often as wanted. A new seed says how far the two agree on
what was never looked at.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from instances import Case, cases
from reference.engine import BAD, ROOT, UNDECIDED, ReferenceEngine, findings, place

from vrfhir import Validator
from vrfhir.errors import VrfhirError
from vrfhir.validation.options import Options

KEPT = ROOT / "build" / "judge"
Json = dict[str, Any]
_CHOICE = re.compile(
    r"\.value(?:Boolean|String|Coding|CodeableConcept|Quantity|Reference|Date|DateTime|Integer|Decimal|Uri|Code|Identifier|Period|Attachment|Time|Range|Ratio)\b"
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("seeds", nargs="+")
    parser.add_argument("--engine", type=Path, help="crosscheck.sh; without it only seeds that were asked about")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--only", default="", help="one sort of case")
    parser.add_argument("--show", type=int, default=25, help="how many kinds of disagreement")
    parser.add_argument("--find", default="", help="print the cases of the kinds that hold this word")
    arguments = parser.parse_args()
    told = {seed: _told(seed, arguments) for seed in arguments.seeds}
    whole = Comparison()
    for seed, rows in told.items():
        one = Comparison()
        for case, issues in rows:
            ours = our_issues(case)
            one.add(case, issues, ours)
            whole.add(case, issues, ours)
        sys.stdout.write(f"{seed}: {one}\n")
    if len(told) > 1:
        sys.stdout.write(f"all: {whole}\n")
    for kind, found in sorted(whole.kinds.items(), key=lambda pair: -len(pair[1]))[: arguments.show]:
        sys.stdout.write(f"{len(found):5}  {kind:90} {min(found, key=len)}\n")
    for kind, found in whole.kinds.items():
        if arguments.find and arguments.find in kind:
            sys.stdout.write(f"{kind}\n" + "".join(f"    {one}\n" for one in found))
    return 0


def _told(seed: str, arguments: argparse.Namespace) -> list[tuple[Case, list[Json]]]:
    """The cases of a seed with the engine's answers, asking where they are not kept."""
    path = KEPT / f"{seed}{'-' + arguments.only if arguments.only else ''}.jsonl.gz"
    if not path.is_file():
        if arguments.engine is None:
            raise SystemExit(f"judge: nothing is known of seed {seed}; give --engine")
        KEPT.mkdir(parents=True, exist_ok=True)
        with ReferenceEngine(arguments.engine.resolve()) as engine, gzip.open(path.with_suffix(".part"), "wt") as out:
            for case in cases(seed, arguments.count, arguments.only):
                out.write(json.dumps([_packed(case), asked(engine, case)]) + "\n")
        path.with_suffix(".part").rename(path)
    with gzip.open(path, "rt") as kept:
        return [(_unpacked(row), issues) for row, issues in map(json.loads, kept)]


def asked(engine: ReferenceEngine, case: Case) -> list[Json]:
    """What the engine says of a case."""
    return engine.validate(case.content, form=case.form, profile=case.profile or "", supporting=case.supporting, options=case.options)


def _packed(case: Case) -> Json:
    row = case._asdict()
    row["content"] = base64.b64encode(case.content).decode()
    row["supporting"] = [one.decode() for one in case.supporting]
    row["profile"] = case.profile.decode() if case.profile else None
    return row


def _unpacked(row: Json) -> Case:
    profile = row["profile"].encode() if row["profile"] else None
    return Case(row["identity"], base64.b64decode(row["content"]), row["form"], tuple(one.encode() for one in row["supporting"]), profile, row["options"])


_VALIDATOR = Validator()


def our_issues(case: Case) -> list[Json]:
    """What our validator says of a case, in the engine's form."""
    validator, profiles = _VALIDATOR, []
    extra = [json.loads(one) for one in (*case.supporting, *((case.profile,) if case.profile else ()))]
    try:
        if extra:
            validator = Validator(validator.definitions.with_resources(extra))
            profiles = [extra[-1]["url"]] if case.profile else []
        report = validator.validate(case.content, profiles=profiles, options=Options.from_request(case.options))
    except VrfhirError as problem:
        return [{"severity": "crash", "expression": "", "messageId": type(problem).__name__, "text": str(problem)}]
    return [{"severity": one.severity, "expression": one.expression, "messageId": one.id, "text": one.text} for one in report.issues]


def _spot(expression: str) -> str:
    return re.sub(r"\[x\]|\[0\]", "", _CHOICE.sub(".value", place(expression))).strip(".")


def _rule(issue: Json) -> str:
    return (issue.get("messageId") or "").rsplit("#", 1)[-1].lower()


class Comparison:
    """Counts in the way of the public scoring tool: errors by place, each as often as it occurs."""

    def __init__(self) -> None:
        self.cases = self.verdict = self.wanted = self.got = self.located = self.named = self.same = self.crashed = 0
        self.warned = self.warnings = self.our_warnings = 0
        self.kinds: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, case: Case, theirs: list[Json], ours: list[Json]) -> None:
        """One case."""
        if any(one["severity"] == "crash" for one in theirs):
            self.crashed += 1
            return
        theirs, ours = _decided(theirs, ours)
        self.cases += 1
        bad, found = ([one for one in side if one["severity"] in BAD] for side in (theirs, ours))
        same = bool(bad) == bool(found)
        self.verdict += same
        want, got = (Counter(_spot(one["expression"]) for one in side) for side in (bad, found))
        self.wanted += want.total()
        self.got += got.total()
        self.located += (want & got).total()
        at: defaultdict[str, set[str]] = defaultdict(set)
        for one in found:
            at[_spot(one["expression"])].add(_rule(one))
        for one in bad:
            where = at.get(_spot(one["expression"]))
            if one.get("messageId") and where:
                self.named += 1
                self.same += _rule(one) in where
        for severity in ("error", "warning"):
            left, right = (Counter(_keys(side, severity)) for side in (theirs, ours))
            _settle(left, right)
            if severity == "warning":
                self.warnings += left.total()
                self.our_warnings += right.total()
                self.warned += (left & right).total()
            for word, rest in (("MISSING", left - right), ("EXTRA", right - left)):
                for (spot, rule), times in rest.items():
                    other = sorted({each for where, each in (right - left if word == "MISSING" else left - right) if where == spot})
                    kind = f"{severity} {word} {rule or 'unnamed'}" + (f" / {other[0] or 'unnamed'}" if other else "") + ("" if same or severity != "error" else "  !verdict")
                    self.kinds[kind].extend([f"{case.identity} @ {spot}"] * times)

    def __str__(self) -> str:
        def share(part: int, whole: int) -> float:
            return 100 * part / whole if whole else 100.0

        return (
            f"{self.cases} cases: verdict {share(self.verdict, self.cases):.2f} %, places recall {share(self.located, self.wanted):.1f} % "
            f"precision {share(self.located, self.got):.1f} %, ids {share(self.same, self.named):.1f} %; warnings "
            f"{share(self.warned, self.warnings):.1f} / {share(self.warned, self.our_warnings):.1f} %; {self.wanted} errors, engine fell over {self.crashed}"
        )


def _decided(theirs: list[Json], ours: list[Json]) -> tuple[list[Json], list[Json]]:
    """Both without what the engine says of codes that it has no list of, and so without a terminology server takes for wrong."""
    kept = findings(theirs)
    open_places = {_spot(one.element) for one in kept if one.severity == UNDECIDED}
    return tuple([one for one in side if _spot(one["expression"]) not in open_places or _rule(one) not in _OPEN] for side in (theirs, ours))  # type: ignore[return-value]


_OPEN = ("unable_to_infer_codesystem", "terminology_tx_novalid_16", "terminology_tx_novalid_15")


def _settle(left: Counter[tuple[str, str]], right: Counter[tuple[str, str]]) -> None:
    """An issue without an id, or with its text in place of one, is any of ours at its place."""
    for key in [one for one in left if not one[1] or " " in one[1]]:
        for other in [one for one in right - left if one[0] == key[0]]:
            times = min(left[key], (right - left)[other])
            left[key] -= times
            left[other] += times


def _keys(issues: list[Json], severity: str) -> Iterator[tuple[str, str]]:
    for one in issues:
        if one["severity"] in ((*BAD, "crash") if severity == "error" else (severity,)):
            yield _spot(one["expression"]), _rule(one)


if __name__ == "__main__":
    sys.exit(main())
