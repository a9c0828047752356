"""A value of another type than the one a profile leaves: what of it could not stand in a value of the right type.

HL7's validator goes on with the type that is asked for, so every part that this type does not have is an error of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location
from vrfhir.validation.tables import Binding, is_primitive

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
    is_required = binding.get("strength") == "required"
    value_set = str(binding.get("valueSet", ""))
    if type(value) is not dict or is_primitive(actual):
        if is_required and expected == "CodeableConcept":
            scope.report(_CODED[expected], location, value_set=value_set)
        elif is_required and expected == "code" and type(value) is str:
            scope.engine.check_code(scope, Binding(binding), "code", value, location)
        return
    table, own = scope.engine.table_or_none(expected), scope.engine.table_or_none(actual)
    if table is None or own is None:
        return
    definition = scope.engine.definitions.type(expected) or {}
    source = f"{definition.get('url', expected)}|{definition.get('version', '')}"
    for key, item in value.items():
        child = own.children.get(key)
        if child is None or child.name in table.names:
            continue
        for at in range(len(item)) if type(item) is list else (-1,):
            scope.report("Validation_VAL_Profile_NotAllowed", (location, child.label, key, at), source=source)
    if is_required and expected in _CODED and (expected == "code" or "coding" not in value):
        scope.report(_CODED[expected], location, value_set=value_set)
