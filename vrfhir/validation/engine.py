"""Everything compiled, in one place: tables, profiles, extensions, and what was found out about codes.

One engine serves any number of validations, from several threads: what it holds is only ever added to.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from vrfhir.definitions import CORE_CANONICAL, Definitions
from vrfhir.terminology import Membership, Terminology
from vrfhir.validation import bindings, datatypes, laying, references, resources
from vrfhir.validation.extensions import ExtensionDefinition, extension_element
from vrfhir.validation.invariants import STRUCTURAL, Invariant
from vrfhir.validation.overlays import Profile
from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import is_absolute
from vrfhir.validation.profiles import compile_profile
from vrfhir.validation.tables import PRIMITIVE, Child, Table, compile_table
from vrfhir.validation.urls import check_examples, check_url

if TYPE_CHECKING:
    from vrfhir.fhirpath import Environment
    from vrfhir.fhirpath.model import Model
    from vrfhir.validation.questions import Form
    from vrfhir.validation.scope import Scope

__all__ = ["Engine"]

Json = dict[str, Any]
ElementCheck = Callable[["Scope", Child, Json, Location, Json], None]
ResourceCheck = Callable[["Scope", Json, Location], None]

_BOUND_TYPES = frozenset({"code", "string", "uri", "url", "canonical"})
_SUGGESTIONS = 400
_LONGEST_CODE = 200
_FORMS = 200
_REMEMBERED = 50_000
"""What strangers can make the engine remember (codes, canonicals nobody knows) is forgotten beyond this."""


class Engine:
    """Compiled definitions and the checks that use them."""

    core = CORE_CANONICAL
    depth_limit = 100
    trial_limit = 8

    specials: ClassVar[dict[str, ElementCheck]] = {
        "Extension": extension_element,
        "Reference": references.reference_element,
        "CodeableConcept": bindings.concept_element,
        "Coding": bindings.coding_element,
        "Identifier": datatypes.identifier_element,
        "Quantity": datatypes.quantity_element,
        "Attachment": datatypes.attachment_element,
    }
    resource_rules: ClassVar[dict[str, str]] = {
        "Observation": "observations:check_observation",
        "QuestionnaireResponse": "questionnaire_responses:check_questionnaire_response",
        "Questionnaire": "questionnaires:check_questionnaire",
        "CodeSystem": "code_systems:check_code_system",
        "ValueSet": "value_sets:check_value_set",
        "ConceptMap": "concept_maps:check_concept_map",
        "Measure": "measures:check_measure",
        "MeasureReport": "measure_reports:check_measure_report",
        "OperationDefinition": "operation_definitions:check_operation_definition",
        "SearchParameter": "search_parameters:check_search_parameter",
        "CapabilityStatement": "search_parameters:check_capability_statement",
        "StructureDefinition": "structure_definitions:check_structure_definition",
    }
    """Rules in code by resource type; the module is imported when the first such resource comes."""

    check_code = staticmethod(bindings.check_code)
    check_url = staticmethod(check_url)
    check_examples = staticmethod(check_examples)
    visit_resource = staticmethod(resources.visit_resource)
    apply_profile = staticmethod(laying.apply_profile)
    claimed_profile = staticmethod(laying.claimed_profile)
    check_type_profiles = staticmethod(laying.check_type_profiles)
    overlay_resource = staticmethod(laying.overlay_resource)
    trial = staticmethod(laying.trial)
    conforms = staticmethod(laying.conforms)

    def __init__(self, definitions: Definitions, terminology: Terminology | None = None) -> None:
        self.definitions = definitions
        self.terminology = terminology or Terminology(definitions)
        self.resource_types = definitions.resource_types()
        self.contexts: dict[tuple[str, ...], frozenset[str]] = {}
        self.codings: dict[tuple[str | None, ...], tuple[tuple[str, Json], ...]] = {}
        self.narratives: dict[str, list[tuple[str, Json]]] = {}
        self._rules: dict[str, ResourceCheck] = {}
        self._tables: dict[str, Table | None] = {}
        self._structures: dict[str, Json | None] = {}
        self._profiles: dict[str, Profile | None] = {}
        self._outlines: dict[str, Profile | None] = {}
        self.extensions: dict[str, ExtensionDefinition | None] = {}
        self._invariants: dict[tuple[str, str, str], Invariant] = {}
        self._root_invariants: dict[str, tuple[Invariant, ...]] = {}
        self._chains: dict[str, tuple[str, ...]] = {}
        self._allowed: dict[int, references.Allowed] = {}
        self._forms: dict[int, Form] = {}

    @cached_property
    def model(self) -> Model:
        """The types as FHIRPath sees them; FHIRPath is imported once an expression must run."""
        from vrfhir.fhirpath.model import Model

        return Model.of(self.definitions.fields)

    def resource_rule(self, name: str) -> ResourceCheck | None:
        """The rules in code for a resource type."""
        if name not in self.resource_rules:
            return None
        found = self._rules.get(name)
        if found is None:
            module, _, function = self.resource_rules[name].partition(":")
            found = self._rules[name] = getattr(importlib.import_module("vrfhir.validation." + module), function)
        return found

    @staticmethod
    def narrative(scope: Scope, child: Child, text: str, location: Location) -> None:
        """The narrative of a resource."""
        from vrfhir.validation.narrative import check_narrative

        check_narrative(scope, child, text, location)

    @staticmethod
    def check_language(scope: Scope, resource: Json, location: Location) -> None:
        """The language of a resource and of its narrative."""
        from vrfhir.validation.languages import check_language

        check_language(scope, resource, location)

    def remember(self, key: tuple[str | None, ...], found: tuple[tuple[str, Json], ...]) -> bool:
        """Keep what is to be said about a coding. False, and not kept, when more may be known of it the next time."""
        if not self.terminology.is_settled(str(key[0]), str(key[1])):
            return False
        _forget(self.codings)
        self.codings[key] = found
        return True

    def table(self, name: str) -> Table:
        """The table of a type or backbone. Raises KeyError for what does not exist."""
        table = self.table_or_none(name)
        if table is None:
            raise KeyError(name)
        return table

    def table_or_none(self, name: str) -> Table | None:
        """The table of a type or backbone, None when there is none."""
        if name not in self._tables:
            table = compile_table(self, name)
            if table is not None:
                table.special = self.specials.get(table.type)
                for child in table.children.values():
                    _remember_codes(child)
                    if child.type == "xhtml":
                        _remember_narratives(child, self.narratives)
            self._tables[name] = table
        return self._tables[name]

    def base_name(self, table: Table) -> str:
        """The versioned canonical of the base definition behind a table."""
        root = table.name.partition(".")[0]
        definition = self.definitions.type(root) or {}
        return f"{definition.get('url', CORE_CANONICAL + root)}|{definition.get('version', '')}"

    def type_chain(self, name: str) -> tuple[str, ...]:
        """A type and all it specialises: ``("Patient", "DomainResource", "Resource")``."""
        chain = self._chains.get(name)
        if chain is None:
            rows: list[str] = []
            definition = self.definitions.type(name) if name else None
            while definition is not None and definition["type"] not in rows:
                rows.append(definition["type"])
                definition = self.definitions.structure(definition.get("baseDefinition", ""))
            chain = self._chains[name] = tuple(rows)
        return chain

    def profile(self, canonical: str) -> Profile | None:
        """A profile by canonical, compiled; None when it is not known or has no snapshot."""
        if canonical not in self._profiles:
            _forget(self._profiles)
            structure = self.structure(canonical)
            self._profiles[canonical] = None if structure is None else compile_profile(self, structure)
        return self._profiles[canonical]

    def outline(self, canonical: str) -> Profile | None:
        """The elements of a profile, not compiled: profiles may name each other in a circle."""
        if canonical not in self._outlines:
            _forget(self._outlines)
            structure = self.structure(canonical)
            self._outlines[canonical] = None if structure is None else Profile(structure)
        return self._outlines[canonical]

    def structure(self, canonical: str) -> Json | None:
        """A StructureDefinition with a snapshot, made from its differential where need be; None when that is impossible."""
        if canonical not in self._structures:
            _forget(self._structures)
            found = self.definitions.structure(canonical) if canonical else None
            self._structures[canonical] = found if found is not None and "snapshot" in found else None
        return self._structures[canonical]

    def is_base(self, canonical: str) -> bool:
        """True for the canonical of a base type: every resource of that type conforms or is reported anyway."""
        if canonical.removeprefix(CORE_CANONICAL) in self.resource_types:
            return True
        structure = self.definitions.structure(canonical)
        return structure is not None and structure.get("derivation") != "constraint"

    def target_type(self, canonical: str) -> str:
        """The type that a profile is about, empty when it is not known."""
        name = canonical.removeprefix(CORE_CANONICAL)
        if name in self.resource_types:
            return name
        structure = self.definitions.structure(canonical)
        return str(structure.get("type", "")) if structure is not None else ""

    def allowed(self, types: Sequence[Json]) -> references.Allowed:
        """What the types of an element definition say about the targets of its references."""
        found = self._allowed.get(id(types))
        if found is None or found.types is not types:
            found = self._allowed[id(types)] = references.Allowed(types)
        return found

    def extension(self, url: str) -> ExtensionDefinition | None:
        """The definition of an extension, None when it is not known."""
        if url not in self.extensions:
            _forget(self.extensions)
            structure = self.structure(url)
            known = structure is not None and structure.get("type") == "Extension" and is_absolute(url)
            self.extensions[url] = ExtensionDefinition(structure) if known and structure is not None else None
        return self.extensions[url]

    def form(self, questionnaire: Json) -> Form:
        """The questions of a Questionnaire of the definitions."""
        found = self._forms.get(id(questionnaire))
        if found is None or found.questionnaire is not questionnaire:
            from vrfhir.validation.questions import Form

            if len(self._forms) > _FORMS:
                self._forms.clear()
            found = self._forms[id(questionnaire)] = Form(questionnaire)
        return found

    def check_target(self, scope: Scope, types: tuple[Json, ...], value: Json, location: Location) -> None:
        """A reference against the target profiles of a profile."""
        references.check_targets(scope, types, value, location)

    def resolve(self, scope: Scope, value: Json) -> Json | None:
        """The resource a Reference leads to, as far as it is in the input."""
        reference = value.get("reference")
        target = references.find_target(scope, reference) if isinstance(reference, str) else None
        return target.resource if target is not None else None

    def invariants(self, constraints: Iterable[Json], structure: Json) -> tuple[Invariant, ...]:
        """The rules of an element, ready to run; without those that follow from the structure and best practice."""
        found = []
        for each in constraints:
            if each.get("key") in STRUCTURAL or "expression" not in each or each.get("bestPractice"):
                continue
            key = (str(each["key"]), str(each["expression"]), str(each.get("source") or structure.get("url", "")))
            invariant = self._invariants.get(key)
            if invariant is None:
                invariant = self._invariants[key] = Invariant(each, structure.get("url", ""))
            found.append(invariant)
        return tuple(found)

    def root_invariants(self, profile: Profile) -> tuple[Invariant, ...]:
        """The rules a profile adds to its root."""
        rules = self._root_invariants.get(profile.versioned)
        if rules is None:
            base = self.definitions.type(profile.type)
            elements = base["snapshot"]["element"] if base is not None and "snapshot" in base else [{}]
            known = {(each.get("key"), each.get("expression")) for each in elements[0].get("constraint", ())}
            own = [
                each
                for each in profile.elements[0].get("constraint", ())
                if (each.get("key"), each.get("expression")) not in known
            ]
            rules = self._root_invariants[profile.versioned] = self.invariants(own, profile.structure)
        return rules

    def words_of(self, invariant: Invariant) -> str:
        """A rule of the base specification in words: its expression, as only that is shipped."""
        return f"it demands {invariant.text}"

    def displays(self, system: str, code: str) -> tuple[str, ...]:
        """The displays that are right for a code."""
        return self.terminology.displays(system, code)

    def nearest_codes(self, value_set: str, code: str) -> str:
        """What might have been meant, or what is allowed when that is short."""
        listed = self.terminology.expansion(value_set)
        codes = [each for rows in listed.values() for each in rows] if listed else []
        if not codes or len(codes) > _SUGGESTIONS or len(code) > _LONGEST_CODE:
            return ""
        from difflib import get_close_matches

        near = get_close_matches(code, codes, n=3, cutoff=0.6)
        if near:
            return "Did you mean " + " or ".join(near) + "?"
        return "Allowed: " + ", ".join(codes[:12]) + (" …" if len(codes) > 12 else "") + "."

    def environment(self, scope: Scope) -> Environment:
        """What expressions may ask in a scope."""
        from vrfhir.fhirpath import Environment

        def resolve(reference: str, holder: Any) -> Json | None:
            target = references.find_target(scope, reference, holder)
            return target.resource if target is not None else None

        def conforms_to(node: Any, canonical: str) -> bool | None:
            if self.profile(canonical) is None:
                return None
            return laying.conforms(scope, node.value, node.type.name, canonical, scope.location)

        return Environment(
            fields=self.definitions.fields,
            resource=scope.resource,
            root_resource=scope.root,
            resolve_from=resolve,
            is_closed=scope.strict and scope.bundle is not None and scope.bundle.type in ("document", "message"),
            terminology=self.terminology,
            conforms_to=conforms_to,
        )


def _forget(cache: dict[Any, Any]) -> None:
    if len(cache) > _REMEMBERED:
        cache.clear()


def _remember_narratives(child: Child, known: dict[str, list[tuple[str, Json]]]) -> None:
    """Let a narrative that nothing is to be said of pass at once."""

    def fast(value: Any) -> bool:
        return type(value) is str and value != "" and known.get(value) == []

    child.fast = fast


def _remember_codes(child: Child) -> None:
    """Let known codes of a bound element pass at once."""
    binding = child.binding
    if child.kind != PRIMITIVE or binding is None or binding.strength == "example" or child.type not in _BOUND_TYPES:
        return
    known = binding.known

    def fast(value: Any) -> bool:
        return type(value) is str and known.get(value) is Membership.IN

    child.fast = fast
