"""Answers that are quantities: the units a question offers, and the least and most it allows.

The extensions of a question say so: ``questionnaire-unitOption`` and ``-unitValueSet``, ``sdc-questionnaire-minQuantity`` and
``-maxQuantity``, ``maxDecimalPlaces``. Amounts are compared across units as UCUM has them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from vrfhir.fhirpath.quantity import quantity_of
from vrfhir.terminology import Membership
from vrfhir.validation.paths import Location

if TYPE_CHECKING:
    from vrfhir.validation.questions import Question
    from vrfhir.validation.scope import Scope

__all__ = ["check_quantity", "compared"]

Json = dict[str, Any]


def check_quantity(scope: Scope, question: Question, value: Json, here: Location) -> None:
    """A quantity against what its question asks."""
    units = [each for each in question.settings("unitOption") if isinstance(each, dict)]
    if units and not any(_is_unit(each, value) for each in units):
        scope.report("QUESTIONNAIRE_QR_ITEM_DECIMAL_INVALID_UNITS", here, found=_shown(value))
    for value_set in question.settings("unitValueSet"):
        if isinstance(value_set, str) and not _may_be_in(scope, value_set, value):
            scope.report("QUESTIONNAIRE_QR_ITEM_DECIMAL_UNIT_FAIL_VS", here, found=_shown(value), value_set=value_set)
    for name, word in (("minQuantity", "MIN"), ("maxQuantity", "MAX")):
        for limit in question.settings(name):
            if isinstance(limit, dict):
                _limit(scope, word, limit, value, here)


def compared(found: Json, bound: Json) -> int | None:
    """How a quantity compares with another: -1, 0, 1; None when their units do not allow it."""
    one, other = quantity_of(found), quantity_of(bound)
    pair = None if one is None or other is None else one.aligned(other)
    return None if pair is None else (pair[0] > pair[1]) - (pair[0] < pair[1])


def _limit(scope: Scope, word: str, limit: Json, value: Json, here: Location) -> None:
    facts: Json = {"found": _shown(value), "limit": _shown(limit)}
    if not all(isinstance(each.get(name), str) for each in (limit, value) for name in ("system", "code")):
        scope.report(f"QUESTIONNAIRE_QR_ITEM_DECIMAL_CANNOT_COMPARE_{word}_UNITS", here, **facts)
    elif not isinstance(value.get("value"), (int, Decimal)):
        scope.report("QUESTIONNAIRE_QR_ITEM_DECIMAL_VALUE_EXCEPTION", here, **facts)
    else:
        order = compared(value, limit)
        if order is None:
            scope.report(f"QUESTIONNAIRE_QR_ITEM_DECIMAL_CANNOT_COMPARE_{word}", here, **facts)
        elif order == (-1 if word == "MIN" else 1):
            scope.report(f"QUESTIONNAIRE_QR_ITEM_QUANTITY_{word}", here, **facts)


def _may_be_in(scope: Scope, value_set: str, quantity: Json) -> bool:
    system, code = quantity.get("system"), quantity.get("code")
    if not isinstance(system, str) or not isinstance(code, str):
        return False
    return scope.engine.terminology.member(value_set, system, code) is not Membership.OUT


def _is_unit(option: Json, quantity: Json) -> bool:
    """True when a quantity has the unit of an option, in as many words and codes as the option has."""
    pairs = (("system", "system"), ("code", "code"), ("display", "unit"))
    return all(option[name] == quantity.get(other) for name, other in pairs if name in option)


def _shown(quantity: Json) -> str:
    return f"{quantity.get('value', '')} {quantity.get('unit') or quantity.get('code') or ''}".strip()
