"""ConceptMap: its codes are those of the systems and value sets it names (https://hl7.org/fhir/R4/conceptmap.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vrfhir.terminology import Membership
from vrfhir.validation.paths import Location
from vrfhir.validation.rows import at, rows, text

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["check_concept_map"]

Json = dict[str, Any]

_SNOMED = "http://snomed.info/sct"


def check_concept_map(scope: Scope, resource: Json, location: Location) -> None:
    """Source and target codes of each group, and relationships that are said twice."""
    source, target = _value_set(scope, resource, "source", location), _value_set(scope, resource, "target", location)
    for group, place in rows(resource, "group", location):
        sides = {
            "source": _Side(scope, group, "source", source, place),
            "target": _Side(scope, group, "target", target, place),
        }
        seen: dict[tuple[str, str], str] = {}
        for element, here in rows(group, "element", place):
            sides["source"].check(element, here)
            for each, there in rows(element, "target", here):
                sides["target"].check(each, there)
                if code := text(each, "code"):
                    key, relation = (text(element, "code"), code), text(each, "equivalence")
                    if key in seen:
                        same = seen[key] == relation
                        rule = "CONCEPTMAP_GROUP_TARGET_DUPLICATION" + ("" if same else "_DIFFERENT")
                        scope.report(rule, there, source_code=key[0], target_code=code, relation=seen[key])
                    seen.setdefault(key, relation)


def _value_set(scope: Scope, resource: Json, side: str, location: Location) -> str:
    """The value set of one side, empty when there is none that is known."""
    canonical = text(resource, side + "Canonical") or text(resource, side + "Uri")
    if not canonical:
        return ""
    if scope.engine.terminology.is_known(canonical):
        return canonical
    if scope.engine.definitions.resource(canonical, "CodeSystem") is not None:
        scope.report("CONCEPTMAP_VS_NOT_A_VS", at(location, side), found="CodeSystem")
    return ""


class _Side:
    """The codes of one side of a group."""

    def __init__(self, scope: Scope, group: Json, side: str, value_set: str, place: Location) -> None:
        self.scope, self.value_set = scope, value_set
        self.system = text(group, side)
        self.word = side.upper()
        self.is_open = False
        """True when the codes can be checked."""
        if not self.system:
            scope.report(f"CONCEPTMAP_GROUP_{self.word}_MISSING", place)
            return
        if self.system == _SNOMED:
            scope.report(f"CONCEPTMAP_GROUP_{self.word}_SERVER_SIDE", at(place, side), found=self.system)
            return
        version = text(group, side + "Version")
        resource = scope.engine.definitions.resource(self.system, "CodeSystem")
        if resource is None or (version and version != resource.get("version")):
            if not value_set:
                scope.report(f"CONCEPTMAP_GROUP_{self.word}_UNKNOWN", at(place, side), found=self.system)
        elif resource.get("content") not in ("complete", None):
            if not value_set:
                scope.report(
                    f"CONCEPTMAP_GROUP_{self.word}_INCOMPLETE",
                    at(place, side),
                    found=self.system,
                    content=resource.get("content"),
                )
        else:
            self.is_open = True

    def check(self, row: Json, place: Location) -> None:
        """One source or target code, with its display."""
        code = text(row, "code")
        if not self.is_open or not code:
            return
        terminology, here = self.scope.engine.terminology, at(place, "code")
        answer = terminology.code_in_system(self.system, code)
        if answer is Membership.OUT:
            self.scope.report(f"CONCEPTMAP_GROUP_{self.word}_CODE_INVALID", here, found=code, system=self.system)
            return
        if self.value_set and terminology.member(self.value_set, self.system, code) is Membership.OUT:
            self.scope.report(
                f"CONCEPTMAP_GROUP_{self.word}_CODE_INVALID_VS", here, found=code, value_set=self.value_set
            )
            return
        display, known = text(row, "display"), terminology.displays(self.system, code)
        if display and known and display.casefold() not in {each.casefold() for each in known}:
            self.scope.report(
                f"CONCEPTMAP_GROUP_{self.word}_DISPLAY_INVALID", here, found=display, expected=" or ".join(known)
            )
