"""A value of another type than the one a profile leaves: what of it could not stand in a value of the right type.

HL7's validator goes on with the type that is asked for, so every part that this type does not have is an error of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location
from vrfhir.validation.tables import is_primitive

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_mistyped"]

Json = dict[str, Any]

_CODED = {
    "code": "Terminology_TX_Code_ValueSet_MISSING",
    "CodeableConcept": "Terminology_TX_Code_ValueSet",
}
"""What is said of a required binding when there is no code where the type asked for has one."""


def check_mistyped(scope: Scope, expected: str, binding: Json, value: Any, actual: str, location: Location) -> None:
    """The parts of a value of type ``actual``, seen as one of type ``expected``."""
    table, own = scope.engine.table_or_none(expected), scope.engine.table_or_none(actual)
    if type(value) is not dict or table is None or own is None or is_primitive(actual):
        return
    definition = scope.engine.definitions.type(expected) or {}
    source = f"{definition.get('url', expected)}|{definition.get('version', '')}"
    for key, item in value.items():
        child = own.children.get(key)
        if child is None or child.name in table.names:
            continue
        for at in range(len(item)) if type(item) is list else (-1,):
            scope.report("Validation_VAL_Profile_NotAllowed", (location, child.label, key, at), source=source)
    rule = _CODED.get(expected)
    if rule is not None and binding.get("strength") == "required" and "coding" not in value:
        scope.report(rule, location, value_set=binding.get("valueSet", ""))
    elif rule is not None and binding.get("strength") == "required" and expected == "code":
        scope.report(rule, location)
