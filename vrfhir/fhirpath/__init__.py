"""FHIRPath R4: http://hl7.org/fhirpath/N1/ with the additions of https://hl7.org/fhir/R4/fhirpath.html.

    >>> from vrfhir.fhirpath import Environment, compile
    >>> patient = {"resourceType": "Patient", "name": [{"family": "Windsor"}]}
    >>> [str(node.value) for node in compile("Patient.name.family").evaluate(patient, environment=Environment())]
    ['Windsor']

An expression is parsed once (``compile`` keeps it) and becomes closures over plain dicts and lists. With the children tables
of the definitions (``Environment(fields=Definitions.default().fields)``) every element has its FHIR type.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vrfhir.fhirpath.environment import Environment
    from vrfhir.fhirpath.errors import FhirPathError
    from vrfhir.fhirpath.expression import Expression, compile  # noqa: A004 - the name of the contract
    from vrfhir.fhirpath.model import Field
    from vrfhir.fhirpath.nodes import Node, atom
    from vrfhir.fhirpath.parser import parse
    from vrfhir.fhirpath.printer import unparse
    from vrfhir.fhirpath.quantity import Quantity
    from vrfhir.fhirpath.temporal import Temporal

__all__ = [
    "Environment",
    "Expression",
    "FhirPathError",
    "Field",
    "Node",
    "Quantity",
    "Temporal",
    "atom",
    "compile",
    "parse",
    "unparse",
]

_HOMES = {
    "Environment": "environment",
    "FhirPathError": "errors",
    "Expression": "expression",
    "compile": "expression",
    "Field": "model",
    "Node": "nodes",
    "atom": "nodes",
    "parse": "parser",
    "unparse": "printer",
    "Quantity": "quantity",
    "Temporal": "temporal",
}
"""Where each name lives: imported when first used, because to read an expression takes less than to run one."""


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'vrfhir.fhirpath' has no attribute {name!r}")
    found = globals()[name] = getattr(importlib.import_module("vrfhir.fhirpath." + home), name)
    return found
