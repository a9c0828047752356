"""One walk over the data, along the tables of its types.

The first walk is strict and fast: it accepts well-formed JSON of the right form and only stops to report rules. As soon
as the form is wrong (unknown property, array for an object, null …) it gives up with :class:`NotWellFormedError`;
:mod:`vrfhir.validation.structure` then says what is wrong, and a lenient walk goes over what remains.
"""

from __future__ import annotations

from typing import Any

from vrfhir.validation.coded import coded_extension, is_translated, looks_at_itself, plain_coding
from vrfhir.validation.invariants import check as check_invariants
from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import findings, has_json_form, written
from vrfhir.validation.scope import NotWellFormedError, Scope
from vrfhir.validation.tables import COMPLEX, PRIMITIVE, Child, Table

__all__ = ["DEPTH_LIMIT", "walk"]

Json = dict[str, Any]

DEPTH_LIMIT = 100
"""Elements nested deeper than this are not checked."""
_RESOURCE_ID_LIMIT = 64
_CODINGS = 2_000
"""Codings remembered for an element."""


def walk(scope: Scope, table: Table, value: Json, location: Location, depth: int = 0) -> None:
    """Check one object and all in it against the table of its type."""
    children = table.children
    chosen: dict[str, str] | None = None
    for key, item in value.items():
        child = children.get(key)
        if child is None:
            if key == "resourceType" and table.is_resource:
                continue
            fork = table.forks.get(key)
            if fork is None:
                if scope.strict:
                    raise NotWellFormedError
                continue
            _forks(scope, fork, value, item, location, depth)
            continue
        if child.choice:
            if chosen is None:
                chosen = {child.name: key}
            elif chosen.setdefault(child.name, key) != key and scope.strict:
                raise NotWellFormedError
        if child.kind == PRIMITIVE:
            if not child.is_list:
                if not child.fast(item):
                    _primitive(scope, child, item, value.get(child.fork), (location, child.label, key, -1))
            elif type(item) is list and item:
                for at, each in enumerate(item):
                    if not child.fast(each):
                        _primitive(scope, child, each, _beside(value, child, at), (location, child.label, key, at))
            elif scope.strict:
                raise NotWellFormedError
        elif child.is_list:
            if type(item) is not list or not item:
                if scope.strict:
                    raise NotWellFormedError
                continue
            for at, each in enumerate(item):
                if type(each) is not dict or (not each and scope.strict):
                    raise NotWellFormedError
                _visit(scope, child, each, (location, child.label, key, at), depth, value)
        else:
            if type(item) is not dict or (not item and scope.strict):
                raise NotWellFormedError
            _visit(scope, child, item, (location, child.label, key, -1), depth, value)
    for name, keys, minimum, definition in table.required:
        for key in keys:
            if key in value:
                break
        else:
            source = scope.engine.base_name(table)
            scope.report(
                "Validation_VAL_Profile_Minimum",
                location,
                source=source,
                element=definition["path"],
                minimum=minimum,
                found=0,
                name=name,
            )


def _visit(scope: Scope, child: Child, value: Json, location: Location, depth: int, parent: Json) -> None:
    if depth > DEPTH_LIMIT:
        raise NotWellFormedError
    if child.kind == COMPLEX:
        table = child.opened or child.table
        if child.sound is not None and scope.strict and not table.invariants:
            _concept(scope, child, table, value, location, depth, parent)
            return
        codes = None
        known = child.sound_extensions
        before = scope.findings.said
        if known is not None and scope.strict:
            codes = coded_extension(value)
            if codes in known and not is_translated(scope.resource):
                return
        walk(scope, table, value, location, depth + 1)
        if table.special is not None:
            table.special(scope, child, value, location, parent)
        for invariant in table.invariants:
            if invariant.native is None or not scope.strict or not invariant.native(value):
                check_invariants(scope, table.invariants, value, table.name, location)
                break
        if child.invariants:
            check_invariants(scope, child.invariants, value, table.name, location)
        if known is not None and codes is not None and scope.findings.said == before:
            if len(known) >= _CODINGS:
                known.clear()
            if looks_at_itself(scope.engine, codes):
                known.add(codes)
    else:
        scope.engine.visit_resource(scope, child, value, location, depth + 1, parent)


def _concept(
    scope: Scope, child: Child, table: Table, value: Json, location: Location, depth: int, parent: Json
) -> None:
    """A CodeableConcept: with one plain coding that was right at this element before, it is right again."""
    key = plain_coding(value)
    if key is not None and child.sound is not None and key in child.sound and not is_translated(scope.resource):
        return
    before = scope.findings.said
    walk(scope, table, value, location, depth + 1)
    if table.special is not None:
        table.special(scope, child, value, location, parent)
    if key is not None and child.sound is not None and scope.findings.said == before:
        if len(child.sound) >= _CODINGS:
            child.sound.clear()
        child.sound.add(key)


def _beside(value: Json, child: Child, at: int) -> Any:
    forks = value.get(child.fork)
    return forks[at] if type(forks) is list and at < len(forks) else None


def _primitive(scope: Scope, child: Child, item: Any, fork: Any, location: Location) -> None:
    """A primitive value that is not beyond doubt."""
    if item is None and type(fork) is dict:
        return _without_value(scope, child, fork, location)
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
        scope.engine.check_code(scope, child.binding, child.type, text, location)
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
    _without_code(scope, child, location)


def _without_value(scope: Scope, child: Child, fork: Json, location: Location) -> None:
    _without_code(scope, child, location)


def _without_code(scope: Scope, child: Child, location: Location) -> None:
    if (
        child.binding is not None
        and child.binding.strength == "required"
        and child.type in ("code", "uri", "url", "canonical", "string")
    ):
        scope.report("Terminology_TX_Code_ValueSet_MISSING", location)


def _forks(scope: Scope, child: Child, parent: Json, item: Any, location: Location, depth: int) -> None:
    """Ids and extensions beside primitive values (https://hl7.org/fhir/R4/json.html#primitive)."""
    if not child.is_list:
        if type(item) is not dict or (not item and scope.strict):
            if scope.strict:
                raise NotWellFormedError
            return
        _fork(scope, child, parent.get(child.key), item, (location, child.label, child.fork, -1), depth)
        return
    values = parent.get(child.key)
    if type(item) is not list or not item or (values is not None and type(values) is not list):
        if scope.strict:
            raise NotWellFormedError
        return
    for at, each in enumerate(item):
        value = values[at] if values is not None and at < len(values) else None
        if each is None:
            if value is None and scope.strict:
                raise NotWellFormedError
        elif type(each) is not dict or (not each and scope.strict):
            if scope.strict:
                raise NotWellFormedError
        else:
            _fork(scope, child, value, each, (location, child.label, child.fork, at), depth)


def _fork(scope: Scope, child: Child, value: Any, fork: Json, location: Location, depth: int) -> None:
    table = scope.engine.table("Element")
    if depth > DEPTH_LIMIT:
        raise NotWellFormedError
    walk(scope, table, fork, location, depth + 1)
    if value is None and "extension" not in fork and scope.strict:
        scope.report("http://hl7.org/fhir/StructureDefinition/Element#ele-1", location)
    if (
        child.path.endswith(".id")
        and child.definition.get("base", {}).get("path") == "Resource.id"
        and "extension" in fork
    ):
        scope.report("FHIR_RESOURCE_ID_CANT_BE_EXTENDED", location)
    if value is None:
        _without_code(scope, child, location)
