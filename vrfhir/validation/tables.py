"""Types compiled to tables: what a JSON object of a type may hold, key by key.

Made from the snapshots of the base definitions (https://hl7.org/fhir/R4/structuredefinition.html), each on first use.
Choices are expanded, so that ``valueQuantity`` is found with one dictionary look-up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from vrfhir.validation.primitives import FAST

if TYPE_CHECKING:
    from vrfhir.issues import Issue
    from vrfhir.validation.engine import Engine
    from vrfhir.validation.invariants import Invariant
    from vrfhir.validation.shapes import Shape

__all__ = ["COMPLEX", "PRIMITIVE", "RESOURCE", "Child", "Table", "compile_table", "is_primitive"]

Json = dict[str, Any]

PRIMITIVE, COMPLEX, RESOURCE = 0, 1, 2

_PRIMITIVES = frozenset(FAST)
_SOFTENED = frozenset({"http://hl7.org/fhir/ValueSet/ucum-vitals-common"})
"""Value sets that R4 binds as required by mistake: the units of vital-sign components. HL7's validator softens it too."""


def is_primitive(type_name: str) -> bool:
    """True for the names of primitive types."""
    return type_name in _PRIMITIVES


class Binding:
    """The value set a coded element is bound to, with what is already known about its codes."""

    __slots__ = ("additional", "exists", "known", "lacks", "maximum", "outside", "strength", "value_set")

    def __init__(self, definition: Json, *, is_additional: bool = False) -> None:
        self.value_set: str = definition.get("valueSet", "")
        self.strength: str = definition.get("strength", "example")
        if self.value_set.partition("|")[0] in _SOFTENED and self.strength == "required":
            self.strength = "extensible"
        self.maximum = next(
            (
                str(each.get("valueCanonical") or each.get("valueUri") or "")
                for each in definition.get("extension", ())
                if each.get("url", "").endswith("elementdefinition-maxValueSet")
            ),
            "",
        )
        self.known: dict[Any, Any] = {}
        self.outside: dict[tuple[str, str, str | None], Issue] = {}
        """What was said of a plain concept that misses a preferred value set, by system, code and display."""
        self.exists: bool | None = None
        """Whether the value set is known; asked for profiles only."""
        self.lacks = ""
        """The code system supplement that the value set needs and nobody knows; asked for profiles only."""
        self.additional = () if is_additional else additional_bindings(definition)
        """Further bindings that count wherever the element does."""


_ADDITIONAL = "http://hl7.org/fhir/tools/StructureDefinition/additional-binding"
_PURPOSES = {"required": "required", "maximum": "required", "extensible": "extensible"}


def additional_bindings(definition: Json) -> tuple[Binding, ...]:
    """The additional bindings of a binding that decide about codes; those for some usage only are left to who uses it.

    https://hl7.org/fhir/tools/StructureDefinition-additional-binding.html
    """
    found = []
    for extension in definition.get("extension", ()):
        if extension.get("url") != _ADDITIONAL:
            continue
        parts = {each.get("url"): each for each in extension.get("extension", ()) if isinstance(each, dict)}
        strength = _PURPOSES.get(parts.get("purpose", {}).get("valueCode", ""))
        value_set = parts.get("valueSet", {}).get("valueCanonical", "")
        if strength and value_set and "usage" not in parts:
            found.append(Binding({"strength": strength, "valueSet": value_set}, is_additional=True))
    return tuple(found)


class Child:
    """One key of a JSON object: what may stand there."""

    __slots__ = (
        "binding",
        "choice",
        "definition",
        "engine",
        "fast",
        "fork",
        "invariants",
        "is_list",
        "key",
        "kind",
        "label",
        "name",
        "opened",
        "path",
        "sound",
        "sound_extensions",
        "table_name",
        "type",
    )

    def __init__(
        self, engine: Engine, definition: Json, name: str, type_name: str, *, choice: bool, table: str
    ) -> None:
        self.engine = engine
        self.definition = definition
        self.name = name
        self.type = type_name
        self.choice = choice
        self.key = name + type_name[0].upper() + type_name[1:] if choice else name
        self.fork = "_" + self.key
        self.label = f"{name}.ofType({type_name})" if choice else name
        self.path: str = definition.get("path", name)
        self.is_list = definition.get("base", definition).get("max", "1") not in ("0", "1")
        self.table_name = table
        self.opened: Table | None = None
        """The table behind this key once it has been asked for."""
        self.sound: set[tuple[str, str, str | None]] | None = None
        """Codings (system, code, display) that were found to be right here; None where that depends on more."""
        self.sound_extensions: set[tuple[Any, ...]] | None = None
        """Extensions of nothing but codes that were found to be right here: only for those of a resource itself."""
        self.binding = Binding(definition["binding"]) if "binding" in definition else None
        if type_name == "CodeableConcept" or (type_name == "Coding" and self._is_unbound):
            self.sound = set()
        self.invariants: tuple[Invariant, ...] = ()
        self.kind = PRIMITIVE if type_name in _PRIMITIVES else COMPLEX
        self.fast: Callable[[Any], Any] = FAST.get(type_name, _never)
        if name == "url" and type_name == "uri" and self.path.count(".") == 1 and self.path != "Extension.url":
            self.fast = FAST["canonical"]  # the url of a definition is absolute

    @property
    def _is_unbound(self) -> bool:
        """True for a Coding that stands alone, with no value set to be held against."""
        is_free = self.binding is None or self.binding.strength == "example"
        return is_free and self.path != "CodeableConcept.coding"

    @property
    def table(self) -> Table:
        """The table of the type behind this key."""
        if self.opened is None:
            self.opened = self.engine.table(self.table_name)
        return self.opened


class Table:
    """All keys of one type or backbone."""

    __slots__ = (
        "children",
        "choices",
        "forks",
        "invariants",
        "is_reference",
        "is_resource",
        "links",
        "name",
        "names",
        "required",
        "shapes",
        "special",
        "type",
    )

    def __init__(self, name: str, type_name: str) -> None:
        self.name = name
        self.type = type_name
        self.is_resource = False
        self.is_reference = False
        """True for References, of which nothing is asked beyond the form and what they lead to."""
        self.children: dict[str, Child] = {}
        self.forks: dict[str, Child] = {}
        self.names: dict[str, tuple[Child, ...]] = {}
        self.choices: dict[str, dict[str, Child]] = {}
        """The types of each choice, by their keys."""
        self.required: tuple[tuple[str, tuple[str, ...], int, Json], ...] = ()
        self.invariants: tuple[Invariant, ...] = ()
        self.links: frozenset[str] | None = None
        """The keys of addresses that may lead to another entry of a Bundle, once they have been asked for."""
        self.shapes: dict[tuple[str, ...], Shape] = {}
        """What is to be checked of objects, by their keys."""
        self.special: Callable[[Any, Child, Json, Any, Json], None] | None = None
        """Rules in code for the type."""

    def present(self, children: tuple[Child, ...], value: Json) -> tuple[Child, ...]:
        """Those of the children (of one choice) that an object has."""
        rows = self.choices.get(children[0].name)
        if rows is None:
            rows = self.choices[children[0].name] = {key: each for each in children for key in (each.key, each.fork)}
        found: dict[str, Child] = {}
        for key in value:
            if key in rows:
                child = rows[key]
                found[child.key] = child
        return tuple(found.values())


def _never(_: Any) -> bool:
    return False


def compile_table(engine: Engine, name: str) -> Table | None:
    """The table of a type (``Patient``, ``HumanName``) or of a backbone in it (``Patient.contact``)."""
    type_name, _, _ = name.partition(".")
    definition = engine.definitions.type(type_name)
    if definition is None or "snapshot" not in definition:
        return None
    elements: list[Json] = definition["snapshot"]["element"]
    base = elements[0]["path"]
    own = base + name[len(type_name) :]
    table = Table(name, type_name if own == base else "BackboneElement")
    table.is_resource = own == base and definition.get("kind") == "resource"
    depth = own.count(".") + 1
    parents = {each["path"].rpartition(".")[0] for each in elements}
    for element in elements:
        path: str = element["path"]
        if path == own and ":" not in element["id"]:
            table.invariants = engine.invariants(element.get("constraint", ()), definition)
            table.is_reference = name == "Reference" and all(each.key == "ref-1" for each in table.invariants)
        if path.count(".") == depth and path.startswith(own + ".") and ":" not in element["id"]:
            for child in _children(engine, element, base, type_name, parents):
                table.children[child.key] = child
                table.names[child.name] = (*table.names.get(child.name, ()), child)
                if child.kind == PRIMITIVE:
                    table.forks[child.fork] = child
    table.required = tuple(_required(table))
    for child in table.children.values():
        extra = engine.invariants(child.definition.get("constraint", ()), definition)
        child.invariants = tuple(each for each in extra if not _is_of_type(child, each.source))
        if child.invariants:
            child.sound = None
        if table.is_resource and child.type == "Extension":
            child.sound_extensions = set()
    return table


def _is_of_type(child: Child, source: str) -> bool:
    """True for a rule that is checked with the child's own table anyway."""
    if child.kind != COMPLEX:
        return False
    return "." in child.table_name or source.rpartition("/")[2] in (child.type, "Element", "BackboneElement")


def _children(engine: Engine, element: Json, base: str, type_name: str, parents: set[str]) -> list[Child]:
    path: str = element["path"]
    leaf = path.rpartition(".")[2]
    if reference := element.get("contentReference"):
        target = type_name + reference.rpartition("#")[2][len(base) :]
        return [Child(engine, element, leaf, "BackboneElement", choice=False, table=target)]
    types = list(dict.fromkeys(each["code"] for each in element.get("type", ()) if "code" in each))
    if leaf.endswith("[x]"):
        name = leaf[:-3]
        return [Child(engine, element, name, each, choice=True, table=each) for each in types]
    if not types:
        return []
    own = type_name + path[len(base) :] if path in parents else types[0]
    child = Child(engine, element, leaf, types[0], choice=False, table=own)
    if types[0] == "Resource" or types[0] in engine.resource_types:
        child.kind = RESOURCE
    elif type_name in _PRIMITIVES and leaf == "value":
        return []
    return [child]


def _required(table: Table) -> list[tuple[str, tuple[str, ...], int, Json]]:
    rows = []
    for name, children in table.names.items():
        definition = children[0].definition
        if (minimum := int(definition.get("min", 0))) > 0:
            keys = [child.key for child in children] + [child.fork for child in children if child.kind == PRIMITIVE]
            rows.append((name, tuple(keys), minimum, definition))
    return rows
