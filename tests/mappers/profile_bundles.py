"""Message Bundles of the example stories with more in them: elements of the VR profiles, with values of every type they may have.

What is put in comes from the profiles' snapshots: the element, its types, its bindings, its targets. So a Bundle says here what an
electronic health record may say and no HL7 v2 message ever said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any, NamedTuple

from mapped_messages import ROOT

from vrfhir.definitions import Definitions
from vrfhir.terminology import Terminology

__all__ = ["STORIES", "grown", "stories"]

_PACKAGE = ROOT / "vrfhir" / "profiles" / "package"
_KEPT = frozenset({"id", "meta", "implicitRules", "language", "text", "contained", "extension", "modifierExtension"})
_MARKS = ("&", "^", "~", "|", "\\", "\n", "“quoted”", "Zoë", "O'Brien", " – ", "<b>", '""', "日本", "\\.br\\", "  ")
_WORDS = ("light", "duties", "after", "noon", "lifting", "boxes", "9", "kg", "with", "a", "break")
_CODES = ("http://snomed.info/sct", "https://trust.example.org/codes", "http://loinc.org")
STORIES = sorted((ROOT / "examples").glob("*/fhir/message-*.json"))


class Element(NamedTuple):
    """One element of a profile that can be put in: its path below the resource, and what it may hold."""

    path: tuple[str, ...]
    types: list[dict[str, Any]]
    repeats: tuple[bool, ...]
    value_set: str
    is_must_support: bool


@cache
def stories() -> list[dict[str, Any]]:
    """The message Bundles of the stories."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in STORIES]


@cache
def _profiles() -> Mapping[str, tuple[str, list[Element]]]:
    """URL of a profile → its resource type and elements."""
    found = {}
    for path in sorted(_PACKAGE.glob("StructureDefinition-VR-*.json")):
        profile = json.loads(path.read_text(encoding="utf-8"))
        if profile["kind"] == "resource" and profile["type"] not in ("Extension", "Bundle", "MessageHeader"):
            found[profile["url"]] = profile["type"], list(_elements(profile["snapshot"]["element"]))
    return found


def _elements(snapshot: list[dict[str, Any]]) -> Iterator[Element]:
    repeats: dict[str, bool] = {}
    for element in snapshot:
        path = element["path"]
        repeats.setdefault(path, element.get("base", {}).get("max") not in ("0", "1"))
        names = path.split(".")[1:]
        if not names or len(names) > 3 or names[0] in _KEPT or ":" in element["id"] or element.get("max") == "0":
            continue
        types = [each for each in element.get("type", ()) if each["code"] in _VALUES or each["code"] == "Reference"]
        if names[-1] in ("id", "extension", "modifierExtension") or not types:
            continue
        parents = [".".join([path.split(".")[0], *names[: place + 1]]) for place in range(len(names))]
        binding = element.get("binding", {})
        strict = binding.get("strength") == "required"
        yield Element(
            tuple(names),
            types,
            tuple(repeats.get(parent, False) for parent in parents),
            binding.get("valueSet", "") if strict else "",
            bool(element.get("mustSupport")),
        )


def grown(bundle: Mapping[str, Any], random: Random, count: int) -> dict[str, Any]:
    """A copy with up to ``count`` elements put in."""
    copy: dict[str, Any] = deepcopy(dict(bundle))
    by_type: dict[str, list[str]] = {}
    for entry in copy["entry"]:
        by_type.setdefault(entry["resource"]["resourceType"], []).append(entry["fullUrl"])
    candidates = []
    for entry in copy["entry"]:
        for profile in entry["resource"].get("meta", {}).get("profile", ()):
            if profile.partition("|")[0] in _profiles():
                candidates.append((entry["resource"], _profiles()[profile.partition("|")[0]][1]))
    for _ in range(count):
        resource, elements = random.choice(candidates)
        wanted = [each for each in elements if each.is_must_support] if random.random() < 0.5 else elements
        _put(resource, random.choice(wanted), random, by_type)
    return copy


def _put(resource: dict[str, Any], element: Element, random: Random, by_type: Mapping[str, list[str]]) -> None:
    holder: Any = resource
    for name, repeats in zip(element.path[:-1], element.repeats, strict=False):
        if name not in holder:
            return
        holder = random.choice(holder[name]) if repeats and isinstance(holder[name], list) else holder[name]
        if not isinstance(holder, dict):
            return
    kind = random.choice(element.types)
    value = _value(kind, element, random, by_type)
    name, repeats = element.path[-1], element.repeats[-1]
    if value is None:
        return
    if name.endswith("[x]"):
        stem = name.removesuffix("[x]")
        if any(each.removeprefix("_").startswith(stem) for each in holder):
            return
        name = stem + kind["code"][0].upper() + kind["code"][1:]
    if repeats:
        if isinstance(holder.get(name, []), list):
            holder.setdefault(name, []).append(value)
    else:
        holder.setdefault(name, value)


def _value(kind: dict[str, Any], element: Element, random: Random, by_type: Mapping[str, list[str]]) -> Any:
    if kind["code"] == "Reference":
        return _reference(kind, random, by_type)
    if element.value_set:
        pair = _bound(element.value_set, random)
        if pair is None:
            return None
        system, code = pair
        coding = {"system": system, "code": code}
        return {"code": code, "Coding": coding, "CodeableConcept": {"coding": [coding]}}.get(kind["code"])
    return _VALUES[kind["code"]](random)


@cache
def _terminology() -> Terminology:
    return Terminology(Definitions.default())


def _bound(value_set: str, random: Random) -> tuple[str, str] | None:
    codes = _terminology().expansion(value_set.partition("|")[0]) or {}
    pairs = [(system, code) for system, listed in codes.items() for code in listed]
    return random.choice(pairs) if pairs else None


def _reference(kind: dict[str, Any], random: Random, by_type: Mapping[str, list[str]]) -> dict[str, Any]:
    types = {_type_of(target) for target in kind.get("targetProfile", ())}
    present = [url for each in sorted(types) for url in by_type.get(each, ())]
    if present and random.random() < 0.7:
        return {"reference": random.choice(present)}
    if random.random() < 0.5:
        return {"display": _text(random)}
    return {"identifier": _identifier(random), "display": _text(random)}


def _type_of(target: str) -> str:
    name = target.partition("|")[0].rpartition("/")[2]
    return _profiles()[target][0] if target in _profiles() else name.removeprefix("UKCore-")


def _text(random: Random) -> str:
    words = [random.choice(_MARKS if random.random() < 0.15 else _WORDS) for _ in range(random.randint(1, 6))]
    return " ".join(words).strip() or "text"


def _date(random: Random) -> str:
    return f"20{random.randint(10, 29)}-{random.randint(1, 12):02}-{random.randint(1, 28):02}"


def _date_time(random: Random) -> str:
    day = _date(random)
    zone = random.choice(("Z", "+00:00", "+01:00", "-03:30"))
    fraction = random.choice(("", "", ".5", ".125"))
    clock = f"{random.randint(0, 23):02}:{random.randint(0, 59):02}:{random.randint(0, 59):02}{fraction}{zone}"
    return random.choice((day[:4], day[:7], day, f"{day}T{clock}", f"{day}T{clock}"))


def _instant(random: Random) -> str:
    return f"{_date(random)}T{random.randint(0, 23):02}:00:{random.randint(0, 59):02}.250+01:00"


def _identifier(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"system": f"https://trust.example.org/id/{random.randint(1, 5)}", "value": _text(random)}
    if random.random() < 0.3:
        found["use"] = random.choice(("usual", "official", "secondary", "old"))
    if random.random() < 0.3:
        found["period"] = _period(random)
    if random.random() < 0.3:
        found["assigner"] = {"display": _text(random)}
    return found


def _period(random: Random) -> dict[str, Any]:
    start, end = sorted((_date(random), _date(random)))
    return random.choice(({"start": start}, {"end": end}, {"start": start, "end": end}))


def _coding(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"system": random.choice(_CODES), "code": str(random.randint(10**6, 10**7))}
    if random.random() < 0.5:
        found["display"] = _text(random).replace("\n", " ")
    if random.random() < 0.2:
        found["version"] = "2026-04"
    if random.random() < 0.2:
        found["userSelected"] = random.random() < 0.5
    return found


def _concept(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if random.random() < 0.8:
        found["coding"] = [_coding(random) for _ in range(random.choice((1, 1, 2, 3)))]
    if not found or random.random() < 0.5:
        found["text"] = _text(random)
    return found


def _quantity(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"value": random.choice((0, 7, 12.5, -3, 0.001))}
    if random.random() < 0.7:
        found |= {"unit": random.choice(("hours", "h", "days a week"))}
    if random.random() < 0.5:
        found |= {"system": "http://unitsofmeasure.org", "code": random.choice(("h", "d", "wk"))}
    return found


def _name(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"family": _text(random), "given": [_text(random) for _ in range(random.randint(1, 3))]}
    if random.random() < 0.5:
        found["use"] = random.choice(("official", "usual", "nickname", "old", "maiden"))
    if random.random() < 0.3:
        found["prefix"], found["suffix"] = ["Dr"], ["MCSP", "PhD"]
    if random.random() < 0.3:
        found["text"] = _text(random)
    return found


def _address(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"line": [_text(random) for _ in range(random.randint(1, 4))], "postalCode": "ZZ99 3VZ"}
    if random.random() < 0.5:
        found["use"], found["type"] = random.choice(("home", "work", "temp", "old")), "both"
    if random.random() < 0.3:
        found["period"] = _period(random)
    return found


def _telecom(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"system": random.choice(("phone", "email", "sms", "url", "other")), "value": _text(random)}
    if random.random() < 0.5:
        found["use"] = random.choice(("home", "work", "mobile"))
    if random.random() < 0.2:
        found["rank"] = random.randint(1, 3)
    return found


def _annotation(random: Random) -> dict[str, Any]:
    found: dict[str, Any] = {"text": _text(random)}
    if random.random() < 0.5:
        found["time"] = _date_time(random)
    if random.random() < 0.3:
        found["authorString"] = _text(random)
    return found


_VALUES: Mapping[str, Callable[[Random], Any]] = {
    "string": _text,
    "markdown": _text,
    "boolean": lambda random: random.random() < 0.5,
    "integer": lambda random: random.randint(-5, 500),
    "positiveInt": lambda random: random.randint(1, 50),
    "decimal": lambda random: random.choice((0.5, 3, 12.25)),
    "date": _date,
    "dateTime": _date_time,
    "instant": _instant,
    "uri": lambda random: f"urn:uuid:0f4ba1f0-0000-4000-8000-{random.randint(0, 10**12 - 1):012}",
    "canonical": lambda random: (
        f"https://trust.example.org/fhir/Questionnaire/{random.randint(1, 9)}|1.{random.randint(0, 9)}"
    ),
    "code": lambda random: random.choice(("alpha", "beta-2")),
    "Coding": _coding,
    "CodeableConcept": _concept,
    "Identifier": _identifier,
    "Period": _period,
    "Quantity": _quantity,
    "Duration": lambda random: {
        "value": random.randint(1, 60),
        "unit": "min",
        "system": "http://unitsofmeasure.org",
        "code": "min",
    },
    "Range": lambda random: {"low": {"value": 1, "unit": "h"}, "high": {"value": random.randint(2, 9), "unit": "h"}},
    "HumanName": _name,
    "Address": _address,
    "ContactPoint": _telecom,
    "Annotation": _annotation,
    "Timing": lambda random: {"repeat": {"frequency": random.randint(1, 3), "period": 1, "periodUnit": "wk"}},
    "Attachment": lambda random: {
        "contentType": "text/plain",
        "data": "Tm8gaGVhdnkgbGlmdGluZw==",
        "title": _text(random),
    },
}
