"""Conformance resources that hang together: code systems, value sets, maps, definitions, measures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from instances import values
from instances.chance import Chance
from instances.codes import bound, coding, known_systems, terminology
from instances.filling import Filler
from instances.profiling import profile

__all__ = ["ARTEFACTS"]

Json = dict[str, Any]
SETS = (
    "http://hl7.org/fhir/ValueSet/administrative-gender",
    "http://hl7.org/fhir/ValueSet/request-status",
    "http://hl7.org/fhir/ValueSet/condition-clinical",
    "http://hl7.org/fhir/ValueSet/marital-status",
)
SYSTEMS = ("http://hl7.org/fhir/administrative-gender", "http://hl7.org/fhir/request-status", "http://terminology.hl7.org/CodeSystem/condition-clinical",
           "http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "http://terminology.hl7.org/CodeSystem/v2-0203")  # fmt: skip


def _filled(kind: str, chance: Chance, rich: float = 0.25) -> Json:
    made = Filler(chance, rich).resource(kind)
    made["url"] = f"http://example.org/{kind}/{values.primitive('id', chance)}"
    if chance.yes(0.8):
        made["name"] = chance.one(("Own", "OwnThing", "own thing", "Own_1"))
    for key in ("useContext", "jurisdiction"):
        if chance.yes(0.8):
            made.pop(key, None)
    return made


def code_system(chance: Chance) -> Json:
    """A CodeSystem with a hierarchy, properties and designations."""
    made = _filled("CodeSystem", chance)
    made["content"] = chance.one(
        ("complete", "complete", "complete", "fragment", "supplement", "not-present", "example")
    )
    made.pop("concept", None)
    made["property"] = [{"code": "colour", "type": chance.one(("string", "code", "Coding", "integer"))}, {"code": "parent", "uri": "http://hl7.org/fhir/concept-properties#parent", "type": "code"},
                        {"code": "status", "uri": "http://hl7.org/fhir/concept-properties#status", "type": chance.one(("code", "string"))}][: chance.number(0, 3)]  # fmt: skip
    if not made["property"]:
        del made["property"]
    if made["content"] != "not-present" or chance.yes(0.2):
        made["concept"] = [_concept(chance, f"c{number}", 0) for number in range(chance.number(1, 4))]
    if made["content"] == "supplement" or chance.yes(0.05):
        made["supplements"] = chance.one((*SYSTEMS, "http://example.org/none"))
    if chance.yes(0.3):
        made["count"] = chance.number(0, 6)
    if chance.yes(0.2):
        made["valueSet"] = chance.one((made["url"] + "/all", *SETS))
    return made


def _concept(chance: Chance, code: str, depth: int) -> Json:
    made: Json = {"code": chance.one((code, code, code, "c1", f"{code} x"))}
    if chance.yes(0.8):
        made["display"] = values.words(chance)
    if chance.yes(0.3):
        made["property"] = [chance.one(({"code": "colour", "valueString": "red"}, {"code": "parent", "valueCode": "c0"}, {"code": "status", "valueCode": "active"}, {"code": "none", "valueBoolean": True},
                                        {"code": "parent", "valueCode": "none"}, {"code": "colour", "valueCode": "c1"}, {"code": "inactive", "valueBoolean": True}))]  # fmt: skip
    if chance.yes(0.2):
        made["designation"] = [
            chance.one(
                (
                    {"value": "anders", "language": "de"},
                    {"value": "x"},
                    {
                        "value": "y",
                        "use": {"system": "http://terminology.hl7.org/CodeSystem/designation-usage", "code": "display"},
                    },
                )
            )
        ]
    if depth < 2 and chance.yes(0.2):
        made["concept"] = [_concept(chance, f"{code}{number}", depth + 1) for number in range(2)]
    return made


def value_set(chance: Chance) -> Json:
    """A ValueSet of codes, filters and other sets, sometimes expanded."""
    made = _filled("ValueSet", chance)
    made["compose"] = {"include": [_include(chance) for _ in range(chance.number(1, 3))]}
    if chance.yes(0.2):
        made["compose"]["exclude"] = [_include(chance)]
    made.pop("expansion", None)
    if chance.yes(0.25):
        rows = [dict(coding(chance.one(SETS), chance)) for _ in range(3)]
        made["expansion"] = {"timestamp": values.instant(chance), "total": chance.one((3, 7)), "contains": rows}
    return made


def _include(chance: Chance) -> Json:
    system = chance.one(
        (
            *SYSTEMS,
            *SYSTEMS,
            chance.one(known_systems()),
            "http://snomed.info/sct",
            "http://loinc.org",
            "http://example.org/codes",
            "http://unitsofmeasure.org",
        )
    )
    made: Json = {"system": system}
    how = chance.number(0, 5)
    if how <= 2:
        own = [code for value_set in SETS for known, code in bound(value_set) if known == system]
        made["concept"] = []
        for _ in range(chance.number(1, 4)):
            row: Json = {
                "code": chance.one(own) if own and chance.yes(0.9) else chance.one(("zz", "mg", "8302-2", "138875005"))
            }
            if chance.yes(0.5):
                row["display"] = (
                    terminology().display(system, row["code"]) if chance.yes(0.8) else None
                ) or "in other words"
            made["concept"].append(row)
    elif how == 3:
        made["filter"] = [{"property": chance.one(("concept", "parent", "status", "code", "display", "nosuch", "COMPONENT", "notSelectable")), "op": chance.one(("is-a", "=", "regex", "in", "exists", "descendent-of", "generalizes")),
                           "value": chance.one(("active", "a,b", "true", "x y", "138875005", "zz", "M"))}]  # fmt: skip
    elif how == 4:
        made = (
            {"valueSet": [chance.one((*SETS, "http://example.org/ValueSet/none"))]}
            if chance.yes(0.7)
            else {**made, "valueSet": [chance.one(SETS)]}
        )
    if "system" in made and chance.yes(0.1):
        made["version"] = chance.one(("4.0.1", "1", "9.9"))
    return made


def concept_map(chance: Chance) -> Json:
    """A ConceptMap between two known systems."""
    made = _filled("ConceptMap", chance, 0.15)
    source, target = chance.one(SETS), chance.one(SETS)
    for key in ("sourceUri", "sourceCanonical", "targetUri", "targetCanonical"):
        made.pop(key, None)
    if chance.yes(0.6):
        made["sourceCanonical"], made["targetCanonical"] = source, target
    group: Json = {"element": []}
    one, other = chance.one(bound(source)), chance.one(bound(target))
    group |= {key: value for key, value in (("source", one[0]), ("target", other[0])) if chance.yes(0.9)}
    for _ in range(chance.number(1, 3)):
        code = chance.one(bound(source))[1] if chance.yes(0.85) else "zz"
        row: Json = {
            "code": code,
            "target": [
                {
                    "code": chance.one(bound(target))[1] if chance.yes(0.85) else "zz",
                    "equivalence": chance.one(("equivalent", "wider", "relatedto", "inexact", "unmatched")),
                }
            ],
        }
        if chance.yes(0.3):
            row["display"] = (terminology().display(one[0], code) if chance.yes(0.6) else None) or "other words"
        if chance.yes(0.2):
            row["target"][0]["display"] = "other words"
        if chance.yes(0.2):
            row["target"][0]["dependsOn"] = [{"property": "http://example.org/p", "value": "x"}]
        group["element"].append(row)
    if chance.yes(0.2):
        group["unmapped"] = chance.one(
            (
                {"mode": "fixed", "code": other[1]},
                {"mode": "provided"},
                {"mode": "other-map", "url": "http://example.org/ConceptMap/x"},
            )
        )
    made["group"] = [group]
    return made


def search_parameter(chance: Chance) -> Json:
    """A SearchParameter with an expression that mostly fits its bases."""
    made = _filled("SearchParameter", chance)
    made["base"] = chance.some(("Patient", "Observation", "Task"), 0.5) or ["Patient"]
    made["code"] = "own"
    made["type"] = chance.one(("token", "string", "reference", "date", "composite", "quantity"))
    made["expression"] = chance.one(
        (
            f"{made['base'][0]}.identifier",
            "Patient.name.family",
            "Patient.nosuch",
            "Observation.value as Quantity",
            "Task.status | Patient.active",
            "identifier.where(",
            "Patient.extension('x').value",
        )
    )
    for key in ("target", "derivedFrom", "component", "modifier", "comparator", "xpath", "xpathUsage", "chain"):
        if chance.yes(0.7):
            made.pop(key, None)
    return made


def operation(chance: Chance) -> Json:
    """An OperationDefinition."""
    made = _filled("OperationDefinition", chance, 0.3)
    made["code"] = chance.one(("own", "own-thing"))
    made["resource"] = ["Patient"]
    return made


def structure(chance: Chance) -> Json:
    """A profile, looked at as a resource itself."""
    made, _ = profile(chance)
    if chance.yes(0.3):
        made["differential"]["element"].append(
            {"id": f"{made['type']}.nosuch", "path": f"{made['type']}.nosuch", "min": 1}
        )
    if chance.yes(0.1):
        made["baseDefinition"] = chance.one(
            (
                "http://example.org/none",
                "http://hl7.org/fhir/StructureDefinition/Basic",
                "http://hl7.org/fhir/StructureDefinition/DomainResource",
            )
        )
    if chance.yes(0.1):
        made["type"] = chance.one(("Basic", "Planet"))
    if chance.yes(0.1):
        made["kind"] = chance.one(("complex-type", "logical"))
    if chance.yes(0.1):
        made["derivation"] = "specialization"
    return made


def extension_definition(chance: Chance) -> Json:
    """The definition of an extension."""
    url = f"http://example.org/fhir/StructureDefinition/ext-{chance.number(1, 999)}"
    elements: list[Json] = [
        {"id": "Extension", "path": "Extension"},
        {"id": "Extension.url", "path": "Extension.url", "fixedUri": url if chance.yes(0.9) else url + "x"},
    ]
    if chance.yes(0.7):
        elements.append(
            {
                "id": "Extension.value[x]",
                "path": "Extension.value[x]",
                "type": [{"code": chance.one(("string", "code", "Coding", "Reference", "Planet"))}],
            }
        )
    context = {
        "type": chance.one(("element", "element", "fhirpath", "extension")),
        "expression": chance.one(
            (
                "Patient",
                "Patient.name",
                "Patient.nosuch",
                "HumanName",
                "Planet",
                "http://hl7.org/fhir/StructureDefinition/patient-nationality",
            )
        ),
    }
    return {"resourceType": "StructureDefinition", "url": url, "name": "OwnExtension", "status": "draft", "fhirVersion": "4.0.1", "kind": "complex-type", "abstract": False, "context": [context], "type": "Extension",
            "baseDefinition": "http://hl7.org/fhir/StructureDefinition/Extension", "derivation": "constraint", "differential": {"element": elements}}  # fmt: skip


def capability(chance: Chance) -> Json:
    """A CapabilityStatement."""
    made = _filled("CapabilityStatement", chance, 0.35)
    made["fhirVersion"] = "4.0.1"
    made["format"] = ["json"]
    return made


def measure(chance: Chance) -> Json:
    """A Measure with populations that have codes and criteria."""
    made = _filled("Measure", chance, 0.2)
    system = "http://terminology.hl7.org/CodeSystem/measure-population"
    made["group"] = [
        {
            "population": [
                {
                    "code": {"coding": [{"system": system, "code": code}]},
                    "criteria": {"language": "text/cql", "expression": code},
                }
                for code in chance.some(("initial-population", "numerator", "denominator"), 0.7)
            ]
            or [{"criteria": {"language": "text/fhirpath", "expression": "a.b"}}]
        }
    ]
    made["scoring"] = {
        "coding": [
            {
                "system": "http://terminology.hl7.org/CodeSystem/measure-scoring",
                "code": chance.one(("proportion", "cohort", "ratio", "continuous-variable", "zz")),
            }
        ]
    }
    if chance.yes(0.3):
        made["library"] = ["http://example.org/Library/x"]
    return made


def measure_report(chance: Chance) -> tuple[Json, Json]:
    """A MeasureReport and the Measure it reports on."""
    about = measure(chance)
    made: Json = {"resourceType": "MeasureReport", "status": chance.one(("complete", "complete", "pending")), "type": chance.one(("summary", "individual", "data-collection", "subject-list")),
                  "measure": about["url"], "period": {"start": "2020-01-01", "end": "2020-12-31"}, "group": []}  # fmt: skip
    for group in about["group"]:
        rows = [
            {"code": one["code"], "count": chance.number(0, 5)}
            for one in group["population"]
            if "code" in one and chance.yes(0.9)
        ]
        made["group"].append({"population": rows} if rows else {"measureScore": {"value": 1}})
        if chance.yes(0.5):
            made["group"][-1]["measureScore"] = chance.one(({"value": 0.5}, {"value": 3, "unit": "mg"}))
        if chance.yes(0.1):
            made["group"][-1]["code"] = {"text": "a group"}
    if chance.yes(0.2):
        made["group"].append({"measureScore": {"value": 1}})
    return made, about


def parameters(chance: Chance) -> Json:
    """Parameters with values, resources and parts."""
    made: Json = {"resourceType": "Parameters", "parameter": []}
    filler = Filler(chance, 0.2)
    for number in range(chance.number(1, 4)):
        made["parameter"].append(_parameter(chance, filler, number, 0))
    return made


def _parameter(chance: Chance, filler: Filler, number: int, depth: int) -> Json:
    row: Json = {"name": f"p{number}"}
    how = chance.number(0, 3 if depth < 2 else 1)
    if how == 0:
        row["resource"] = filler.inner(chance.one(("Patient", "Observation", "Basic", "Organization")))
    elif how == 3:
        row["part"] = [_parameter(chance, filler, one, depth + 1) for one in range(chance.number(1, 2))]
    else:
        kind = chance.one(
            ("string", "boolean", "date", "code", "uri", "integer", "decimal", "instant", "base64Binary", "canonical")
        )
        row[f"value{kind[:1].upper()}{kind[1:]}"] = values.primitive(kind, chance)
    return row


ARTEFACTS: dict[str, Callable[[Chance], Json]] = {
    "code-system": code_system, "value-set": value_set, "concept-map": concept_map, "search-parameter": search_parameter, "operation": operation, "structure": structure,
    "extension-definition": extension_definition, "capability": capability, "measure": measure, "parameters": parameters,
}  # fmt: skip
