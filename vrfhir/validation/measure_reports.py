"""MeasureReport against its Measure: groups, populations and scores (https://hl7.org/fhir/R4/measurereport.html)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location
from vrfhir.validation.rows import at, rows, text

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_measure_report"]

Json = dict[str, Any]
Codes = frozenset[tuple[str, str]]

_SCORED = frozenset({"proportion", "ratio", "continuous-variable", "composite"})


def check_measure_report(scope: Scope, resource: Json, location: Location) -> None:
    """What the report says is what the measure defines, as far as the measure is known."""
    canonical = text(resource, "measure")
    measure = scope.engine.definitions.resource(canonical, "Measure") if canonical else None
    if measure is None:
        if canonical:
            scope.report("Measure_MR_M_NotFound", location, found=canonical)
        return
    defined = [each for each, _ in rows(measure, "group", location)]
    reported = list(rows(resource, "group", location))
    scoring = next((code for _, code in _codes(measure.get("scoring"))), "")
    if len(defined) == 1 and len(reported) == 1:
        group, place = reported[0]
        own, expected = _codes(group.get("code")), _codes(defined[0].get("code"))
        if own and expected and not own & expected:
            scope.report("MEASURE_MR_GRP_NO_WRONG_CODE", place, found=_shown(own), expected=_shown(expected))
        else:
            _group(scope, resource, group, defined[0], scoring, place)
        return
    seen: set[int] = set()
    for group, place in reported:
        own = _codes(group.get("code"))
        match = next((number for number, each in enumerate(defined) if own & _codes(each.get("code"))), -1)
        if "code" not in group:
            scope.report("MEASURE_MR_GRP_NO_CODE", place)
        elif match < 0:
            scope.report("MEASURE_MR_GRP_UNK_CODE", place, found=_shown(own))
        elif match in seen:
            scope.report("MEASURE_MR_GRP_DUPL_CODE", place)
        else:
            seen.add(match)
            _group(scope, resource, group, defined[match], scoring, place)
    for number, each in enumerate(defined):
        if number not in seen and "code" in each:
            scope.report("MEASURE_MR_GRP_MISSING_BY_CODE", location, found=_shown(_codes(each.get("code"))))


def _group(scope: Scope, report: Json, group: Json, defined: Json, scoring: str, place: Location) -> None:
    _populations(scope, report, group, defined, place)
    _stratifiers(scope, group, defined, place)
    _score(scope, report, group, scoring, place)


def _populations(scope: Scope, report: Json, group: Json, defined: Json, place: Location) -> None:
    expected = [each for each, _ in rows(defined, "population", place) if "code" in each]
    seen: set[int] = set()
    for each, here in rows(group, "population", place):
        own = _codes(each.get("code"))
        match = next((number for number, one in enumerate(expected) if own & _codes(one.get("code"))), -1)
        if "code" not in each:
            scope.report("MEASURE_MR_GRP_POP_NO_CODE", here)
        elif match < 0:
            scope.report("MEASURE_MR_GRP_POP_UNK_CODE", here, found=_shown(own))
        elif match in seen:
            scope.report("MEASURE_MR_GRP_POP_DUPL_CODE", here)
        else:
            seen.add(match)
        if report.get("type") != "subject-list":
            if "count" not in each and "_count" not in each:
                scope.report("MEASURE_MR_GRP_POP_NO_COUNT", here)
            if "subjectResults" in each:
                scope.report("MEASURE_MR_GRP_POP_NO_SUBJECTS", here)
        elif isinstance(each.get("count"), int) and each["count"] != (listed := _subjects(scope, each)):
            scope.report("MEASURE_MR_GRP_POP_COUNT_MISMATCH", here, found=each["count"], expected=listed)
    for number, one in enumerate(expected):
        if number not in seen:
            scope.report("MEASURE_MR_GRP_POP_MISSING_BY_CODE", place, found=_shown(_codes(one.get("code"))))


def _subjects(scope: Scope, population: Json) -> int:
    """How many subjects a population of a subject list names, as far as the list is in the input."""
    results = population.get("subjectResults")
    target = scope.engine.resolve(scope, results) if isinstance(results, dict) else None
    entries = target.get("entry") if target is not None else None
    if isinstance(results, dict) and target is None:
        return int(population["count"])  # the list is elsewhere
    return len(entries) if isinstance(entries, list) else 0


def _stratifiers(scope: Scope, group: Json, defined: Json, place: Location) -> None:
    expected = [each for each, _ in rows(defined, "stratifier", place) if "code" in each]
    if not expected:
        return
    seen: set[int] = set()
    for each, here in rows(group, "stratifier", place):
        codes = each.get("code")
        own: Codes = frozenset().union(*map(_codes, codes)) if isinstance(codes, list) else frozenset()
        match = next((number for number, one in enumerate(expected) if own & _codes(one.get("code"))), -1)
        if not own:
            scope.report("MEASURE_MR_GRP_STRAT_NO_CODE", here)
        elif match < 0:
            scope.report("MEASURE_MR_GRP_STRAT_UNK_CODE", here, found=_shown(own))
        elif match in seen:
            scope.report("MEASURE_MR_GRP_STRAT_DUPL_CODE", here)
        else:
            seen.add(match)
    for number, one in enumerate(expected):
        if number not in seen:
            scope.report("MEASURE_MR_GRP_STRAT_MISSING_BY_CODE", place, found=_shown(_codes(one.get("code"))))


def _score(scope: Scope, report: Json, group: Json, scoring: str, place: Location) -> None:
    score, here = group.get("measureScore"), at(place, "measureScore")
    is_collection = report.get("type") in ("data-collection", "data-exchange")
    if not isinstance(score, dict):
        if scoring in _SCORED and not is_collection:
            scope.report("MEASURE_MR_SCORE_REQUIRED", place, scoring=scoring)
        return
    if is_collection:
        scope.report("MEASURE_MR_SCORE_PROHIBITED_RT", here)
        return
    if scoring == "cohort":
        scope.report("MEASURE_MR_SCORE_PROHIBITED_MS", here)
        return
    if scoring not in _SCORED:
        return
    value = score.get("value")
    number = Decimal(value) if isinstance(value, (int, Decimal)) and not isinstance(value, bool) else None
    if "value" not in score:
        scope.report("MEASURE_MR_SCORE_VALUE_REQUIRED", here, scoring=scoring)
    elif scoring == "proportion" and number is not None and not 0 <= number <= 1:
        scope.report("MEASURE_MR_SCORE_VALUE_INVALID_01", at(here, "value"), found=value)
    if scoring == "proportion":
        for name in ("unit", "code"):
            if name in score:
                scope.report("MEASURE_MR_SCORE_UNIT_PROHIBITED", at(here, name), scoring=scoring)
                break
    elif scoring == "ratio" and "code" not in score:
        scope.report("MEASURE_MR_SCORE_UNIT_REQUIRED", here, scoring=scoring)


def _codes(concept: Any) -> Codes:
    """The codings of a concept; one with words alone is known by them."""
    if not isinstance(concept, dict):
        return frozenset()
    codings = concept.get("coding")
    found = {
        (str(each.get("system", "")), str(each.get("code", "")))
        for each in (codings if isinstance(codings, list) else ())
        if isinstance(each, dict) and each.get("code")
    }
    return frozenset(found or ({("", concept["text"])} if isinstance(concept.get("text"), str) else ()))


def _shown(codes: Codes) -> str:
    return ", ".join(f"{system}#{code}" if system else code for system, code in sorted(codes))
