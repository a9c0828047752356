"""SearchParameter and CapabilityStatement: expressions, derivation, and what a server says of searches.

https://hl7.org/fhir/R4/searchparameter.html, https://hl7.org/fhir/R4/capabilitystatement.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.fhirpath import FhirPathError
from vrfhir.validation.paths import Location
from vrfhir.validation.rows import at, rows, text

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_capability_statement", "check_search_parameter"]

Json = dict[str, Any]

_RESERVED = frozenset("$|.")
_COMPONENTS = 2


def check_search_parameter(scope: Scope, resource: Json, location: Location) -> None:
    """The expression fits the bases; a derived parameter keeps type and bases."""
    bases = [each for each in resource.get("base", ()) if isinstance(each, str)]
    expression = text(resource, "expression")
    if expression and bases:
        problem = static_problem(scope, expression, bases)
        if problem:
            scope.report("ED_SEARCH_EXPRESSION_ERROR", at(location, "expression"), found=expression, problem=problem)
    code = text(resource, "code")
    if not _RESERVED.isdisjoint(code):
        scope.report("SEARCHPARAMETER_BAD_CHAR", location, found=code)
    components = resource.get("component")
    if resource.get("type") == "composite" and (not isinstance(components, list) or len(components) < _COMPONENTS):
        scope.report("SEARCHPARAMETER_MISSING_COMPONENTS", location)
    if canonical := text(resource, "derivedFrom"):
        _derivation(scope, resource, canonical, bases, location)


def _derivation(scope: Scope, resource: Json, canonical: str, bases: list[str], location: Location) -> None:
    origin = scope.engine.definitions.resource(canonical, "SearchParameter")
    if origin is None:
        scope.report("SEARCHPARAMETER_NOTFOUND", location, found=canonical)
        return
    if resource.get("type") != origin.get("type"):
        scope.report("SEARCHPARAMETER_TYPE_WRONG", location, found=resource.get("type"), expected=origin.get("type"))
    allowed = origin.get("base", ())
    for base in bases:
        if base not in allowed and "Resource" not in allowed:
            scope.report("SEARCHPARAMETER_BASE_WRONG", location, found=base, origin=canonical)
    own, theirs = _branches(resource), _branches(origin)
    if own and theirs and own != theirs:
        scope.report("SEARCHPARAMETER_EXP_WRONG", location, origin=canonical)


def _branches(resource: Json) -> frozenset[str]:
    return frozenset("".join(each.split()) for each in text(resource, "expression").split("|") if each.strip())


def static_problem(scope: Scope, expression: str, types: list[str]) -> str:
    """Why an expression can never be right for elements of any of these types; empty when it can."""
    from vrfhir.fhirpath import parse
    from vrfhir.fhirpath.check import check

    model = scope.engine.model
    focus = [model.node({}, each) for each in types]
    try:
        check(parse(expression), model, focus)
    except FhirPathError as refused:
        return str(refused)
    except RecursionError:
        return "it is nested too deeply"
    return ""


def check_capability_statement(scope: Scope, resource: Json, location: Location) -> None:
    """Search parameters have the type that their definitions give them."""
    for rest, place in rows(resource, "rest", location):
        for each, here in rows(rest, "resource", place):
            for parameter, there in rows(each, "searchParam", here):
                canonical, kind = text(parameter, "definition"), text(parameter, "type")
                definition = scope.engine.definitions.resource(canonical, "SearchParameter") if canonical else None
                if definition is not None and kind and definition.get("type") != kind:
                    scope.report(
                        "CapabalityStatement_CS_SP_WrongType", there, found=kind, expected=definition.get("type")
                    )
