"""Length and range limits of profiles: maxLength, minValue[x], maxValue[x] (https://hl7.org/fhir/R4/elementdefinition.html)."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import written

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_limits"]

Json = dict[str, Any]

_NUMBERS = frozenset({"integer", "unsignedInt", "positiveInt", "decimal"})
_MOMENTS = frozenset({"date", "dateTime", "instant", "time"})


def check_limits(scope: Scope, definition: Json, type_name: str, value: Any, location: Location) -> None:
    """Report a value outside the limits of an ElementDefinition."""
    if value is None:
        return
    if (longest := definition.get("maxLength")) and isinstance(value, str) and len(value) > int(longest):
        scope.report("Type_Specific_Checks_DT_Primitive_Length", location, limit=longest)
    for key, limit in definition.items():
        if key.startswith(("minValue", "maxValue")):
            _check(scope, key.startswith("min"), type_name, value, limit, location)


def _check(scope: Scope, is_minimum: bool, type_name: str, value: Any, limit: Any, location: Location) -> None:
    if type_name == "Quantity" and isinstance(value, dict) and isinstance(limit, dict):
        if value.get("code") == limit.get("code") and value.get("system") == limit.get("system"):
            found, bound = _number(value.get("value")), _number(limit.get("value"))
            if found is not None and bound is not None and _outside(found, bound, is_minimum):
                rule = (
                    "TYPE_SPECIFIC_CHECKS_DT_QTY_MIN_VALUE_WRONG"
                    if is_minimum
                    else "TYPE_SPECIFIC_CHECKS_DT_QTY_MAX_VALUE_WRONG"
                )
                scope.report(rule, location, found=found, limit=bound)
        return
    if type_name in _NUMBERS:
        found, bound = _number(value), _number(limit)
        if found is not None and bound is not None and _outside(found, bound, is_minimum):
            kind = "Decimal" if type_name == "decimal" else "Integer"
            scope.report(
                f"Type_Specific_Checks_DT_{kind}_{'LT' if is_minimum else 'GT'}", location, found=found, limit=bound
            )
    elif type_name in _MOMENTS and isinstance(value, str) and isinstance(limit, str):
        size = min(len(value), len(limit))
        earlier = value[:size] < limit[:size]
        later = value[:size] > limit[:size]
        if (is_minimum and earlier) or (not is_minimum and later):
            scope.report(
                "TYPE_SPECIFIC_CHECKS_DT_DT_LT" if is_minimum else "TYPE_SPECIFIC_CHECKS_DT_DT_GT",
                location,
                found=value,
                limit=limit,
            )


def _outside(found: Decimal, bound: Decimal, is_minimum: bool) -> bool:
    return found < bound if is_minimum else found > bound


def _number(value: Any) -> Decimal | None:
    try:
        return Decimal(written(value)) if value is not None else None
    except InvalidOperation:
        return None
