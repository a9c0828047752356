"""Filters of value sets: property, operator and value fit each other (https://hl7.org/fhir/R4/valueset.html#filter)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from vrfhir.terminology import Membership
from vrfhir.terminology.snomed import is_expression_constraint, is_identifier
from vrfhir.validation.paths import Location
from vrfhir.validation.rows import rows, text

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_filter"]

Json = dict[str, Any]

_HIERARCHY = ("=", "is-a", "descendent-of", "is-not-a", "in", "not-in", "generalizes", "child-of", "descendent-leaf")
_STANDARD: Mapping[str, str] = {
    "concept": "own code",
    "code": "own code",
    "parent": "own code",
    "child": "own code",
    "partOf": "own code",
    "status": "any",
    "synonym": "any",
    "comment": "any",
    "inactive": "boolean",
    "notSelectable": "boolean",
    "effectiveDate": "dateTime",
    "deprecationDate": "dateTime",
    "retirementDate": "dateTime",
    "itemWeight": "decimal",
}
"""Properties that any code system may be filtered by, with the kind of value they take."""
_OF_HIERARCHIES = frozenset({"parent", "child", "partOf"})
"""Those that only a code system with a stated meaning of its hierarchy has."""
_PREFIX = re.compile(r"(?:eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[0-9+-])")
"""Comparisons as in searches, before a number or date."""
_OPERATORS: Mapping[str, tuple[str, ...]] = {"concept": _HIERARCHY, "code": (*_HIERARCHY, "regex")}
_SNOMED = "http://snomed.info/sct"
_SNOMED_OPERATORS: Mapping[str, tuple[str, ...]] = {
    "concept": tuple(each for each in _HIERARCHY if each != "="),
    "constraint": ("=",),
    "expression": ("=",),
    "expressions": ("=",),
}
_IS_A = "116680003"
_DATE_TIME = re.compile(
    r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?"
    r"(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)


def check_filter(scope: Scope, system: str, resource: Json | None, row: Json, place: Location) -> None:
    """One filter of an include."""
    name, operator, value = text(row, "property"), text(row, "op"), text(row, "value")
    if not name or not operator:
        return
    if system == _SNOMED:
        _snomed(scope, name, operator, value, place)
        return
    kind = _kind(resource, name, place)
    if not kind:
        rule = "VALUESET_UNKNOWN_FILTER_PROPERTY" + ("" if resource is not None else "_NO_CS")
        if resource is not None or name not in _KNOWN_ELSEWHERE.get(system, ()):
            scope.report(rule, place, found=name, system=system)
        return
    allowed = _OPERATORS.get(name)
    if allowed is not None and operator not in allowed:
        scope.report(
            "VALUESET_BAD_FILTER_OP", place, found=operator, name=name, system=system, expected=", ".join(allowed)
        )
        if operator == "regex":
            scope.report("VALUESET_BAD_PROPERTY_NO_REGEX", place, name=name)
    if operator == "regex":
        return
    if operator == "exists":
        kind = "boolean" if kind in ("own code", "code", "boolean") else "any"
    _values(scope, system, name, operator, kind, value, place)


_KNOWN_ELSEWHERE: Mapping[str, tuple[str, ...]] = {
    "http://loinc.org": (
        "COMPONENT",
        "PROPERTY",
        "TIME_ASPCT",
        "SYSTEM",
        "SCALE_TYP",
        "METHOD_TYP",
        "CLASS",
        "CLASSTYPE",
        "STATUS",
        "ORDER_OBS",
        "CONSUMER_NAME",
        "DOCUMENT_SECTION",
        "answers-for",
    ),
    "http://unitsofmeasure.org": ("canonical", "property"),
    "http://www.nlm.nih.gov/research/umls/rxnorm": ("STY", "SAB", "TTY"),
}
"""Properties of code systems that only terminology services hold."""


def _kind(resource: Json | None, name: str, place: Location) -> str:
    """What values a property takes; empty when the code system has no such property."""
    if resource is not None:
        for each, _ in rows(resource, "property", place):
            if each.get("code") == name:
                return text(each, "type") or "any"
        if any(each.get("code") == name for each, _ in rows(resource, "filter", place)) and name not in _STANDARD:
            return "any"
    if name in _OF_HIERARCHIES and not (resource or {}).get("hierarchyMeaning"):
        return ""
    return _STANDARD.get(name, "")


def _values(scope: Scope, system: str, name: str, operator: str, kind: str, value: str, place: Location) -> None:
    is_list = operator in ("in", "not-in")
    if "," in value and not is_list and kind in ("own code", "code", "boolean"):
        scope.report("VALUESET_BAD_FILTER_VALUE_HAS_COMMA", place, kind="code")
    for each in [part.strip() for part in value.split(",")] if is_list else [value]:
        if kind in ("own code", "code"):
            if scope.engine.terminology.code_in_system(system, each) is Membership.OUT:
                scope.report(
                    "VALUESET_BAD_FILTER_VALUE_VALID_CODE",
                    place,
                    severity="error" if kind == "own code" else "warning",
                    name=name,
                    found=each,
                    system=system,
                )
        elif kind == "Coding":
            _coded(scope, name, each, place)
        elif kind in _FORMS and not _FORMS[kind](_PREFIX.sub("", each, count=1) if kind != "boolean" else each):
            scope.report(f"VALUESET_BAD_FILTER_VALUE_{kind.upper()}", place, name=name, found=each)


def _coded(scope: Scope, name: str, value: str, place: Location) -> None:
    canonical, hash_, code = value.rpartition("#")
    if not hash_ or not canonical:
        scope.report("VALUESET_BAD_FILTER_VALUE_CODED", place, name=name, found=value)
        return
    if scope.engine.terminology.code_in_system(canonical, code) is Membership.OUT:
        scope.report("VALUESET_BAD_FILTER_VALUE_CODED_INVALID", place, name=name, found=value)


def _is_decimal(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _is_boolean(value: str) -> bool:
    return value in ("true", "false")


def _is_integer(value: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]{1,10}", value) is not None


def _is_date_time(value: str) -> bool:
    return _DATE_TIME.fullmatch(value) is not None


_FORMS: Mapping[str, Callable[[str], bool]] = {
    "boolean": _is_boolean,
    "integer": _is_integer,
    "decimal": _is_decimal,
    "dateTime": _is_date_time,
}


def _snomed(scope: Scope, name: str, operator: str, value: str, place: Location) -> None:
    """SNOMED CT's content is not known here; the form of its identifiers and expressions is."""
    allowed = _SNOMED_OPERATORS.get(name)
    if allowed is None and is_identifier(name) and name != _IS_A:
        allowed = ("=", "in")
    if allowed is not None and operator not in allowed:
        scope.report(
            "VALUESET_BAD_FILTER_OP", place, found=operator, name=name, system=_SNOMED, expected=", ".join(allowed)
        )
    if name == "constraint":
        if not is_expression_constraint(value):
            scope.report("VALUESET_BAD_FILTER_VALUE_INVALID", place, name=name, found=value)
    elif name == "concept" or (is_identifier(name) and name != _IS_A):
        for each in value.split(",") if operator in ("in", "not-in") else [value]:
            if not is_identifier(each.strip()):
                scope.report(
                    "VALUESET_BAD_FILTER_VALUE_VALID_CODE", place, name=name, found=each.strip(), system=_SNOMED
                )
    elif name == "inactive" and value not in ("true", "false"):
        scope.report("VALUESET_BAD_FILTER_VALUE_BOOLEAN", place, name=name, found=value)
