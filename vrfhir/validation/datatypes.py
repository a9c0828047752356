"""Rules in code for single data types: Identifier, Quantity, Attachment (https://hl7.org/fhir/R4/datatypes.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.bindings import check_quantity_code
from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import findings, is_absolute, is_system

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope
    from vrfhir.validation.tables import Child

__all__ = ["attachment_element", "identifier_element", "quantity_element"]

Json = dict[str, Any]

_NOT_BASE64 = "Type_Specific_Checks_DT_Base64_Valid"
_URI_IDENTIFIERS = "urn:ietf:rfc:3986"
_UUID_PAGES = ("http://tools.ietf.org/html/rfc4122", "https://tools.ietf.org/html/rfc4122")


def identifier_element(scope: Scope, child: Child, value: Json, location: Location, parent: Json) -> None:
    """Identifier.system is absolute; with the system for URIs the value is one."""
    system = value.get("system")
    if type(system) is not str:
        return
    if system.startswith("http") and system in _UUID_PAGES:
        scope.report("TYPE_SPECIFIC_CHECKS_DT_IDENTIFIER_IETF_SYSTEM_WRONG_2", location, found=system)
    if not is_system(system):
        scope.report("Type_Specific_Checks_DT_Identifier_System", location, found=system)
    if system == _URI_IDENTIFIERS:
        text = value.get("value")
        if type(text) is str and not is_absolute(text):
            scope.report("TYPE_SPECIFIC_CHECKS_DT_IDENTIFIER_IETF_SYSTEM_VALUE", location)


def quantity_element(scope: Scope, child: Child, value: Json, location: Location, parent: Json) -> None:
    """The unit of a Quantity as a code."""
    check_quantity_code(scope, value, location)


def attachment_element(scope: Scope, child: Child, value: Json, location: Location, parent: Json) -> None:
    """An Attachment says something: data, url, or at least what it would be."""
    if not any(name in value or "_" + name in value for name in ("data", "url", "contentType", "language")):
        scope.report("TYPE_SPECIFIC_CHECKS_DT_ATT_NO_CONTENT", location)
    data, stated = value.get("data"), value.get("size")
    if type(data) is str and _cannot_be_decoded(data):
        scope.report("TYPE_SPECIFIC_CHECKS_DT_ATT_B64_DECODE_FAIL", location)
    if type(data) is str and type(stated) is int:
        packed = "".join(data.split())
        found = len(packed.rstrip("=")) * 3 // 4
        if found != stated:
            scope.report("TYPE_SPECIFIC_CHECKS_DT_ATT_SIZE_CORRECT", location, stated=stated, found=found)


def _cannot_be_decoded(data: str) -> bool:
    """True for data that has the length of base64 but not its characters, white space included."""
    problems = [facts for rule, facts in findings("base64Binary", data) if rule == _NOT_BASE64]
    if not problems:
        return len(data.split(None, 1)) > 1
    return any(facts["whole"] for facts in problems)
