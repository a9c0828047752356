"""Questionnaires and answers to them."""

from __future__ import annotations

from typing import Any

from instances import values
from instances.chance import Chance
from instances.codes import bound

__all__ = ["answers", "questionnaire"]

Json = dict[str, Any]
R4 = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"
KINDS = ("group", "group", "display", "boolean", "decimal", "integer", "date", "dateTime", "time", "string", "text", "url", "choice", "choice", "open-choice", "open-choice",
         "attachment", "reference", "quantity")  # fmt: skip
SETS = ("http://hl7.org/fhir/ValueSet/administrative-gender", "http://hl7.org/fhir/ValueSet/request-status", "http://terminology.hl7.org/ValueSet/v2-0136",
        "http://hl7.org/fhir/ValueSet/observation-status", "http://hl7.org/fhir/ValueSet/condition-code", "http://example.org/ValueSet/none", "#local")  # fmt: skip
OPTION_KINDS = ("Coding", "Coding", "Coding", "String", "Integer", "Date", "Time", "Reference")
TYPE_OF = {"boolean": "Boolean", "decimal": "Decimal", "integer": "Integer", "date": "Date", "dateTime": "DateTime", "time": "Time", "string": "String", "text": "String",
           "url": "Uri", "attachment": "Attachment", "reference": "Reference", "quantity": "Quantity"}  # fmt: skip
LOCAL = {"resourceType": "ValueSet", "id": "local", "status": "active", "compose": {"include": [{"system": "http://hl7.org/fhir/administrative-gender", "concept": [{"code": "male"}, {"code": "female"}]}]}}  # fmt: skip


def value(kind: str, chance: Chance) -> tuple[str, Any]:
    """The name after ``value`` and a value for a question of this kind."""
    name = TYPE_OF.get(kind, "String")
    if name == "Attachment":
        made: Any = {
            "contentType": chance.one(("text/plain", "image/png", "application/pdf")),
            "data": chance.one(("QUJD", "QUJDREVGR0hJSg==")),
        }
        if chance.yes(0.3):
            made["url"] = "http://example.org/a"
        if chance.yes(0.2):
            made["size"] = chance.one((3, 10, 5000000))
        return name, made
    if name == "Reference":
        return name, chance.one(
            (
                {"reference": "Patient/p1"},
                {"reference": "Organization/o1"},
                {"display": "somebody"},
                {"reference": "Condition/c", "type": "Condition"},
            )
        )
    if name == "Quantity":
        unit = chance.one(("kg", "cm", "a", "mg"))
        return name, chance.one(
            (
                {"value": 3, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
                {"value": 3.5},
                {"value": 3, "unit": unit},
            )
        )
    return name, values.primitive(
        {
            "Boolean": "boolean",
            "Decimal": "decimal",
            "Integer": "integer",
            "Date": "date",
            "DateTime": "dateTime",
            "Time": "time",
            "Uri": "uri",
        }.get(name, "string"),
        chance,
    )


def option(kind: str, number: int) -> Any:
    """The ``number``-th option of a kind."""
    return {
        "Coding": {"system": "http://hl7.org/fhir/administrative-gender", "code": ("male", "female", "other", "unknown")[number % 4]} if number < 4 else {"code": f"c{number}", "display": f"Choice {number}"},
        "String": f"choice {number}", "Integer": number, "Date": f"2020-01-0{number + 1}", "Time": f"10:0{number}:00", "Reference": {"reference": f"Patient/p{number}"},
    }[kind]  # fmt: skip


def questionnaire(chance: Chance) -> Json:
    """A Questionnaire of up to thirty items in groups."""
    made: Json = {
        "resourceType": "Questionnaire",
        "id": values.primitive("id", chance),
        "url": f"http://example.org/Questionnaire/q{chance.number(1, 9999)}",
        "status": chance.one(("active", "active", "draft")),
    }
    if chance.yes(0.3):
        made["version"] = chance.one(("1.0", "2"))
    if chance.yes(0.2):
        made["subjectType"] = [chance.one(("Patient", "Organization"))]
    if chance.yes(0.1):
        made["effectivePeriod"] = {"start": "2020-01-01", "end": "2022-01-01"}
    made["item"] = _items(chance, "", 0, [])
    if "#local" in str(made["item"]):
        made["contained"] = [LOCAL]
    return made


def _items(chance: Chance, prefix: str, depth: int, before: list[Json]) -> list[Json]:
    found = []
    for number in range(1, chance.number(2, 5 - depth) + 1):
        item = _item(chance, f"{prefix}{number}", depth, before)
        before.append(item)
        if item["type"] == "group" or (depth < 2 and chance.yes(0.12) and item["type"] != "display"):
            item["item"] = _items(chance, f"{prefix}{number}.", depth + 1, before)
        found.append(item)
    return found


def _item(chance: Chance, link: str, depth: int, before: list[Json]) -> Json:
    kind = chance.one(KINDS[2:] if depth > 1 else KINDS)
    item: Json = {"linkId": link, "text": values.words(chance), "type": kind}
    if chance.yes(0.15):
        item["prefix"] = link
    if kind != "display":
        if chance.yes(0.3):
            item["required"] = chance.yes(0.8)
        if chance.yes(0.3):
            item["repeats"] = chance.yes(0.8)
    if kind in ("string", "text", "url") and chance.yes(0.3):
        item["maxLength"] = chance.number(3, 30)
    if kind in ("choice", "open-choice") or (kind in ("string", "integer", "date", "time") and chance.yes(0.15)):
        _options(chance, item)
    elif kind not in ("group", "display", "attachment", "reference") and chance.yes(0.1):
        name, one = value(kind, chance)
        item["initial"] = [{f"value{name}": one}]
    if before and chance.yes(0.25):
        item["enableWhen"] = [_condition(chance, chance.one(before)) for _ in range(chance.number(1, 2))]
        if len(item["enableWhen"]) > 1 or chance.yes(0.1):
            item["enableBehavior"] = chance.one(("all", "any"))
    marks = [one for one in (_mark(chance, kind) for _ in range(2)) if one and chance.yes(0.25)]
    if marks:
        item["extension"] = marks
    if chance.yes(0.05):
        item["readOnly"] = True
    if chance.yes(0.05):
        item["definition"] = chance.one(
            ("http://hl7.org/fhir/StructureDefinition/Patient#Patient.birthDate", "http://example.org/x#y")
        )
    if chance.yes(0.05):
        item["code"] = [{"system": "http://loinc.org", "code": "8302-2"}]
    return item


def _options(chance: Chance, item: Json) -> None:
    kind = item["type"]
    if kind in ("choice", "open-choice") and chance.yes(0.35):
        item["answerValueSet"] = chance.one(SETS)
        return
    name = {"string": "String", "integer": "Integer", "date": "Date", "time": "Time"}.get(kind) or chance.one(
        OPTION_KINDS
    )
    item["answerOption"] = [{f"value{name}": option(name, number)} for number in range(chance.number(1, 6))]
    if chance.yes(0.15):
        item["answerOption"][-1]["extension"] = [{"url": R4 + "questionnaire-optionExclusive", "valueBoolean": True}]
    if chance.yes(0.1):
        item["answerOption"][0]["initialSelected"] = True


def _condition(chance: Chance, other: Json) -> Json:
    made: Json = {
        "question": other["linkId"],
        "operator": chance.one(("exists", "exists", "=", "=", "!=", ">", "<", ">=", "<=")),
    }
    if made["operator"] == "exists":
        made["answerBoolean"] = chance.yes(0.7)
        return made
    kind = other["type"]
    if kind in ("choice", "open-choice"):
        options = other.get("answerOption") or [
            {"valueCoding": {"system": "http://hl7.org/fhir/administrative-gender", "code": "female"}}
        ]
        made.update(
            {key.replace("value", "answer"): one for key, one in chance.one(options).items() if key.startswith("value")}
        )
    else:
        name, one = value(kind, chance)
        made[f"answer{'String' if name in ('Uri', 'Attachment') else name}"] = one
    return made


def _mark(chance: Chance, kind: str) -> Json | None:
    numbers = ({"url": R4 + "minValue", "valueInteger": 5}, {"url": R4 + "maxValue", "valueInteger": 100}, {"url": R4 + "maxDecimalPlaces", "valueInteger": 1},
               {"url": R4 + "minValue", "valueDecimal": 1.5})  # fmt: skip
    dates = ({"url": R4 + "minValue", "valueDate": "2000-01-01"}, {"url": R4 + "maxValue", "valueDate": "2015-06-01"})
    texts = (
        {"url": R4 + "minLength", "valueInteger": 4},
        {"url": R4 + "regex", "valueString": "[a-z ]+"},
        {"url": R4 + "entryFormat", "valueString": "words"},
    )
    quantities = ({"url": R4 + "questionnaire-unit", "valueCoding": {"system": "http://unitsofmeasure.org", "code": "kg"}},
                  {"url": R4 + "questionnaire-unitOption", "valueCoding": {"system": "http://unitsofmeasure.org", "code": "cm"}},
                  {"url": SDC + "sdc-questionnaire-minQuantity", "valueQuantity": {"value": 2, "system": "http://unitsofmeasure.org", "code": "kg"}},
                  {"url": SDC + "sdc-questionnaire-maxQuantity", "valueQuantity": {"value": 90, "system": "http://unitsofmeasure.org", "code": "kg"}})  # fmt: skip
    files = ({"url": R4 + "maxSize", "valueDecimal": 0.000005}, {"url": R4 + "mimeType", "valueCode": "image/png"})
    references = (
        {"url": R4 + "questionnaire-referenceResource", "valueCode": "Patient"},
        {"url": R4 + "questionnaire-referenceProfile", "valueCanonical": R4 + "Patient"},
    )
    general = ({"url": R4 + "questionnaire-hidden", "valueBoolean": True}, {"url": R4 + "questionnaire-minOccurs", "valueInteger": 2}, {"url": R4 + "questionnaire-maxOccurs", "valueInteger": 2},
               {"url": R4 + "questionnaire-itemControl", "valueCodeableConcept": {"coding": [{"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "drop-down"}]}},
               {"url": R4 + "questionnaire-constraint", "extension": [{"url": "key", "valueId": "k-1"}, {"url": "severity", "valueCode": "error"}, {"url": "expression", "valueString": "answer.exists()"}, {"url": "human", "valueString": "there is an answer"}]})  # fmt: skip
    own: dict[str, tuple[Json, ...]] = {"integer": numbers, "decimal": numbers, "date": dates, "dateTime": dates, "string": texts, "text": texts, "quantity": quantities,
                                        "attachment": files, "reference": references}  # fmt: skip
    return dict(chance.one((*own.get(kind, ()), *own.get(kind, ()), *general)))


def answers(form: Json, chance: Chance) -> Json:
    """A QuestionnaireResponse that answers most questions as they want it."""
    made: Json = {"resourceType": "QuestionnaireResponse", "id": values.primitive("id", chance)}
    made["questionnaire"] = form["url"] + (f"|{form['version']}" if "version" in form and chance.yes(0.5) else "")
    made["status"] = chance.one(("completed", "completed", "completed", "in-progress", "amended", "stopped"))
    if chance.yes(0.6):
        made["subject"] = {"reference": chance.one(("Patient/p1", "Organization/o1", "Device/d"))}
    if chance.yes(0.7):
        made["authored"] = chance.one(("2021-05-05", "2026-03-02T10:00:00Z", "2019-01-01"))
    made["item"] = _answered(form.get("item", []), chance, {})
    return made


def _answered(items: list[Json], chance: Chance, given: dict[str, list[Any]]) -> list[Json]:
    found = []
    for item in items:
        wanted = bool(item.get("required")) or chance.yes(0.75)
        if item["type"] == "display":
            if chance.yes(0.3):
                found.append({"linkId": item["linkId"], "text": item["text"]})
            continue
        if not (wanted and _enabled(item, given) != chance.yes(0.04)):
            continue
        one: Json = {"linkId": item["linkId"]}
        if chance.yes(0.6):
            one["text"] = item["text"]
        if item["type"] == "group":
            one["item"] = _answered(item.get("item", []), chance, given)
            if not one["item"]:
                del one["item"]
        else:
            times = chance.number(1, 3) if item.get("repeats") else 1
            one["answer"] = [_answer(item, chance) for _ in range(times)]
            given[item["linkId"]] = one["answer"]
            if item.get("item") and (inner := _answered(item["item"], chance, given)):
                one["answer"][0]["item"] = inner
        found.append(one)
        if item["type"] == "group" and item.get("repeats") and chance.yes(0.3):
            found.append(one)
    return found


def _answer(item: Json, chance: Chance) -> Json:
    if item.get("answerOption") and not (item["type"] == "open-choice" and chance.yes(0.3)):
        return {key: one for key, one in chance.one(item["answerOption"]).items() if key.startswith("value")}
    if item.get("answerValueSet") and chance.yes(0.9):
        codes = bound(item["answerValueSet"])
        system, code = (
            chance.one(codes) if codes else ("http://hl7.org/fhir/administrative-gender", chance.one(("male", "other")))
        )
        return {"valueCoding": {"system": system, "code": code}}
    name, one = value(item["type"], chance)
    return {f"value{name}": one}


def _enabled(item: Json, given: dict[str, list[Any]]) -> bool:
    checks = []
    for one in item.get("enableWhen", ()):
        there = given.get(one["question"])
        if one["operator"] == "exists":
            checks.append(bool(there) == one["answerBoolean"])
        else:
            wanted = next(each for key, each in one.items() if key.startswith("answer"))
            same = any(wanted in each.values() for each in there or ())
            checks.append(same if one["operator"] == "=" else bool(there) and not same)
    return (any(checks) if item.get("enableBehavior") == "any" else all(checks)) if checks else True
