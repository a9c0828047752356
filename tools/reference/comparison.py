"""How far two validators say the same of a case: verdict, places, message ids, warnings.

Errors are compared in the way of the public scoring tool: by place, each as often as it occurs.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from instances import Case

from reference.engine import BAD, UNDECIDED, findings, place
from vrfhir import Validator
from vrfhir.errors import VrfhirError
from vrfhir.validation.options import Options

__all__ = ["Comparison", "our_issues", "spot"]

Json = dict[str, Any]
_CHOICE = re.compile(
    r"\.value(?:Boolean|String|Coding|CodeableConcept|Quantity|Reference|Date|DateTime|Integer|Decimal|Uri|Code|Identifier|Period|Attachment|Time|Range|Ratio)\b"
)


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
    return [
        {"severity": one.severity, "expression": one.expression, "messageId": one.id, "text": one.text}
        for one in report.issues
    ]


def spot(expression: str) -> str:
    """A place in the coarsest form that still tells places apart."""
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
        want, got = (Counter(spot(one["expression"]) for one in side) for side in (bad, found))
        self.wanted += want.total()
        self.got += got.total()
        self.located += (want & got).total()
        at: defaultdict[str, set[str]] = defaultdict(set)
        for one in found:
            at[spot(one["expression"])].add(_rule(one))
        for one in bad:
            where = at.get(spot(one["expression"]))
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
                for (there, rule), times in rest.items():
                    other = sorted(
                        {
                            each
                            for where, each in (right - left if word == "MISSING" else left - right)
                            if where == there
                        }
                    )
                    kind = (
                        f"{severity} {word} {rule or 'unnamed'}"
                        + (f" / {other[0] or 'unnamed'}" if other else "")
                        + ("" if same or severity != "error" else "  !verdict")
                    )
                    self.kinds[kind].extend([f"{case.identity} @ {there}"] * times)

    def share(self, what: str) -> float:
        """A percentage: ``verdict``, ``recall``, ``precision``, ``names``, ``warned`` (of theirs), ``warning`` (of ours)."""
        part, whole = {
            "verdict": (self.verdict, self.cases),
            "recall": (self.located, self.wanted),
            "precision": (self.located, self.got),
            "names": (self.same, self.named),
            "warned": (self.warned, self.warnings),
            "warning": (self.warned, self.our_warnings),
        }[what]
        return 100 * part / whole if whole else 100.0

    def __str__(self) -> str:
        return (
            f"{self.cases} cases: verdict {self.share('verdict'):.2f} %, places recall {self.share('recall'):.1f} % "
            f"precision {self.share('precision'):.1f} %, ids {self.share('names'):.1f} %; warnings {self.share('warned'):.1f} / "
            f"{self.share('warning'):.1f} %; {self.wanted} errors, engine fell over {self.crashed}"
        )


def _decided(theirs: list[Json], ours: list[Json]) -> tuple[list[Json], list[Json]]:
    """Both without what the engine says of codes that it has no list of, and so without a terminology server takes for wrong."""
    open_places = {spot(one["expression"]) for one in theirs if one["severity"] == UNDECIDED}
    open_places |= {spot(one.element) for one in findings(theirs) if one.severity == UNDECIDED}
    return tuple(
        [one for one in side if spot(one["expression"]) not in open_places or _rule(one) not in _OPEN]
        for side in (theirs, ours)
    )  # type: ignore[return-value]


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
            yield spot(one["expression"]), _rule(one)
