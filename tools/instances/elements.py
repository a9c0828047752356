"""The snapshot of a StructureDefinition as a tree: each element with its children and slices."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

from vrfhir.definitions import Definitions
from vrfhir.errors import VrfhirError

__all__ = ["Element", "tree"]

Json = dict[str, Any]


@dataclass
class Element:
    """One element definition, what stands inside it, and its slices by name."""

    definition: Json
    children: list[Element] = field(default_factory=list)
    slices: list[Element] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The path in the type: ``Patient.name``."""
        return str(self.definition.get("path", ""))

    @property
    def name(self) -> str:
        """The last part of the path, without ``[x]``."""
        return self.path.rpartition(".")[2].removesuffix("[x]")

    @property
    def choice(self) -> bool:
        """True for ``value[x]``."""
        return self.path.endswith("[x]")

    @property
    def least(self) -> int:
        """How many there must be."""
        return int(self.definition.get("min", 0))

    @property
    def most(self) -> int:
        """How many there may be, at most nine."""
        text = str(self.definition.get("max", "*"))
        return 9 if text == "*" else min(int(text), 9)

    @property
    def is_list(self) -> bool:
        """True when JSON has an array here: the base definition lets it repeat."""
        base = self.definition.get("base", {}).get("max") or self.definition.get("max", "1")
        return str(base) not in ("0", "1")

    @property
    def types(self) -> list[Json]:
        """The types it may have."""
        return [one for one in self.definition.get("type", ()) if one.get("code")]

    def given(self, prefix: str) -> Any:
        """The value of ``fixed[x]``, ``pattern[x]`` …, None without one."""
        return next((value for key, value in self.definition.items() if key.startswith(prefix)), None)


@cache
def tree(canonical: str) -> Element | None:
    """The root element of a definition; None when there is no snapshot."""
    try:
        snapshot = Definitions.default().snapshot(canonical)
    except VrfhirError:
        return None
    return grown(snapshot)


def grown(snapshot: list[Json]) -> Element | None:
    """The root of a snapshot."""
    nodes: dict[str, Element] = {}
    root: Element | None = None
    for definition in snapshot:
        identity = str(definition.get("id", definition.get("path", "")))
        node = nodes[identity] = Element(definition)
        parent, _, leaf = identity.rpartition(".")
        if not parent:
            root = root or node
        elif ":" in leaf and (sliced := nodes.get(f"{parent}.{leaf.partition(':')[0]}")) is not None:
            sliced.slices.append(node)
        elif parent in nodes:
            nodes[parent].children.append(node)
    return root
