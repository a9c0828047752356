"""OperationDefinition: the profiles of its parameters (https://hl7.org/fhir/R4/operationdefinition.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location
from vrfhir.validation.rows import at, text

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_operation_definition"]

Json = dict[str, Any]


def check_operation_definition(scope: Scope, resource: Json, location: Location) -> None:
    """A profile of all parameters is known, and is one of Parameters."""
    for name, use in (("inputProfile", "in"), ("outputProfile", "out")):
        canonical = text(resource, name)
        if not canonical:
            continue
        structure = scope.engine.definitions.structure(canonical)
        if structure is None:
            scope.report("OPDEF_PROFILE_NOT_FOUND", at(location, name), found=canonical, use=use)
        elif structure.get("type") != "Parameters":
            scope.report("OPDEF_PROFILE_NOT_PARAMETERS", at(location, name), found=canonical, use=use)
