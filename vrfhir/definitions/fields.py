"""The children of a type, as rows: what names it has in JSON, of which types, how many, and where they lead.

Derived from the snapshot of a StructureDefinition (https://hl7.org/fhir/R4/structuredefinition.html#snapshot).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from vrfhir.definitions.rows import objects

__all__ = ["Field", "fields_of"]

Json = dict[str, Any]


class Field(NamedTuple):
    """One child.

    ``name``     the JSON name without the type suffix (``deceased``, ``name``).
    ``choice``   True for ``deceased[x]``: in JSON the name is followed by the type.
    ``types``    the type names it may have.
    ``is_list``  True when it is an array in JSON (``max`` above 1 in the base definition).
    ``path``     where to continue: ``HumanName`` for a type, ``Patient.contact`` for a backbone, the target's path for a
                 content reference, ``""`` for a choice (continue with the type chosen).
    """

    name: str
    choice: bool
    types: tuple[str, ...]
    is_list: bool
    path: str


def fields_of(definition: Json) -> dict[str, Mapping[str, Field]]:
    """Every path of a definition that has children → those children. Slices are left out: they add no names."""
    found: dict[str, dict[str, Field]] = {}
    for element in objects(definition.get("snapshot"), "element"):
        path, id_ = element.get("path"), str(element.get("id", ""))
        if not isinstance(path, str) or "." not in path or "sliceName" in element or ":" in id_:
            continue
        parent, _, leaf = path.rpartition(".")
        found.setdefault(parent, {})
        row = _field(element, leaf)
        found[parent][row.name] = row
    for path in found:
        if definition.get("kind") == "primitive-type":
            found[path].pop("value", None)
    with_children = set(found)
    for path, rows in found.items():
        for name, row in rows.items():
            own_path = f"{path}.{name}"
            if own_path in with_children:
                rows[name] = row._replace(path=own_path)
    return {path: MappingProxyType(rows) for path, rows in found.items()}


def _field(element: Json, leaf: str) -> Field:
    choice = leaf.endswith("[x]")
    codes = (each.get("code") for each in objects(element, "type"))
    types = tuple(dict.fromkeys(each for each in codes if isinstance(each, str)))
    reference = str(element.get("contentReference", ""))
    if reference:
        path = reference.rpartition("#")[2]
        types = ("BackboneElement",)
    elif choice or len(types) != 1:
        path = ""
    else:
        path = types[0]
    base = element.get("base")
    limit = base.get("max") if isinstance(base, dict) else element.get("max", "1")
    return Field(leaf.removesuffix("[x]"), choice, types, limit not in ("0", "1"), path)
