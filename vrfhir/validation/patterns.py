"""Fixed values and patterns (https://hl7.org/fhir/R4/elementdefinition.html#interpretation).

A fixed value is equal in everything; a pattern asks that what it names is there, in lists among others.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import written

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_value", "constraint_of", "equals", "fits"]

Json = dict[str, Any]

_META = frozenset({"id", "extension"})
_WITHOUT_VALUE = frozenset(
    ("id", "path", "sliceName", "min", "max", "base", "type", "contentReference", "representation", "slicing")
) | frozenset(("isModifier", "mustSupport", "isSummary", "binding", "constraint", "sliceIsConstraining"))
"""What an ElementDefinition has that fixes no value: most have nothing else."""


def constraint_of(element: Json) -> tuple[str, Any] | None:
    """``("fixed", value)`` or ``("pattern", value)`` of an ElementDefinition."""
    if element.keys() <= _WITHOUT_VALUE:
        return None
    for key, value in element.items():
        if key.startswith("fixed"):
            return "fixed", value
        if key.startswith("pattern"):
            return "pattern", value
    return None


def equals(value: Any, expected: Any) -> bool:
    """True for the same value: numbers by worth, objects without regard to order of keys, ids and extensions."""
    if isinstance(expected, dict):
        if not isinstance(value, dict):
            return False
        names = (set(value) | set(expected)) - _META
        return all(name in value and name in expected and equals(value[name], expected[name]) for name in names)
    if isinstance(expected, list):
        return isinstance(value, list) and len(value) == len(expected) and all(map(equals, value, expected))
    return _same(value, expected)


def fits(value: Any, pattern: Any) -> bool:
    """True when a value holds all that a pattern names."""
    if type(pattern) is str and type(value) is str:
        return value == pattern
    if isinstance(pattern, dict):
        if not isinstance(value, dict):
            return False
        for name, part in pattern.items():  # noqa: SIM110 (on every slice: a plain loop is faster)
            if name not in value or not fits(value[name], part):
                return False
        return True
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(fits(each, part) for each in value) for part in pattern)
    return _same(value, pattern)


def _same(value: Any, expected: Any) -> bool:
    if isinstance(value, bool) or isinstance(expected, bool):
        return value is expected
    if isinstance(value, (int, Decimal)) and isinstance(expected, (int, float, Decimal)):
        return Decimal(value) == Decimal(str(expected))
    return bool(value == expected)


def check_value(scope: Scope, kind: str, expected: Any, value: Any, location: Location, name: str, source: str) -> None:
    """Report where a value departs from a fixed value or pattern, part by part as HL7's validator does."""
    if isinstance(expected, dict):
        if isinstance(value, dict):
            _object(scope, kind, expected, value, location, source)
        else:
            scope.report("Profile_VAL_MissingElement", location, name=name, expected=_shown(expected), source=source)
    elif value is None:
        scope.report("Profile_VAL_MissingElement", location, name=name, expected=_shown(expected), source=source)
    elif not _same(value, expected):
        scope.report("_DT_Fixed_Wrong", location, found=written(value), expected=_shown(expected), source=source)


def _object(scope: Scope, kind: str, expected: Json, value: Json, location: Location, source: str) -> None:
    for name, part in expected.items():
        if isinstance(part, list) and name == "coding":
            _codings(scope, kind, part, value.get(name), location, source)
        elif isinstance(part, list):
            _list(scope, kind, name, part, value.get(name), location, source)
        else:
            check_value(scope, kind, part, value.get(name), (location, name, name, -1), name, source)
    if kind == "fixed":
        for name in value.keys() - expected.keys() - _META:
            scope.report("Profile_VAL_NotAllowed", (location, name, name, -1), name=name, source=source)


def _codings(scope: Scope, kind: str, parts: list[Any], found: Any, location: Location, source: str) -> None:
    """The codings of a CodeableConcept: enough of them, then each that is asked for."""
    items = found if isinstance(found, list) else []
    if len(items) < len(parts) or (kind == "fixed" and len(items) > len(parts)):
        facts: Json = {"least": len(parts), "found": len(items), "expected": _shown(parts)}
        scope.report("Terminology_TX_Coding_Count", location, **facts, source=source)
    elif kind == "fixed":
        for at, (item, part) in enumerate(zip(items, parts, strict=True)):
            check_value(scope, kind, part, item, (location, "coding", "coding", at), "coding", source)
    else:
        for part in parts:
            if not any(fits(each, part) for each in items):
                scope.report("TYPE_CHECKS_PATTERN_CC", location, expected=_shown(part), source=source)


def _list(scope: Scope, kind: str, name: str, parts: list[Any], found: Any, location: Location, source: str) -> None:
    items = found if isinstance(found, list) else []
    match = equals if kind == "fixed" else fits
    for part in parts:
        if not any(match(each, part) for each in items):
            scope.report(
                "Fixed_Type_Checks_DT_Pattern_Missing", location, name=name, expected=_shown(part), source=source
            )


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        if "code" in value:
            return f"{value.get('system', '')}#{value['code']}"
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items())
    if isinstance(value, list):
        return "; ".join(_shown(each) for each in value)
    return written(value)
