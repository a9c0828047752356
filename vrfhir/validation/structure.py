"""The JSON form of a resource (https://hl7.org/fhir/R4/json.html): what HL7's parser reports before it validates.

Only read when the walk met something it did not expect. Reports each departure from the form and returns a copy of the
resource that holds what can still be validated: unknown properties, nulls and values of the wrong kind are gone.
"""

from __future__ import annotations

from typing import Any

from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import has_json_form, written
from vrfhir.validation.scope import Scope
from vrfhir.validation.tables import COMPLEX, PRIMITIVE, Child, Table

__all__ = ["read_structure"]

Json = dict[str, Any]


def read_structure(scope: Scope, table: Table, value: Json, location: Location, depth: int = 0) -> Json:
    """Report what is wrong with the form of an object; return what is left of it."""
    if not value:
        if not scope.is_xml:  # the reader of XML has told it, by the path in XML
            scope.report_form("OBJECT_MUST_HAVE_SOME_CONTENT", location)
        return {}
    if depth > scope.engine.depth_limit:
        scope.report_form("VR-VAL-0002", location, limit=scope.engine.depth_limit)
        return {}
    kept: Json = {}
    chosen: dict[str, str] = {}
    for key, item in value.items():
        if key == "resourceType" and table.is_resource:
            kept[key] = item
            continue
        child = table.children.get(key) or table.forks.get(key)
        if child is None or (child.choice and chosen.setdefault(child.name, child.key) != child.key):
            near = "" if scope.findings.is_full else _nearest(key, table)
            scope.report_form("UNRECOGNISED_PROPERTY_", (location, "", key, -1), key=key, type=table.name, near=near)
            continue
        place = (location, child.label, key, -1)
        if scope.is_xml and type(item) is list and not child.is_list:
            many = max(len(item), 1)
            element = f"{table.name}.{child.name}"
            facts: Json = {"element": element, "name": child.name, "maximum": 1, "found": many, "source": table.name}
            scope.report("Validation_VAL_Profile_Maximum", location, **facts)
            item = item[0] if item else None
        if child.kind == PRIMITIVE:
            _primitive(scope, child, key, item, value, place, kept, depth)
        else:
            _complex(scope, child, key, item, place, kept, depth)
    return kept


def _nearest(key: str, table: Table) -> str:
    """What may have been meant; all there is when nothing is near."""
    from difflib import get_close_matches

    names = sorted(table.names)
    near = get_close_matches(key, names, n=3, cutoff=0.7)
    return f"Did you mean {' or '.join(near)}?" if near else f"Known here: {', '.join(names)}."


def _complex(scope: Scope, child: Child, key: str, item: Any, place: Location, kept: Json, depth: int) -> None:
    if not child.is_list:
        read = _object(scope, child, item, place, depth)
        if read is not None:
            kept[key] = read
        return
    parent, label, _, _ = place
    if type(item) is not list:
        scope.report_form("THIS_PROPERTY_MUST_BE_AN_ARRAY_NOT_", place, key=key, found=_kind(item))
        read = _object(scope, child, item, place, depth)
        if read is not None:
            kept[key] = [read]
        return
    if not item:
        scope.report_form("ARRAY_CANNOT_BE_EMPTY", place)
        return
    rows = [_object(scope, child, each, (parent, label, key, at), depth) for at, each in enumerate(item)]
    rows = [each for each in rows if each is not None]
    if rows:
        kept[key] = rows


def _object(scope: Scope, child: Child, item: Any, place: Location, depth: int) -> Json | None:
    if type(item) is not dict:
        scope.report_form(
            "THIS_PROPERTY_MUST_BE__NOT_",
            place,
            key=child.key,
            expected="an array" if child.is_list else "an object",
            found=_kind(item),
        )
        return None
    if child.kind == COMPLEX:
        return read_structure(scope, child.table, item, place, depth + 1)
    return _resource(scope, item, place, depth)


def _resource(scope: Scope, item: Json, place: Location, depth: int) -> Json | None:
    if not item:
        scope.report_form("OBJECT_MUST_HAVE_SOME_CONTENT", place)
    name = item.get("resourceType")
    if name is None:
        scope.report_form("UNABLE_TO_FIND_RESOURCETYPE_PROPERTY", place)
        return None
    if type(name) is not str:
        scope.report_form("RESOURCETYPE_PROPERTY_WRONG_TYPE", place, found=_kind(name))
        return None
    if name not in scope.engine.resource_types:
        scope.report_form(
            "CONTAINED_RESOURCE_DOES_NOT_APPEAR_TO_BE_A_FHIR_RESOURCE_UNKNOWN_NAME_", place, found=name[:64]
        )
        return None
    return read_structure(scope, scope.engine.table(name), item, place, depth + 1)


def _primitive(
    scope: Scope, child: Child, key: str, item: Any, parent: Json, place: Location, kept: Json, depth: int
) -> None:
    is_fork = key == child.fork
    if not child.is_list:
        read = _fork(scope, item, place, depth) if is_fork else _scalar(scope, child, item, place)
        if read is not None:
            kept[key] = read
        return
    if type(item) is not list:
        scope.report_form("THIS_PROPERTY_MUST_BE_AN_ARRAY_NOT_", place, key=key, found=_kind(item))
        return
    holder, label, _, _ = place
    other = parent.get(child.key if is_fork else child.fork)
    beside: list[Any] = other if type(other) is list else []
    rows: list[Any] = []
    for at, each in enumerate(item):
        where = (holder, label, key, at)
        partner = beside[at] if at < len(beside) else None
        if each is None:
            if partner is None and not is_fork:
                scope.report_form("JSON_PROPERTY_INVALID_ARRAY", where, index=at)
            rows.append(None)
        else:
            rows.append(_fork(scope, each, where, depth) if is_fork else _scalar(scope, child, each, where))
    if any(each is not None for each in rows):
        kept[key] = rows if any(each is not None for each in beside) else [each for each in rows if each is not None]


def _fork(scope: Scope, item: Any, place: Location, depth: int) -> Json | None:
    if type(item) is not dict:
        scope.report_form("THIS_PROPERTY_MUST_BE_AN_OBJECT_NOT_", place, key=place[2], found=_kind(item))
        return None
    if not item and scope.is_xml:
        parent, label, key, at = place
        where = (parent, label, key.removeprefix("_"), at)
        scope.report("http://hl7.org/fhir/StructureDefinition/Element#ele-1", where)
        scope.report("Type_Specific_Checks_DT_Primitive_ValueExt", where)
    return read_structure(scope, scope.engine.table("Element"), item, place, depth + 1)


def _scalar(scope: Scope, child: Child, item: Any, place: Location) -> Any:
    if item is None or type(item) in (dict, list):
        scope.report_form("THIS_PROPERTY_MUST_BE_AN_SIMPLE_VALUE_NOT_", place, key=child.key, found=_kind(item))
        return None
    expected = has_json_form(child.type, item)
    if not expected:
        return item
    scope.report_form(
        "ERROR_PARSING_JSON_THE_PRIMITIVE_VALUE_MUST_BE_A_" + expected.upper(), place, key=child.key, type=child.type
    )
    if expected == "boolean" and item in ("true", "false"):
        return item == "true"
    return written(item) if expected == "string" else item


def _kind(item: Any) -> str:
    if item is None:
        return "null"
    return {dict: "an object", list: "an array", bool: "a boolean", str: "a string"}.get(type(item), "a number")
