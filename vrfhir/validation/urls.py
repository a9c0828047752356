"""URIs that point somewhere: fragments inside the resource, example domains (https://hl7.org/fhir/R4/datatypes.html#uri)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import is_absolute
from vrfhir.validation.tables import PRIMITIVE

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope
    from vrfhir.validation.tables import Child, Table

__all__ = ["check_examples", "check_url"]


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


def check_examples(scope: Scope, table: Table, value: dict[str, Any], location: Location) -> None:
    """Where example domains are not allowed: the canonicals in an object that name one. The fast walk does not look at them."""
    for key, item in value.items():
        child = table.children.get(key)
        if child is None or (child.kind == PRIMITIVE and child.type != "canonical"):
            continue
        listed = item if isinstance(item, list) else [item]
        for number, each in enumerate(listed):
            place = (location, child.label, key, number if isinstance(item, list) else -1)
            if isinstance(each, dict) and isinstance(name := each.get("resourceType", ""), str):
                inner = scope.engine.table_or_none(name) if name else child.table
                if inner is not None:
                    check_examples(scope, inner, each, place)
            elif child.type == "canonical" and isinstance(each, str) and "example.org" in each:
                scope.report("TYPE_SPECIFIC_CHECKS_DT_URL_EXAMPLE", place, found=each)


def _has_id(value: Any, wanted: str) -> bool:
    if isinstance(value, dict):
        return value.get("id") == wanted or any(
            _has_id(each, wanted) for each in value.values() if isinstance(each, (dict, list))
        )
    if isinstance(value, list):
        return any(_has_id(each, wanted) for each in value)
    return False
