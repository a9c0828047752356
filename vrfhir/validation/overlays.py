"""Profiles compiled to overlays: only what they ask beyond the base type, element by element.

An overlay is laid over data that the walk has checked against its type. It visits only the elements the profile
constrains (https://hl7.org/fhir/R4/profiling.html), so a sparse profile costs little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.validation.bindings import check_code, check_coding, check_concept, check_rebound
from vrfhir.validation.invariants import check as check_invariants
from vrfhir.validation.limits import check_limits
from vrfhir.validation.mistyped import check_mistyped
from vrfhir.validation.paths import Location, mark
from vrfhir.validation.patterns import check_value, constraint_of
from vrfhir.validation.primitives import written
from vrfhir.validation.tables import PRIMITIVE, RESOURCE, Binding, Child, Table

if TYPE_CHECKING:
    from vrfhir.validation.invariants import Invariant
    from vrfhir.validation.scope import Scope
    from vrfhir.validation.slicing import Slicing

__all__ = ["NO_LIMIT", "Content", "ElementRule", "Item", "Overlay", "Profile", "items_of"]

Json = dict[str, Any]

Item = tuple[Child, Any, Any, Location]
"""One occurrence of an element: its child row, its value, what stands beside it (``_name``), where."""

NO_LIMIT = 1 << 62
"""The maximum of an element that may repeat."""
_PLANS = 200
"""Sets of keys remembered for an overlay."""
_VALUE_LIMITS = ("minValue", "maxValue", "maxLength")


class Profile:
    """A StructureDefinition ready to be laid over data."""

    __slots__ = (
        "body",
        "by_id",
        "elements",
        "inside",
        "is_abstract",
        "is_core",
        "is_vital_sign",
        "name",
        "root",
        "structure",
        "type",
        "url",
        "versioned",
    )

    def __init__(self, structure: Json) -> None:
        self.structure = structure
        self.url: str = structure.get("url", "")
        version = structure.get("version")
        self.versioned = f"{self.url}|{version}" if version else self.url
        self.name = str(structure.get("name", self.url))
        self.type: str = structure.get("type", "").rpartition("/")[2]
        self.is_abstract = structure.get("abstract") is True
        self.elements: list[Json] = structure["snapshot"]["element"]
        self.is_core = structure.get("derivation") == "specialization" and self.url.startswith(
            "http://hl7.org/fhir/StructureDefinition/"
        )
        self.is_vital_sign = (
            self.url.startswith("http://hl7.org/fhir/StructureDefinition/") and self.type == "Observation"
        )
        self.by_id: dict[str, Json] = {each.get("id") or each["path"]: each for each in self.elements}
        self.inside: dict[str, list[tuple[str, Json]]] = {}
        """The elements one step below each, by its id."""
        for identity, definition in self.by_id.items():
            self.inside.setdefault(identity.rpartition(".")[0], []).append((identity, definition))
        self.root: Overlay
        self.body: Overlay | None = None
        """For an extension: what is asked beyond its url, by which it was found."""


class Overlay:
    """The children a profile constrains in one object."""

    __slots__ = ("_plans", "names", "rules")

    def __init__(self, rules: list[ElementRule], names: frozenset[str]) -> None:
        self.rules = rules
        self.names = names
        self._plans: dict[tuple[str, ...], tuple[tuple[ElementRule, bool], ...]] = {}
        """The rules that have something to check, by the keys of the object, each with whether its element is there."""

    def apply(self, scope: Scope, table: Table, value: Json, location: Location) -> None:
        """Check one object."""
        if scope.strict:
            plan = self._plans.get(tuple(value))
            for rule, is_there in self._plan(value) if plan is None else plan:
                if is_there:
                    rule.apply(scope, table, value, location)
                else:
                    rule.miss(scope, location)
            return
        for rule in self.rules:
            if not rule.keys.isdisjoint(value):
                rule.apply(scope, table, value, location)
            elif rule.is_needed:
                rule.miss(scope, location)

    def _plan(self, value: Json) -> tuple[tuple[ElementRule, bool], ...]:
        rows = [(rule, not rule.keys.isdisjoint(value)) for rule in self.rules]
        plan = tuple(
            (rule, is_there) for rule, is_there in rows if (not rule.asks_presence if is_there else rule.is_needed)
        )
        if len(self._plans) >= _PLANS:
            self._plans.clear()
        self._plans[tuple(value)] = plan
        return plan


class Content:
    """What a profile asks of each occurrence of an element or slice."""

    __slots__ = (
        "aggregates",
        "binding",
        "constraint",
        "definition",
        "has_limits",
        "invariants",
        "nested",
        "profile",
        "profiles",
        "restricts_value",
        "targets",
        "types",
    )

    def __init__(self, profile: Profile, definition: Json) -> None:
        self.profile = profile
        self.definition = definition
        self.constraint = constraint_of(definition)
        self.binding: Binding | None = None
        self.types: frozenset[str] | None = None
        self.profiles: tuple[str, ...] = ()
        self.targets: tuple[Json, ...] = ()
        self.aggregates = False
        """True when the way to the target counts too (contained, bundled)."""
        self.invariants: tuple[Invariant, ...] = ()
        self.has_limits = any(key.startswith(_VALUE_LIMITS) for key in definition)
        self.nested: Overlay | None = None
        self.restricts_value = self.constraint is not None or self.has_limits
        """True when the type or the value itself is restricted."""

    @property
    def is_idle(self) -> bool:
        """True when nothing is asked."""
        return not (
            self.constraint
            or self.binding
            or self.types is not None
            or self.profiles
            or self.targets
            or self.invariants
            or self.has_limits
            or self.nested
        )

    def apply(self, scope: Scope, item: Item) -> None:
        """Check one occurrence."""
        child, value, fork, location = item
        if self.restricts_value and not self._value(scope, child, value, location):
            return
        if self.binding is not None:
            self._bind(scope, child, value, location)
        if (
            self.targets
            and child.type == "Reference"
            and type(value) is dict
            and (
                scope.bundle is not None
                or self.aggregates
                or not scope.looks_away
                or "type" in value
                or _is_inside(value)
            )
        ):
            scope.engine.check_target(scope, self.targets, value, location)
        if child.kind == PRIMITIVE:
            if self.invariants:
                check_invariants(scope, self.invariants, value, child.type, location, fork)
            if self.nested is not None and type(fork) is dict:
                self.nested.apply(scope, scope.engine.table("Element"), fork, location)
            return
        if type(value) is not dict:
            return
        if child.kind == RESOURCE:
            self._resource(scope, child, value, location)
            return
        if self.nested is not None:
            self.nested.apply(scope, child.table, value, location)
        if self.invariants:
            check_invariants(scope, self.invariants, value, child.table.name, location)
        if self.profiles:
            scope.engine.check_type_profiles(scope, self.profiles, value, child.type, location)

    def _value(self, scope: Scope, child: Child, value: Any, location: Location) -> bool:
        """The type and the value itself. False for a wrong type, of which nothing more can be asked."""
        if self.types is not None and child.kind == RESOURCE:
            self._resource_type(scope, value, location)
        elif self.types is not None and child.type not in self.types:
            expected = ", ".join(sorted(self.types))
            if len(self.types) == 1:
                scope.report(
                    "Extension_PROF_Type", location, source=self.profile.versioned, expected=expected, found=child.type
                )
                check_mistyped(scope, expected, self.definition.get("binding", {}), value, child.type, location)
            else:
                rule_place = location[0] or location
                scope.report(
                    "Validation_VAL_Profile_NoType",
                    rule_place,
                    source=self.profile.versioned,
                    expected=expected,
                    name=child.key,
                )
            return False
        if self.constraint is not None:
            kind, expected_value = self.constraint
            check_value(
                scope,
                kind,
                expected_value,
                value,
                location,
                child.name,
                f"{self.profile.versioned}#{self.definition.get('id', '')}",
            )
        if self.has_limits:
            check_limits(scope, self.definition, child.type, value, location)
        return True

    def _resource_type(self, scope: Scope, value: Any, location: Location) -> None:
        name = value.get("resourceType") if type(value) is dict else None
        if isinstance(name, str) and self.types is not None and not self.types & set(scope.engine.type_chain(name)):
            rule = "Bundle_BUNDLE_Entry_Type2" if len(self.types) == 1 else "Bundle_BUNDLE_Entry_Type3"
            scope.report(rule, mark(location, value), found=name, expected=", ".join(sorted(self.types)))

    def _bind(self, scope: Scope, child: Child, value: Any, location: Location) -> None:
        binding = self.binding
        if binding is None or (
            (not binding.exists or scope.findings.provisional)
            and not check_rebound(scope, binding, child.binding, location)
        ):
            return
        if child.type == "CodeableConcept":
            if type(value) is dict:
                check_concept(scope, binding, value, location, base=False)
        elif child.type in ("Coding", "Quantity"):
            if type(value) is dict:
                check_coding(scope, binding, value, location, base=False)
        elif value is not None and child.kind == PRIMITIVE and type(value) is not list:
            check_code(scope, binding, child.type, written(value), location, base=False)

    def _resource(self, scope: Scope, child: Child, value: Json, location: Location) -> None:
        if self.profiles or (self.nested is not None) or self.invariants:
            scope.engine.overlay_resource(scope, self, child, value, location)


class ElementRule:
    """What a profile asks of one element of an object: how often, which slices, and of what kind."""

    __slots__ = (
        "asks_presence",
        "content",
        "definition",
        "has_content",
        "is_needed",
        "keys",
        "maximum",
        "minimum",
        "name",
        "profile",
        "slicing",
    )

    def __init__(self, profile: Profile, definition: Json, name: str) -> None:
        self.profile = profile
        self.definition = definition
        self.name = name
        self.minimum = int(definition.get("min", 0))
        self.maximum = NO_LIMIT
        self.content = Content(profile, definition)
        self.slicing: Slicing | None = None
        self.keys: frozenset[str] = frozenset()
        self.is_needed = False
        """True when something is to be said about an object without the element."""
        self.has_content = False
        self.asks_presence = False
        """True when all it asks is that the element is there."""

    @property
    def is_idle(self) -> bool:
        """True when nothing is asked."""
        return not self.minimum and self.maximum == NO_LIMIT and self.slicing is None and self.content.is_idle

    def apply(self, scope: Scope, table: Table, value: Json, location: Location) -> None:
        """Check this element of an object that has it."""
        if self.slicing is not None and self.maximum == NO_LIMIT and not self.has_content:
            rows = value.get(self.name)
            if type(rows) is list and len(rows) >= self.minimum and self.slicing.is_silent(rows):
                return
        items = items_of(table, value, location, self.name)
        count = len(items)
        if count < self.minimum:
            self._minimum(scope, location, count)
        elif count > self.maximum:
            scope.report(
                "Validation_VAL_Profile_Maximum",
                location,
                source=self.profile.versioned,
                element=self.definition.get("id") or self.definition["path"],
                maximum=self.maximum,
                found=count,
                name=self.name,
            )
        if self.slicing is not None:
            items = self.slicing.apply(scope, items, location, value)
        if self.has_content:
            for item in items:
                self.content.apply(scope, item)

    def miss(self, scope: Scope, location: Location) -> None:
        """Say what is missing in an object without the element."""
        if self.minimum:
            self._minimum(scope, location, 0)
        if self.slicing is not None:
            self.slicing.apply(scope, [], location, {})

    def _minimum(self, scope: Scope, location: Location, count: int) -> None:
        scope.report(
            "Validation_VAL_Profile_Minimum",
            location,
            source=self.profile.versioned,
            element=self.definition.get("id") or self.definition["path"],
            minimum=self.minimum,
            found=count,
            name=self.name,
        )


def _is_inside(reference: Json) -> bool:
    text = reference.get("reference")
    return type(text) is str and text.startswith("#")


def items_of(table: Table, value: Json, location: Location, name: str) -> list[Item]:
    """The occurrences of an element in an object, whatever its type."""
    children = table.names.get(name, ())
    if len(children) == 1:
        child = children[0]
        key = child.key
        found = value.get(key)
        if child.kind != PRIMITIVE:
            if type(found) is dict:
                return [(child, found, None, (location, child.label, key, -1))]
            if type(found) is list and child.is_list:
                return [(child, each, None, (location, child.label, key, at)) for at, each in enumerate(found)]
            return []
        if not child.is_list:
            beside = value.get(child.fork)
            return (
                [] if found is None and beside is None else [(child, found, beside, (location, child.label, key, -1))]
            )
    rows: list[Item] = []
    if len(children) > 1:
        children = table.present(children, value)
    for child in children:
        key = child.key
        found = value.get(key)
        if child.kind == PRIMITIVE:
            beside = value.get(child.fork)
            if child.is_list:
                values = found if type(found) is list else []
                forks = beside if type(beside) is list else []
                for at in range(max(len(values), len(forks))):
                    one = values[at] if at < len(values) else None
                    other = forks[at] if at < len(forks) else None
                    if one is not None or other is not None:
                        rows.append((child, one, other, (location, child.label, key, at)))
            elif found is not None or beside is not None:
                rows.append((child, found, beside, (location, child.label, key, -1)))
        elif type(found) is list:
            if child.is_list:
                rows.extend((child, each, None, (location, child.label, key, at)) for at, each in enumerate(found))
        elif type(found) is dict:
            rows.append((child, found, None, (location, child.label, key, -1)))
    return rows
