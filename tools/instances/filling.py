"""Resources filled from their definitions: what must be there, some of what may be, values that fit type and binding."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from instances import values
from instances.chance import Chance
from instances.codes import bound, coding
from instances.elements import Element, tree
from vrfhir.definitions import CORE_CANONICAL, Definitions

__all__ = ["Filler"]

Json = dict[str, Any]
DEEPEST = 7
SYSTEM = "http://hl7.org/fhirpath/System."
LEFT_OUT = ("Resource.implicitRules", "Element.id", "Resource.language")
ABSTRACT = ("Element", "BackboneElement")
EVERYWHERE = ("string", "boolean", "integer", "decimal", "date", "dateTime", "code", "uri", "Coding", "CodeableConcept", "Quantity", "Reference", "Period", "Identifier",
              "Range", "Ratio", "Attachment", "markdown", "time", "HumanName", "Address", "ContactPoint", "Annotation", "Money", "Age", "Duration", "instant", "positiveInt")  # fmt: skip


@cache
def extensions_for(place: str) -> tuple[str, ...]:
    """The extensions whose context is this element path or type."""
    return _by_context().get(place, ())


@cache
def _by_context() -> dict[str, tuple[str, ...]]:
    definitions, found = Definitions.default(), {}
    for url in sorted(definitions.canonicals("StructureDefinition")):
        structure = definitions.structure(url)
        if structure and structure.get("type") == "Extension" and structure.get("derivation") == "constraint":
            for context in structure.get("context", ()):
                if context.get("type") == "element":
                    found.setdefault(context.get("expression", ""), []).append(url)
    return {key: tuple(listed) for key, listed in found.items()}


class Filler:
    """Makes one resource. ``rich`` is the share of the optional elements that are there at the top."""

    def __init__(self, chance: Chance, rich: float) -> None:
        self.chance = chance
        self.rich = rich
        self.contained: list[Json] = []
        self.targets: list[str] = []
        """References that lead somewhere, ``Type/id`` or ``urn:uuid:…``, for use inside a Bundle."""

    def resource(self, canonical: str) -> Json:
        """A resource of a type (by name) or profile (by canonical), which it then claims."""
        own = "/" in canonical
        root = tree(canonical if own else CORE_CANONICAL + canonical)
        if root is None:
            return {"resourceType": canonical.rpartition("/")[2]}
        kind = root.path.partition(".")[0]
        made: Json = {"resourceType": kind}
        if self.chance.yes(0.8):
            made["id"] = values.primitive("id", self.chance)
        if own:
            made["meta"] = {"profile": [canonical]}
        self._children(root, made, 0)
        if self.contained and kind not in ("Bundle", "Binary", "Parameters"):
            made["contained"] = self.contained
        return _ordered(made)

    def _children(self, element: Element, made: Json, depth: int) -> None:
        for child in element.children:
            if child.name in ("id", "contained", "implicitRules", "modifierExtension") or (
                child.name == "meta" and "meta" in made
            ):
                continue
            if child.name == "extension" and not child.slices:
                self._extra(element, made, depth)
                continue
            if child.name == "language" and not self.chance.yes(0.03):
                continue
            if child.name == "text" and depth == 0 and "status" not in made.get("text", {}):
                if self.chance.yes(0.4):
                    made["text"] = {
                        "status": self.chance.one(("generated", "additional", "empty")),
                        "div": values.narrative(self.chance),
                    }
                continue
            self._child(child, made, depth)

    def _child(self, child: Element, made: Json, depth: int) -> None:
        share = self.rich / (1 + depth * 1.2) if depth < DEEPEST else 0.0
        items: list[tuple[str, Any]] = []
        for one in child.slices:
            for _ in range(one.least or (one.most > 0 and self.chance.yes(share))):
                items.append(self._item(one, depth, child))
        wanted = child.least - len(items)
        if wanted <= 0 and child.most > len(items) and child.name != "extension" and self.chance.yes(share):
            wanted = (
                self.chance.number(1, min(3, child.most - len(items))) if child.is_list and self.chance.yes(0.4) else 1
            )
        closed = child.definition.get("slicing", {}).get("rules") == "closed"
        for _ in range(0 if closed and child.slices else max(wanted, 0)):
            items.append(self._item(child, depth, child))
        kept = [(name, item) for name, item in items if item not in (None, {}, [])][: max(child.most, 0)]
        for name, item in kept:
            if child.is_list:
                made.setdefault(name, []).append(item)
            else:
                made[name] = item
        if kept and not child.is_list and self.chance.yes(0.01):
            made[f"_{kept[0][0]}"] = {"id": "e1"} if not isinstance(kept[0][1], (dict, list)) else None
            if made[f"_{kept[0][0]}"] is None:
                del made[f"_{kept[0][0]}"]

    def _item(self, element: Element, depth: int, named: Element) -> tuple[str, Any]:
        types = element.types or named.types
        if not types and element.definition.get("contentReference"):
            target = _referred(element.definition["contentReference"])
            return named.name, self._backbone(target, depth + 2) if target and depth < 4 else None
        if not types:
            return named.name, None
        kind = self.chance.one(types)
        code = str(kind["code"])
        name = named.name + (code[:1].upper() + code[1:] if named.choice else "")
        fixed = element.given("fixed")
        if fixed is not None:
            return name, copy.deepcopy(fixed)
        value = self._value(element, kind, depth)
        pattern = element.given("pattern")
        return name, _merged(value, pattern) if pattern is not None else value

    def _value(self, element: Element, kind: Json, depth: int) -> Any:
        code = str(kind["code"])
        binding = element.definition.get("binding", {})
        value_set = str(binding.get("valueSet", ""))
        if code.startswith(SYSTEM):
            return values.primitive("string" if element.name != "id" else "id", self.chance)
        if code[:1].islower():
            return self._primitive(element, code, value_set)
        if (element.children and code in (*ABSTRACT, "Extension")) or (element.children and len(element.types) == 1):
            return self._backbone(element, depth + 1)
        if code in ("Resource", "DomainResource"):
            return self.inner(self.chance.one(("Patient", "Organization", "Basic", "Observation")))
        if code == "Reference":
            return self.reference(kind)
        if code == "Coding":
            return coding(value_set, self.chance)
        if code == "CodeableConcept":
            return self._concept(value_set)
        profiles = kind.get("profile") or [CORE_CANONICAL + code]
        made: Json = {}
        if (root := tree(str(profiles[0]).partition("#")[0])) is None:
            return None
        if code == "Extension":
            return self._extension(str(profiles[0]), depth)
        self._children(root, made, max(depth, 1) + 1)
        if not made:
            self._one(root, made, depth)
        return self._sensible(code, made, value_set)

    def _one(self, root: Element, made: Json, depth: int) -> None:
        """Something, where a type has nothing that must be there."""
        own = [one for one in root.children if one.name not in ("id", "extension", "modifierExtension")]
        if own:
            name, value = self._item(child := self.chance.one(own), depth + 1, child)
            if value not in (None, {}, []):
                made[name] = [value] if child.is_list else value

    def _backbone(self, element: Element, depth: int) -> Json:
        made: Json = {}
        self._children(element, made, depth)
        if not made:
            self._one(element, made, depth)
        return made

    def _primitive(self, element: Element, code: str, value_set: str) -> Any:
        codes = bound(value_set) if value_set and code in ("code", "uri", "string") else ()
        if codes:
            return self.chance.one(codes)[1]
        if code == "code" and value_set:
            return self.chance.one(("text/plain", "application/json") if "mime" in value_set else ("en-GB", "de") if "language" in value_set else ("GBP",) if "curren" in value_set
                                   else ("Patient", "Observation") if "type" in value_set else ("x",))  # fmt: skip
        return values.primitive(code, self.chance)

    def _concept(self, value_set: str) -> Json:
        made: Json = {"coding": [coding(value_set, self.chance)]}
        if self.chance.yes(0.1):
            made["coding"].append(coding("", self.chance))
        if self.chance.yes(0.3):
            made["text"] = values.words(self.chance)
        if self.chance.yes(0.08):
            del made["coding"]
            made["text"] = "in words"
        return made

    def _sensible(self, code: str, made: Json, value_set: str) -> Json:
        if code in ("Quantity", "Age", "Duration", "Distance", "Count", "SimpleQuantity"):
            unit = self.chance.one(("d", "a", "h", "mg", "kg", "cm", "1", "{score}", "mm[Hg]"))
            if codes := bound(value_set) if value_set else ():
                unit = self.chance.one(codes)[1]
            made = {
                "value": self.chance.one((1, 2.5, 40, 7)),
                "unit": unit,
                "system": "http://unitsofmeasure.org",
                "code": unit,
            }
        elif code == "Period":
            made = {
                "start": f"{self.chance.number(1990, 2010)}-04-0{self.chance.number(1, 9)}",
                "end": f"{self.chance.number(2011, 2026)}-05-1{self.chance.number(0, 9)}",
            }
        elif code == "Range":
            made = {"low": {"value": 1, "unit": "mg"}, "high": {"value": self.chance.number(1, 9), "unit": "mg"}}
        elif code == "ContactPoint" and "value" in made:
            made.setdefault("system", "phone")
        elif code == "Attachment" and "data" in made:
            made.setdefault("contentType", "text/plain")
        elif code == "SampledData":
            made = {"origin": {"value": 0}, "period": 10, "dimensions": 1, "data": "1 2 E U"}
        return made

    def reference(self, kind: Json) -> Json:
        """A reference to one of the types that may be: outside, contained, in the Bundle, by identifier, in words."""
        names = [str(one).rpartition("/")[2] for one in kind.get("targetProfile", ())]
        names = [one.partition("UKCore-")[2] or one.partition("VR-")[2] or one for one in names]
        target = self.chance.one(names) if names else "Patient"
        if target in ("Resource", "DomainResource") or target not in Definitions.default().resource_types():
            target = "Patient"
        fitting = [one for one in self.targets if one.startswith(target + "/")]
        if fitting and self.chance.yes(0.7):
            return {"reference": self.chance.one(fitting).partition(" ")[2]}
        how = self.chance.source.random()
        if how < 0.6:
            made: Json = {
                "reference": self.chance.one(
                    ("{}/{}", "{}/{}", "http://example.org/fhir/{}/{}", "{}/{}/_history/1")
                ).format(target, values.primitive("id", self.chance))
            }
        elif how < 0.72 and len(self.contained) < 3:
            identity = f"c{len(self.contained) + 1}"
            self.contained.append({})
            self.contained[-1] = {**self.inner(target), "id": identity}
            made = {"reference": f"#{identity}"}
        elif how < 0.8:
            made = {"reference": values.uuid(self.chance)}
        elif how < 0.9:
            made = {"identifier": {"system": "http://example.org/ids", "value": str(self.chance.number(1, 999))}}
        else:
            made = {"display": values.words(self.chance)}
        if self.chance.yes(0.15):
            made["type"] = target
        if self.chance.yes(0.3):
            made["display"] = values.words(self.chance)
        return made

    def inner(self, kind: str) -> Json:
        """A small resource for use inside another."""
        filler = Filler(self.chance, min(self.rich, 0.15))
        made = filler.resource(kind)
        made.pop("contained", None)
        made.pop("meta", None)
        if self.chance.yes(0.9):
            made.pop("text", None)
        return made

    def _extra(self, element: Element, made: Json, depth: int) -> None:
        """Extensions that the definitions allow at this place."""
        if depth > 3 or not self.chance.yes(0.12 * self.rich + 0.02):
            return
        path = element.path
        fitting = extensions_for(path) if "." in path or self.chance.yes(0.8) else extensions_for("Element")
        if not fitting:
            return
        value = self._extension(self.chance.one(fitting), depth)
        if value:
            made.setdefault("extension", []).append(value)

    def _extension(self, url: str, depth: int) -> Json | None:
        root = tree(url)
        if root is None:
            return None
        made: Json = {}
        self._children(root, made, max(depth + 1, 3))
        made["url"] = url
        if not any(key.startswith("value") for key in made) and not made.get("extension"):
            child = next((one for one in root.children if one.name == "value" and one.most), None)
            if child is not None:
                name, value = self._item(child, depth + 2, child)
                if value not in (None, {}, []):
                    made[name] = value
        if made.get("extension"):
            for key in [key for key in made if key.startswith("value")]:
                del made[key]
        return {key: made[key] for key in sorted(made, key=lambda one: one != "url")}


def _referred(reference: str) -> Element | None:
    identity = reference.rpartition("#")[2]
    root = tree(CORE_CANONICAL + identity.partition(".")[0])
    for part in identity.split(".")[1:]:
        root = next((one for one in root.children if one.name == part), None) if root else None
    return root


def _merged(value: Any, pattern: Any) -> Any:
    if isinstance(value, dict) and isinstance(pattern, dict):
        return {**value, **{key: _merged(value.get(key), one) for key, one in pattern.items()}}
    return copy.deepcopy(pattern)


def _ordered(made: Json) -> Json:
    first = ("resourceType", "id", "meta", "implicitRules", "language", "text", "contained", "extension")
    return {
        **{key: made[key] for key in first if key in made},
        **{key: value for key, value in made.items() if key not in first},
    }
