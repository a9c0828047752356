"""One differential element laid over the element of the base (https://hl7.org/fhir/R4/elementdefinition.html)."""

from __future__ import annotations

from typing import Any

from vrfhir.definitions.rows import objects

__all__ = ["merge_element", "without_useless_binding"]

Json = dict[str, Any]

_BINDABLE = frozenset({"code", "Coding", "CodeableConcept", "Quantity", "string", "uri"})
_QUANTITIES = frozenset({"Age", "Count", "Distance", "Duration", "Money", "MoneyQuantity", "SimpleQuantity"})
_MERGED = frozenset({"slicing", "binding"})
_VALUES = ("fixed", "pattern")


def merge_element(element: Json, change: Json) -> None:
    """Change ``element`` to what ``change`` says: constraints add up, bindings and slicings merge, the rest replaces."""
    for key, value in change.items():
        if key in ("id", "path", "base"):
            continue
        if key == "constraint":
            own = {each.get("key") for each in objects(change, "constraint")}
            kept = [each for each in objects(element, "constraint") if each.get("key") not in own]
            element[key] = kept + objects(change, "constraint")
        elif key in _MERGED and isinstance(value, dict) and isinstance(element.get(key), dict):
            element[key] = {**element[key], **value}
        else:
            if key.startswith(_VALUES):
                for other in [each for each in element if each.startswith(_VALUES)]:
                    del element[other]
            element[key] = value


def without_useless_binding(element: Json) -> Json:
    """The element without a binding that none of its types can have, as on an extension."""
    codes = {str(each.get("code")) for each in objects(element, "type")}
    if "binding" not in element or not codes or codes & (_BINDABLE | _QUANTITIES):
        return element
    return {key: value for key, value in element.items() if key != "binding"}
