"""Profiles that nobody wrote: cardinalities, fixed values and patterns, types, bindings, targets, invariants, slices."""

from __future__ import annotations

from typing import Any

from instances.chance import Chance
from instances.codes import coding
from instances.elements import Element, tree
from instances.filling import Filler
from vrfhir.definitions import CORE_CANONICAL

__all__ = ["profile"]

Json = dict[str, Any]
BASES = ("Patient", "Patient", "Observation", "Observation", "Organization", "Encounter", "Condition", "Practitioner", "Composition", "Bundle", "CarePlan", "ServiceRequest",
         "Questionnaire", "DocumentReference", "Location", "MedicationRequest", "Communication", "Parameters", "AllergyIntolerance", "DiagnosticReport")  # fmt: skip
INVARIANTS = ("id.exists()", "{0}.exists() or text.exists()", "{0}.count() < 2", "{0}.empty()", "{0}.exists() implies id.exists()", "descendants().count() > 12", "{0}.all(exists())",
              "contained.empty()", "{0}.exists().not() or language.exists()", "meta.profile.exists()", "text.`div`.exists()", "%resource.id.length() > 3", "{0}.nosuch.exists()", "children().count() > 2")  # fmt: skip


def profile(chance: Chance) -> tuple[Json, Json]:
    """A StructureDefinition with a differential, and a resource of its type made without regard to it, but with what it slices."""
    kind = chance.one(BASES)
    root = tree(CORE_CANONICAL + kind)
    if root is None:
        raise LookupError(kind)
    resource = Filler(chance, 0.45).resource(kind)
    maker = _Maker(chance, resource)
    here = [
        one
        for one in root.children
        if one.name not in ("id", "meta", "implicitRules", "text", "contained", "modifierExtension", "language")
    ]
    present = [
        one for one in here if any(key == one.name or (one.choice and key.startswith(one.name)) for key in resource)
    ]
    chosen = {id(one): one for one in [chance.one(present or here) for _ in range(3)] + [chance.one(here)]}
    elements: list[Json] = [{"id": kind, "path": kind}]
    if chance.yes(0.35):
        elements[0]["constraint"] = [
            {
                "key": "own-1",
                "severity": chance.one(("error", "warning")),
                "human": "a rule of this profile",
                "expression": chance.one(INVARIANTS).format(chance.one(here).name),
            }
        ]
    for one in here:
        if id(one) in chosen:
            elements += maker.element(one)
    url = f"http://example.org/fhir/StructureDefinition/own-{chance.number(1, 99999)}"
    made = {"resourceType": "StructureDefinition", "id": url.rpartition("/")[2], "url": url, "name": "Own", "status": "active", "fhirVersion": "4.0.1", "kind": "resource", "abstract": False,
            "type": kind, "baseDefinition": CORE_CANONICAL + kind, "derivation": "constraint", "differential": {"element": elements}}  # fmt: skip
    return made, resource


class _Maker:
    def __init__(self, chance: Chance, resource: Json) -> None:
        self.chance = chance
        self.resource = resource

    def element(self, element: Element) -> list[Json]:
        """The differential elements for one child of the root."""
        chance = self.chance
        made: Json = {"id": element.path, "path": element.path}
        if element.name == "extension":
            return self._extensions(made)
        codes = [str(one["code"]) for one in element.types]
        if element.is_list and codes and chance.yes(0.6):
            rows = self._sliced(element, made)
            if rows:
                return rows
            made.pop("slicing", None)
        if element.choice and chance.yes(0.5):
            return self._by_type(element, made)
        how = chance.one(
            (
                "min",
                "max",
                "zero",
                "fixed",
                "pattern",
                "type",
                "binding",
                "invariant",
                "deep",
                "fixed",
                "pattern",
                "deep",
                "must",
                "length",
            )
        )
        if how == "min":
            made["min"] = max(1, element.least)
        elif how == "max" and element.is_list:
            made["max"] = str(max(1, element.least))
        elif how == "zero" and not element.least:
            made["max"] = "0"
        elif how in ("fixed", "pattern") and len(codes) == 1:
            self._given(element, codes[0], made, how)
        elif how == "type":
            self._typed(element, made)
        elif how == "binding" and codes[:1] in (["CodeableConcept"], ["Coding"], ["code"]):
            if codes != ["code"]:
                made["binding"] = self._binding()
        elif how == "invariant":
            made["constraint"] = [
                {
                    "key": "own-2",
                    "severity": "error",
                    "human": "a rule of this element",
                    "expression": chance.one(
                        (
                            "exists()",
                            "hasValue()",
                            "children().count() > 1",
                            "$this.empty()",
                            "extension.empty()",
                            "true",
                            "id.exists()",
                        )
                    ),
                }
            ]
        elif how == "deep":
            return [made, *self._deep(element, element.path)]
        elif how == "length" and codes == ["string"]:
            made["maxLength"] = chance.number(1, 12)
        else:
            made["mustSupport"] = True
        return [made]

    def _binding(self) -> Json:
        sets = (
            "administrative-gender",
            "request-status",
            "observation-status",
            "condition-clinical",
            "identifier-use",
            "encounter-status",
            "marital-status",
        )
        return {
            "strength": self.chance.one(("required", "required", "extensible", "preferred")),
            "valueSet": "http://hl7.org/fhir/ValueSet/" + self.chance.one(sets),
        }

    def _present(self, element: Element) -> list[Any]:
        value = self.resource.get(element.name)
        return value if isinstance(value, list) else [] if value is None else [value]

    def _given(self, element: Element, code: str, made: Json, how: str) -> None:
        if code[:1].isupper() and code in ("BackboneElement", "Element", "Resource"):
            return
        values = self._present(element)
        value = self.chance.one(values) if values and self.chance.yes(0.7) else None
        if value is None:
            made["mustSupport"] = True
            return
        if how == "pattern" and isinstance(value, dict) and len(value) > 1:
            value = {key: one for key, one in value.items() if self.chance.yes(0.6)} or value
        if isinstance(value, dict) and value.get("reference", "").startswith("#"):
            return
        name = code[:1].upper() + code[1:]
        made[f"{how}{name}"] = value

    def _typed(self, element: Element, made: Json) -> None:
        chance = self.chance
        if len(element.types) > 1:
            made["type"] = [{"code": chance.one(element.types)["code"]}]
        elif element.types and element.types[0]["code"] == "Reference":
            targets = list(element.types[0].get("targetProfile", ()))
            made["type"] = [
                {"code": "Reference", "targetProfile": [chance.one(targets or [CORE_CANONICAL + "Patient"])]}
            ]
            if chance.yes(0.3):
                made["type"][0]["aggregation"] = [chance.one(("contained", "referenced", "bundled"))]

    def _deep(self, element: Element, identity: str) -> list[Json]:
        """Rules inside the element."""
        inner = self._inner(element)
        rows = []
        if inner:
            child = self.chance.one(inner)
            row: Json = {"id": f"{identity}.{_leaf(child)}", "path": f"{element.path}.{_leaf(child)}"}
            row.update(
                self.chance.one(
                    (
                        {"min": max(1, child.least)},
                        {"max": "0"} if not child.least else {"mustSupport": True},
                        {"max": "1"} if child.is_list else {"min": max(1, child.least)},
                    )
                )
            )
            rows.append(row)
        return rows

    @staticmethod
    def _inner(element: Element) -> list[Element]:
        if element.children:
            own = element.children
        elif len(element.types) == 1 and (root := tree(CORE_CANONICAL + str(element.types[0]["code"]))):
            own = root.children
        else:
            return []
        return [one for one in own if one.name not in ("id", "extension", "modifierExtension", "value") and one.most]

    def _sliced(self, element: Element, made: Json) -> list[Json]:
        """Slices by a value inside, by pattern, presence or the thing itself."""
        chance = self.chance
        items = [one for one in self._present(element) if isinstance(one, dict)]
        keys = sorted(
            {
                key
                for one in items
                for key, value in one.items()
                if isinstance(value, str) and key not in ("reference", "id")
            }
        )
        concepts = sorted(
            {key for one in items for key, value in one.items() if isinstance(value, dict) and "coding" in value}
        )
        code = str(element.types[0]["code"])
        made["slicing"] = {
            "discriminator": [],
            "rules": chance.one(("open", "open", "closed", "openAtEnd")),
            "ordered": chance.yes(0.2),
        }
        if chance.yes(0.1):
            del made["slicing"]["ordered"]
        if chance.yes(0.3):
            made["min"] = chance.number(1, 2)
        rows: list[Json] = []
        if code == "CodeableConcept" and items and chance.yes(0.7):
            made["slicing"]["discriminator"] = [{"type": chance.one(("value", "pattern")), "path": "$this"}]
            for number, one in enumerate(items[:2]):
                pattern = {
                    "coding": [
                        {
                            key: each
                            for key, each in one.get("coding", [{"code": "x"}])[0].items()
                            if key in ("system", "code")
                        }
                    ]
                }
                rows.append(self._slice(element, f"s{number}", {"patternCodeableConcept": pattern}))
            if chance.yes(0.3):
                rows.append(self._slice(element, "bound", {"binding": {**self._binding(), "strength": "required"}}))
        elif code in ("Identifier", "HumanName", "ContactPoint", "Address", "BackboneElement", "Coding") and keys:
            key = chance.one(keys)
            how = chance.one(("value", "value", "pattern", "exists"))
            made["slicing"]["discriminator"] = [{"type": how, "path": key}]
            child = next((one for one in self._inner(element) if one.name == key), None)
            if child is None or len(child.types) != 1:
                return []
            kind = str(child.types[0]["code"])
            kind = "string" if kind.startswith("http") else kind
            path = f"{element.path}.{key}"
            for number in range(2):
                name = f"s{number}"
                rows.append(self._slice(element, name, {}))
                if how == "exists":
                    rows.append(
                        {
                            "id": f"{element.path}:{name}.{key}",
                            "path": path,
                            **({"min": 1} if number == 0 else {"max": "0"}),
                        }
                    )
                    continue
                values = [one[key] for one in items if isinstance(one.get(key), str)]
                value = (
                    values[number % len(values)]
                    if number == 0
                    else f"http://example.org/{number}"
                    if kind == "uri"
                    else f"x{number}"
                )
                if kind == "code" and number:
                    value = chance.one(("home", "official", "old", "phone", "temp"))
                prefix = "fixed" if how == "value" or chance.yes(0.3) else "pattern"
                rows.append(
                    {
                        "id": f"{element.path}:{name}.{key}",
                        "path": path,
                        "min": chance.number(0, 1) or child.least,
                        f"{prefix}{kind[:1].upper()}{kind[1:]}": value,
                    }
                )
                if chance.yes(0.3):
                    rows += [row for row in self._deep(element, f"{element.path}:{name}") if row["path"] != path]
        elif concepts and code == "BackboneElement":
            key = chance.one(concepts)
            made["slicing"]["discriminator"] = [{"type": chance.one(("value", "pattern")), "path": key}]
            for number in range(2):
                name = f"s{number}"
                rows.append(self._slice(element, name, {}))
                value = next((one[key] for one in items if isinstance(one.get(key), dict)), {})
                first = (value.get("coding") or [{}])[0]
                one = (
                    {k: v for k, v in first.items() if k in ("system", "code")}
                    if number == 0
                    else coding("http://hl7.org/fhir/ValueSet/marital-status", chance)
                )
                rows.append(
                    {
                        "id": f"{element.path}:{name}.{key}",
                        "path": f"{element.path}.{key}",
                        "min": 1,
                        "patternCodeableConcept": {"coding": [one or {"code": "x"}]},
                    }
                )
        elif code == "Reference":
            made["slicing"]["discriminator"] = [
                chance.one(
                    (
                        {"type": "type", "path": "resolve()"},
                        {"type": "profile", "path": "resolve()"},
                        {"type": "exists", "path": "identifier"},
                    )
                )
            ]
            for number, name in enumerate(list(element.types[0].get("targetProfile", ()))[:2]):
                extra: Json = {"type": [{"code": "Reference", "targetProfile": [name]}]}
                rows.append(self._slice(element, f"s{number}", extra))
                if made["slicing"]["discriminator"][0]["type"] == "exists":
                    rows[-1].pop("type", None)
                    rows.append(
                        {
                            "id": f"{element.path}:s{number}.identifier",
                            "path": f"{element.path}.identifier",
                            **({"min": 1} if number == 0 else {"max": "0"}),
                        }
                    )
        return [made, *rows] if rows else []

    def _slice(self, element: Element, name: str, extra: Json) -> Json:
        chance = self.chance
        made: Json = {
            "id": f"{element.path}:{name}",
            "path": element.path,
            "sliceName": name,
            "min": chance.one((0, 0, 1)),
        }
        if chance.yes(0.6):
            made["max"] = chance.one(("1", "1", "2"))
        return {**made, **extra}

    def _by_type(self, element: Element, made: Json) -> list[Json]:
        """A choice sliced by its type."""
        chance = self.chance
        code = str(chance.one(element.types)["code"])
        made["slicing"] = {
            "discriminator": [{"type": "type", "path": "$this"}],
            "rules": chance.one(("open", "closed")),
            "ordered": False,
        }
        name = element.name + code[:1].upper() + code[1:]
        row: Json = {
            "id": f"{element.path}:{name}",
            "path": element.path,
            "sliceName": name,
            "min": chance.number(0, 1),
            "max": "1",
            "type": [{"code": code}],
        }
        rows = [made, row]
        inner = tree(CORE_CANONICAL + code)
        if inner is not None and code[:1].isupper() and chance.yes(0.6):
            rows += self._deep(Element({"path": element.path, "type": [{"code": code}]}), str(row["id"]))
        return rows

    def _extensions(self, made: Json) -> list[Json]:
        chance = self.chance
        urls = [one["url"] for one in self.resource.get("extension", ())] or [CORE_CANONICAL + "data-absent-reason"]
        made["slicing"] = {
            "discriminator": [{"type": "value", "path": "url"}],
            "rules": chance.one(("open", "closed")),
            "ordered": False,
        }
        row: Json = {
            "id": f"{made['path']}:own",
            "path": made["path"],
            "sliceName": "own",
            "min": chance.number(0, 1),
            "max": "1",
            "type": [{"code": "Extension", "profile": [chance.one(urls)]}],
        }
        return [made, row]


def _leaf(element: Element) -> str:
    return element.path.rpartition(".")[2]
