"""Elements without a row as OBX segments, one each, with words and a code for readers of HL7 v2."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.times import fhir_datetime
from vrfhir.mappers.elements import ELEMENT, OPENS, RESOURCE
from vrfhir.mappers.vocabulary import named_system, system_name
from vrfhir.mappers.writing.differences import Step
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.primitives import number_text
from vrfhir.mappers.writing.registry import Parts, key

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["element_group"]

_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DATETIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)([+-]\d\d):(\d\d)")
_NUMBER = (int, float)
_WHOLE = re.compile(r"0|-?[1-9][0-9]*")
"""A decimal of which nobody can see after JSON that it was none of the whole numbers."""
_LONGEST_STRING = 199


def element_group(
    label: str, steps: list[Step], words: str, writing: Writing, opening: str = "OBR"
) -> tuple[list[Draft], list[Step]]:
    """(OBR and its OBX segments for the steps of one resource, the leaves that no OBX can hold).

    Where no OBR may stand, an OBX without a value opens the group; where no OBX may stand, all of them are called ZVE.
    """
    head = Draft(opening)
    if opening == "OBR":
        head.put(4, {key(1): label, key(2): words, key(3): RESOURCE})
    else:
        head.put(3, {key(1): label, key(2): words, key(3): RESOURCE, key(5): OPENS, key(6): ELEMENT})
        head.put(11, {key(1): "F"})
    drafts, lost = [head], []
    for step in steps:
        for small in _small(step):
            draft = _element(small, writing)
            if draft is None:
                lost.append(small)
                continue
            if opening == "ZVE":
                draft.name = opening
            drafts.append(draft)
    return drafts, lost


def _small(step: Step) -> Iterator[Step]:
    """A step as steps that one OBX each can hold."""
    value, path = step.value, step.path
    if step.removed or not isinstance(value, (dict, list)) or _kind(path, value):
        yield step
    elif isinstance(value, dict):
        if _is_item(path, value):
            inner = {name: value[name] for name in ("linkId", "text") if name in value}
            yield Step(path, {"@item": inner, **({"answer": value["answer"]} if _plain_answers(value) else {})})
            rest = {name: each for name, each in value.items() if name not in ("linkId", "text")}
            if _plain_answers(value):
                del rest["answer"]
            for name, each in rest.items():
                yield from _small(Step(f"{path}.{name}", each))
            return
        for name, each in value.items():
            yield from _small(Step(f"{path}.{name}", each))
    else:
        for index, each in enumerate(value):
            if each is not None:
                yield from _small(Step(f"{path}[{index}]", each))


def _is_item(path: str, value: Mapping[str, Any]) -> bool:
    return re.search(r"(^|\.)item\[\d+\]$", path) is not None and isinstance(value.get("linkId"), str)


def _plain_answers(value: Mapping[str, Any]) -> bool:
    """All answers are of one type and nothing but a value."""
    answers = value.get("answer")
    if not isinstance(answers, list) or not answers or not all(isinstance(a, dict) and len(a) == 1 for a in answers):
        return False
    names = {next(iter(each)) for each in answers}
    kinds = {_kind(name, each[name]) for each in answers for name in each}
    return (
        len(names) == 1
        and len(kinds) == 1
        and "" not in kinds
        and next(iter(names)).startswith("value")
        and (next(iter(kinds)) == "" or _type_of(next(iter(names))) == next(iter(kinds)))
        and "Quantity" not in kinds
    )


def _type_of(name: str) -> str:
    text = name.removeprefix("value")
    return text if text in ("Coding", "Quantity", "CodeableConcept") else text[:1].lower() + text[1:]


def _date_cell(value: str) -> str:
    return value.replace("-", "")


def _time_cell(value: str) -> str:
    return re.sub(r"[-:T]", "", value[:19]) + value[19:].replace(":", "")


def _is_read_back(cell: str, value: str) -> bool:
    """What has the form of a date need not be one: a room may be called 0000-00-00."""
    return fhir_datetime(cell, "UTC") == (value, False)


def _kind(path: str, value: Any) -> str:
    """The type an OBX can hold the value as; empty for objects that have to be taken apart."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        if _DATE.fullmatch(value) and _is_read_back(_date_cell(value), value):
            return "date"
        return "dateTime" if _DATETIME.fullmatch(value) and _is_read_back(_time_cell(value), value) else "string"
    if isinstance(value, _NUMBER) or hasattr(value, "as_tuple"):
        return "integer" if isinstance(value, int) or _WHOLE.fullmatch(str(value)) else "decimal"
    if not isinstance(value, dict) or not value:
        return ""
    names = value.keys()
    if re.search(r"(^|\.)(modifierE|e)xtension\[\d+\]$", path) and len(names) == 2 and "url" in names:
        other = next(name for name in names if name != "url")
        inner = _kind(other, value[other]) if other.startswith("value") else ""
        return (
            f"extension:{inner}" if inner and inner == _type_of(other) and value["url"].strip() == value["url"] else ""
        )
    if "component[" in path.rpartition(".")[2] and len(names) == 2 and "code" in names:
        other = next(name for name in names if name != "code")
        code = value["code"]
        if (
            other.startswith("value")
            and isinstance(code, dict)
            and code.keys() == {"coding"}
            and len(code["coding"]) == 1
        ):
            inner = _kind(other, value[other])
            if _plain_coding(code["coding"][0], needs_system=True) and inner and inner == _type_of(other):
                return f"component:{inner}"
        return ""
    if names == {"text"} and "note[" in path.rpartition(".")[2]:
        return ""
    if names <= {"coding", "text"} and all(_plain_coding(each) for each in value.get("coding", ())):
        codings = value.get("coding", [])
        return "CodeableConcept" if len(codings) < 2 or (len(codings) == 2 and "text" not in names) else ""
    if "code" in names and names <= {"system", "code", "display"} and _plain_coding(value):
        return "Coding"
    if (
        "value" in names
        and not isinstance(value["value"], (str, dict, list))
        and names <= {"value", "unit", "system", "code"}
    ):
        return "Quantity" if "code" in names and "system" in names else ""
    return ""


def _plain_coding(coding: Any, *, needs_system: bool = False) -> bool:
    if not isinstance(coding, dict) or not coding.keys() <= {"system", "code", "display"} or not coding.get("code"):
        return False
    system = coding.get("system", "")
    if needs_system and not system:
        return False
    return not system or (_returns(system) and not re.search(r"\s", coding["code"]))


def _returns(system: str) -> bool:
    name = system_name(system)
    return (named_system(name) or name) == system


def _element(step: Step, writing: Writing) -> Draft | None:
    draft = Draft("OBX")
    path = step.path
    last = re.sub(r"\[\d+\]", "", path.rpartition(".")[2]) or "resource"
    coding: Parts = {key(1): last, key(2): last, key(3): ELEMENT}
    if step.removed:
        return _named(draft, coding, path, "none", [])
    value = step.value
    if isinstance(value, dict) and "@item" in value:
        inner = value["@item"]
        coding = {key(1): inner["linkId"], **({key(2): inner["text"]} if inner.get("text") else {})}
        answers = value.get("answer", [])
        name = next(iter(answers[0])) if answers else ""
        if not inner["linkId"].strip() or re.search(r"[\r\n]", inner.get("text", "")):
            return None
        cells = [_cell(_type_of(name), each[name], writing) for each in answers]
        kind = f"item:{_type_of(name)}" if name else "item"
        if any(cell is None for cell in cells):
            return None
        return _named(draft, coding, path, kind, [cell for cell in cells if cell is not None])
    kind = _kind(path, value)
    if kind.startswith("component:"):
        code = value["code"]["coding"][0]
        coding = {key(1): code["code"], key(3): system_name(code["system"])}
        if code.get("display"):
            coding[key(2)] = code["display"]
        value = next(each for name, each in value.items() if name != "code")
    elif kind.startswith("extension:"):
        coding = {key(1): value["url"], key(2): re.split(r"[/#]", value["url"])[-1].removeprefix("Extension-VR-")}
        value = next(each for name, each in value.items() if name != "url")
    found = _cell(kind.rpartition(":")[2], value, writing)
    if found is None:
        return None
    if kind.endswith("Quantity"):
        draft.put(6, _unit(value))
    return _named(draft, coding, path, kind, [found])


def _named(draft: Draft, coding: Parts, path: str, kind: str, cells: list[tuple[str, Parts]]) -> Draft:
    if cells:
        draft.put(2, {key(1): cells[0][0]})
    draft.put(3, {**coding, **({key(4): path} if path else {}), key(5): kind, key(6): ELEMENT})
    for _, cell in cells:
        draft.put(5, cell)
    draft.put(11, {key(1): "F"})
    return draft


def _unit(quantity: Mapping[str, Any]) -> Parts:
    texts = {1: quantity.get("code", ""), 2: quantity.get("unit", ""), 3: system_name(quantity.get("system", ""))}
    return {key(number): text for number, text in texts.items() if text}


def _cell(kind: str, value: Any, writing: Writing) -> tuple[str, Parts] | None:
    """(OBX-2, OBX-5) of a value; None when the text would not come back as it is."""
    if kind == "boolean":
        return "CE" if writing.is_old else "CWE", {
            key(1): "Y" if value else "N",
            key(2): "Yes" if value else "No",
            key(3): "HL70136",
        }
    if kind in ("integer", "decimal"):
        return "NM", {key(1): number_text(value)}
    if kind == "Quantity":
        return "NM", {key(1): number_text(value["value"])}
    if kind == "date" and _DATE.fullmatch(value):
        return "DT", {key(1): _date_cell(value)}
    if kind == "dateTime" and _DATETIME.fullmatch(value):
        return "TS" if writing.is_old else "DTM", {key(1): _time_cell(value)}
    if kind in ("CodeableConcept", "Coding"):
        return "CE" if writing.is_old else "CWE", _concept(value if kind == "CodeableConcept" else {"coding": [value]})
    text = value if isinstance(value, str) else ""
    if not text or text != text.strip() or re.search(r"[\x00-\x08\x0b-\x1f\r]", text):
        return None
    return ("FT" if len(text) > _LONGEST_STRING else "TX" if "\n" in text else "ST"), {key(1): text}


def _concept(value: Mapping[str, Any]) -> Parts:
    found: Parts = {}
    for place, coding in zip((1, 4), value.get("coding", ()), strict=False):
        found[key(place)] = coding["code"]
        if coding.get("display"):
            found[key(place + 1)] = coding["display"]
        if coding.get("system"):
            found[key(place + 2)] = system_name(coding["system"])
    if value.get("text"):
        found[key(5 if found else 2)] = value["text"]
    return found
