"""Primitive values that are not beyond doubt, and what may stand beside them (https://hl7.org/fhir/R4/json.html#primitive)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.primitives import findings, has_json_form, written
from vrfhir.validation.scope import NotWellFormedError

if TYPE_CHECKING:
    from vrfhir.validation.paths import Location
    from vrfhir.validation.scope import Scope
    from vrfhir.validation.tables import Child

__all__ = ["check_primitive", "check_without_code"]

Json = dict[str, Any]

_RESOURCE_ID_LIMIT = 64


def check_primitive(scope: Scope, child: Child, item: Any, fork: Any, location: Location) -> None:
    """A primitive value that is not beyond doubt."""
    if item is None and type(fork) is dict:
        return check_without_code(scope, child, location)
    if scope.strict and (item is None or type(item) in (dict, list) or has_json_form(child.type, item)):
        raise NotWellFormedError
    text = written(item)
    if child.type == "xhtml":
        return scope.engine.narrative(scope, child, text, location)
    if not text.strip():
        return _blank(scope, child, text, fork, location)
    if child.path.endswith(".id") and child.definition.get("base", {}).get("path") == "Resource.id":
        return _resource_id(scope, text, location)
    if child.type == "id" and child.path == "ElementDefinition.id":
        return None
    for rule, facts in findings(child.type, text):
        if facts.get("whole") and child.path == "Attachment.data":
            continue  # said of the attachment
        if rule == "SECURITY_STRING_CONTENT_WARNING" and scope.options.security:
            rule = "SECURITY_STRING_CONTENT_ERROR"
        scope.report(rule, location, **facts)
    if child.type == "markdown" and scope.options.markdown_html and "<" in text:
        scope.report("TYPE_SPECIFIC_CHECKS_DT_MARKDOWN_HTML", location)
    limit = child.definition.get("maxLength")
    if limit and len(text) > int(limit):
        scope.report("Type_Specific_Checks_DT_Primitive_Length", location, limit=limit)
    if child.type in ("uri", "url", "canonical"):
        scope.engine.check_url(scope, child, text, location)
    if child.binding is not None:
        scope.engine.check_code(scope, child.binding, child.type, text, location, formed=type(item) is str)
    return None


def _resource_id(scope: Scope, text: str, location: Location) -> None:
    if len(text) > _RESOURCE_ID_LIMIT:
        scope.report("Resource_RES_ID_Malformed_Length", location, found=len(text))
    else:
        scope.report("Resource_RES_ID_Malformed_Chars", location, found=text)


def _blank(scope: Scope, child: Child, text: str, fork: Any, location: Location) -> None:
    """An empty or blank string (https://hl7.org/fhir/R4/datatypes.html#string: never empty)."""
    if child.path.endswith(".id") and child.definition.get("base", {}).get("path") == "Resource.id":
        scope.report("Resource_RES_ID_Malformed_Chars", location, found=text)
    if not isinstance(fork, dict):
        if text == "":
            scope.report("Type_Specific_Checks_DT_Primitive_NotEmpty", location)
            scope.report("http://hl7.org/fhir/StructureDefinition/Element#ele-1", location)
        else:
            scope.report("Type_Specific_Checks_DT_Primitive_WS", location)
    check_without_code(scope, child, location)


def check_without_code(scope: Scope, child: Child, location: Location) -> None:
    """A primitive without a value, though a code must be there."""
    if (
        child.binding is not None
        and child.binding.strength == "required"
        and child.type in ("code", "uri", "url", "canonical", "string")
    ):
        scope.report("Terminology_TX_Code_ValueSet_MISSING", location)
