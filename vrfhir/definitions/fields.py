"""The children of a type, as rows: what names it has in JSON, of which types, how many, and where they lead.

Derived from the snapshot of a StructureDefinition (https://hl7.org/fhir/R4/structuredefinition.html#snapshot).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

__all__ = ["Field", "fields_of"]

Json = dict[str, Any]

_BACKBONES = ("BackboneElement", "Element")


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
    elements = [each for each in definition["snapshot"]["element"] if "sliceName" not in each and ":" not in each["id"]]
    found: dict[str, dict[str, Field]] = {}
    for element in elements[1:]:
        parent, _, leaf = element["path"].rpartition(".")
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
    types = tuple(dict.fromkeys(each["code"] for each in element.get("type", ()) if "code" in each))
    reference = element.get("contentReference", "")
    if reference:
        path = reference.rpartition("#")[2]
        types = ("BackboneElement",)
    elif choice or len(types) != 1:
        path = ""
    else:
        path = types[0]
    base_max = element.get("base", {}).get("max", element.get("max", "1"))
    return Field(leaf.removesuffix("[x]"), choice, types, base_max not in ("0", "1"), path)
