"""URIs that point somewhere: fragments inside the resource, example domains (https://hl7.org/fhir/R4/datatypes.html#uri)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import is_absolute

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope
    from vrfhir.validation.tables import Child

__all__ = ["check_url"]


def check_url(scope: Scope, child: Child, text: str, location: Location) -> None:
    """A uri, url or canonical that is a fragment leads to something in the resource; the url of a definition is absolute."""
    if child.name == "url" and child.type == "uri" and child.path.count(".") == 1 and child.path != "Extension.url":
        if not is_absolute(text):
            is_inner = scope.root is not scope.resource
            rule = "TYPE_SPECIFIC_CHECKS_CANONICAL_CONTAINED" if is_inner else "TYPE_SPECIFIC_CHECKS_CANONICAL_ABSOLUTE"
            scope.report(rule, location, found=text)
        return
    if text.startswith("#") and len(text) > 1 and not _has_id(scope.root, text[1:]):
        rule = (
            "TYPE_SPECIFIC_CHECKS_DT_URL_INTERNAL"
            if child.type == "canonical"
            else "TYPE_SPECIFIC_CHECKS_DT_URL_INTERNAL_WARN"
        )
        scope.report(rule, location, found=text)
    elif not scope.options.examples and "example.org" in text and child.name != "system":
        scope.report("TYPE_SPECIFIC_CHECKS_DT_URL_EXAMPLE", location, found=text)


def _has_id(value: Any, wanted: str) -> bool:
    if isinstance(value, dict):
        return value.get("id") == wanted or any(
            _has_id(each, wanted) for each in value.values() if isinstance(each, (dict, list))
        )
    if isinstance(value, list):
        return any(_has_id(each, wanted) for each in value)
    return False
