"""The names of types and what each is a kind of, for FHIR R4 and for FHIRPath's own System types.

https://hl7.org/fhir/R4/datatypes.html, https://hl7.org/fhir/R4/fhirpath.html#types and
http://hl7.org/fhirpath/N1/#literals.
"""

from __future__ import annotations

__all__ = ["BASES", "PRIMITIVES", "QUANTITIES", "RESOURCE_BASES", "SYSTEM_TYPES", "TEXT_PRIMITIVES", "system_name"]

SYSTEM_TYPES = frozenset(("Boolean", "String", "Integer", "Decimal", "Date", "DateTime", "Time", "Quantity"))

_TEXT_PRIMITIVES = {
    "string": "Element",
    "code": "string",
    "id": "string",
    "markdown": "string",
    "uri": "Element",
    "url": "uri",
    "canonical": "uri",
    "oid": "uri",
    "uuid": "uri",
    "base64Binary": "Element",
    "xhtml": "Element",
}

TEXT_PRIMITIVES = frozenset(_TEXT_PRIMITIVES)
"""Primitive types that System.String stands for."""

PRIMITIVES = {
    **_TEXT_PRIMITIVES,
    "boolean": "Element",
    "integer": "Element",
    "positiveInt": "integer",
    "unsignedInt": "integer",
    "decimal": "Element",
    "date": "Element",
    "dateTime": "Element",
    "instant": "Element",
    "time": "Element",
}
"""FHIR primitive type → what it specialises."""

QUANTITIES = frozenset(("Quantity", "Age", "Count", "Distance", "Duration", "MoneyQuantity", "SimpleQuantity"))
"""FHIR types that System.Quantity stands for."""

BASES = {
    **PRIMITIVES,
    **dict.fromkeys(QUANTITIES - {"Quantity"}, "Quantity"),
    **dict.fromkeys(
        (
            *("Dosage", "ElementDefinition", "MarketingStatus", "Population", "ProdCharacteristic"),
            *("ProductShelfLife", "SubstanceAmount", "Timing"),
        ),
        "BackboneElement",
    ),
    "BackboneElement": "Element",
    "Element": "",
    "Resource": "",
    "DomainResource": "Resource",
}
"""Type → its base, for all that do not follow from their kind: other data types are Elements, resources DomainResources."""

RESOURCE_BASES = {"Bundle": "Resource", "Binary": "Resource", "Parameters": "Resource"}
"""The resources that have neither narrative nor extensions."""


def system_name(value: object) -> str:
    """The System type of a value that is no FHIR element."""
    return _SYSTEM_NAMES.get(type(value).__name__, "") or str(getattr(value, "system_name", ""))


_SYSTEM_NAMES = {"bool": "Boolean", "str": "String", "int": "Integer", "Decimal": "Decimal"}
