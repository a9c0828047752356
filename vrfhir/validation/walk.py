"""One walk over the data, along the tables of its types.

The first walk is strict and fast: it accepts well-formed JSON of the right form and only stops to report rules. As soon
as the form is wrong (unknown property, array for an object, null …) it gives up with :class:`NotWellFormedError`;
:mod:`vrfhir.validation.structure` then says what is wrong, and a lenient walk goes over what remains.
"""

from __future__ import annotations

from typing import Any

from vrfhir.validation.coded import coded_extension, is_plain_reference, looks_at_itself, plain_code, plain_coding
from vrfhir.validation.invariants import check as check_invariants
from vrfhir.validation.paths import Location
from vrfhir.validation.primitive_elements import check_primitive, check_without_code
from vrfhir.validation.scope import NotWellFormedError, Scope
from vrfhir.validation.shapes import shape_of
from vrfhir.validation.tables import COMPLEX, PRIMITIVE, Child, Table

__all__ = ["DEPTH_LIMIT", "walk"]

Json = dict[str, Any]

DEPTH_LIMIT = 100
"""Elements nested deeper than this are not checked."""
_CODINGS = 2_000
"""Codings remembered for an element."""


def walk(scope: Scope, table: Table, value: Json, location: Location, depth: int = 0) -> None:
    """Check one object and all in it against the table of its type."""
    if scope.strict:
        shape = table.shapes.get(tuple(value)) or shape_of(table, value)
        if shape is not None and shape.is_plain(value):
            may_be_known = depth <= DEPTH_LIMIT and not scope.is_translated
            for key, child, is_whole in shape.inner:
                item = value[key]
                if is_whole and depth <= DEPTH_LIMIT:
                    table = child.opened or child.table
                    if not child.is_list:
                        if type(item) is not dict or not item:
                            raise NotWellFormedError
                        _whole(scope, child, table, item, (location, child.label, key, -1), depth, value)
                        continue
                    if type(item) is not list or not item:
                        raise NotWellFormedError
                    for at, each in enumerate(item):
                        if type(each) is not dict or not each:
                            raise NotWellFormedError
                        _whole(scope, child, table, each, (location, child.label, key, at), depth, value)
                elif child.is_list:
                    if type(item) is not list or not item:
                        raise NotWellFormedError
                    for at, each in enumerate(item):
                        if type(each) is not dict or not each:
                            raise NotWellFormedError
                        if not (may_be_known and _is_known(scope, child, each)):
                            _visit(scope, child, each, (location, child.label, key, at), depth, value)
                elif type(item) is not dict or not item:
                    raise NotWellFormedError
                elif not (may_be_known and _is_known(scope, child, item)):
                    _visit(scope, child, item, (location, child.label, key, -1), depth, value)
            return
    _walk_keys(scope, table, value, location, depth)


def _walk_keys(scope: Scope, table: Table, value: Json, location: Location, depth: int) -> None:
    """The same for an object that something is to be said about, key by key."""
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
                    check_primitive(scope, child, item, value.get(child.fork), (location, child.label, key, -1))
            elif type(item) is list and item:
                for at, each in enumerate(item):
                    if not child.fast(each):
                        check_primitive(scope, child, each, _beside(value, child, at), (location, child.label, key, at))
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


def _is_known(scope: Scope, child: Child, value: Json) -> bool:
    """True for codes that were right here before, and for a plain reference that nobody follows."""
    if child.sound is not None:
        if not child.sound:
            return False
        return (plain_code(value) if child.type == "Coding" else plain_coding(value)) in child.sound
    if child.sound_extensions is not None:
        return bool(child.sound_extensions) and coded_extension(value) in child.sound_extensions
    table = child.opened
    return (
        table is not None
        and table.is_reference
        and scope.bundle is None
        and scope.looks_away
        and not child.invariants
        and is_plain_reference(value)
    )


def _visit(scope: Scope, child: Child, value: Json, location: Location, depth: int, parent: Json) -> None:
    if depth > DEPTH_LIMIT:
        raise NotWellFormedError
    if child.kind != COMPLEX:
        scope.engine.visit_resource(scope, child, value, location, depth + 1, parent)
        return
    table = child.opened or child.table
    if scope.strict:
        if child.sound is not None and not table.invariants:
            _concept(scope, child, table, value, location, depth, parent)
            return
        if table.is_reference and not child.invariants and is_plain_reference(value):
            if (scope.bundle is not None or not scope.looks_away) and table.special is not None:
                table.special(scope, child, value, location, parent)  # what it leads to counts
            return
        if child.sound_extensions is not None:
            _extension(scope, child, table, value, location, depth, parent)
            return
    _whole(scope, child, table, value, location, depth, parent)


def _whole(scope: Scope, child: Child, table: Table, value: Json, location: Location, depth: int, parent: Json) -> None:
    """All that there is to check of an element with parts."""
    walk(scope, table, value, location, depth + 1)
    if table.special is not None:
        table.special(scope, child, value, location, parent)
    for invariant in table.invariants:
        if invariant.native is None or not scope.strict or not invariant.native(value):
            check_invariants(scope, table.invariants, value, table.name, location)
            break
    if child.invariants:
        check_invariants(scope, child.invariants, value, table.name, location)


def _extension(
    scope: Scope, child: Child, table: Table, value: Json, location: Location, depth: int, parent: Json
) -> None:
    """An extension of a resource: with nothing but codes that were right here before, it is right again."""
    codes, known = coded_extension(value), child.sound_extensions
    if codes is None or known is None:
        _whole(scope, child, table, value, location, depth, parent)
        return
    if codes in known and not scope.is_translated:
        return
    before = scope.findings.said
    _whole(scope, child, table, value, location, depth, parent)
    if scope.findings.said == before:
        if len(known) >= _CODINGS:
            known.clear()
        if looks_at_itself(scope.engine, codes):
            known.add(codes)


def _concept(
    scope: Scope, child: Child, table: Table, value: Json, location: Location, depth: int, parent: Json
) -> None:
    """A CodeableConcept or unbound Coding: one plain coding that was right at this element before is right again."""
    key, known = plain_code(value) if child.type == "Coding" else plain_coding(value), child.sound
    if key is None or known is None:
        _whole(scope, child, table, value, location, depth, parent)
        return
    if key in known and not scope.is_translated:
        return
    before = scope.findings.said
    _whole(scope, child, table, value, location, depth, parent)
    if scope.findings.said == before:
        if len(known) >= _CODINGS:
            known.clear()
        known.add(key)


def _beside(value: Json, child: Child, at: int) -> Any:
    forks = value.get(child.fork)
    return forks[at] if type(forks) is list and at < len(forks) else None


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
        check_without_code(scope, child, location)
