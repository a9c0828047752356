"""What the examples use of what the guide defines: the one count behind the site's pages and the coverage test.

A **profile** is used by a resource (alone or in a Bundle) that names it in ``meta.profile``; an **extension** by an element
that carries its ``url``; a **form** by a response that names it in ``questionnaire``.

A **code** is used when an example says it, in one of three ways, whatever the code system:

1. as a ``Coding``: an element with its ``system`` and its ``code``;
2. as the ``valueCode`` of an extension whose definition binds that value to a value set with the code (a ``code`` has no
   system of its own, https://hl7.org/fhir/R4/datatypes.html#code);
3. as a question: the response to a form has an item, answered or with answered items below it, and the form's item with the
   same ``linkId`` carries the code (https://hl7.org/fhir/R4/questionnaire-definitions.html#Questionnaire.item.code).

Code systems, value sets, maps and forms do not use a code by defining, listing or mapping it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from vrfhir.profiles import CANONICAL

__all__ = ["Code", "Places", "canonicals_in", "codes_in", "every_object", "own_codes", "places"]

Json = dict[str, Any]
Code = tuple[str, str]
"""(system, code)"""


@dataclass(frozen=True)
class Places:
    """Where a code stands without its system."""

    extensions: Mapping[str, frozenset[Code]]
    """Extension with a ``valueCode`` → the codes of its value set."""
    questions: Mapping[str, Mapping[str, tuple[Code, ...]]]
    """Form → ``linkId`` → the codes of the item."""


def places(artefacts: Iterable[Json]) -> Places:
    """Read them from extensions, value sets, code systems and forms."""
    found = {each["url"]: each for each in artefacts if "url" in each}
    extensions: dict[str, frozenset[Code]] = {}
    questions: dict[str, dict[str, tuple[Code, ...]]] = {}
    for url, each in found.items():
        if each["resourceType"] == "StructureDefinition" and each["type"] == "Extension":
            for element in each["snapshot"]["element"]:
                if element["id"] == "Extension.value[x]" and [one["code"] for one in element["type"]] == ["code"]:
                    value_set = element.get("binding", {}).get("valueSet", "").partition("|")[0]
                    extensions[url] = frozenset(_codes_of(found.get(value_set), found))
        elif each["resourceType"] == "Questionnaire":
            questions[url] = {
                item["linkId"]: tuple((one["system"], one["code"]) for one in item.get("code", ()))
                for item in _items(each)
            }
    return Places(extensions, questions)


def own_codes(system: Json) -> list[str]:
    """Every code that a CodeSystem defines, those below others included."""
    return [each["code"] for each in _below(system.get("concept", ()), "concept")]


def canonicals_in(resource: Json) -> set[str]:
    """Our profiles, extensions and forms that a resource uses, without versions."""
    found: set[str] = set()
    for holder in every_object(resource):
        meta = holder.get("meta")
        named = list(meta.get("profile", ())) if isinstance(meta, dict) else []
        named += [holder.get("url"), holder.get("questionnaire"), holder.get("instantiatesCanonical")]
        for each in named:
            for canonical in each if isinstance(each, list) else [each]:
                if isinstance(canonical, str) and canonical.startswith(CANONICAL):
                    found.add(canonical.partition("|")[0])
    return found


def codes_in(resource: Json, where: Places) -> set[Code]:
    """The codes that a resource says."""
    found: set[Code] = set()
    for holder in every_object(resource):
        system, code, url = holder.get("system"), holder.get("code"), holder.get("url")
        if isinstance(system, str) and isinstance(code, str):
            found.add((system, code))
        if isinstance(url, str) and url in where.extensions:
            found |= {each for each in where.extensions[url] if each[1] == holder.get("valueCode")}
        if holder.get("resourceType") == "QuestionnaireResponse":
            asked = where.questions.get(str(holder.get("questionnaire", "")).partition("|")[0], {})
            for item in _items(holder):
                if item.get("answer") or item.get("item"):
                    found.update(asked.get(item["linkId"], ()))
    return found


def every_object(value: Any) -> Iterator[Json]:
    """A value and everything below it, objects only."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from every_object(each)
    elif isinstance(value, list):
        for each in value:
            yield from every_object(each)


def _codes_of(value_set: Json | None, artefacts: Mapping[str, Json]) -> Iterator[Code]:
    for include in (value_set or {}).get("compose", {}).get("include", ()):
        system = include["system"]
        listed = [each["code"] for each in include.get("concept", ())]
        for code in listed or own_codes(artefacts.get(system, {})):
            yield system, code


def _items(holder: Json) -> Iterator[Json]:
    for item in _below(holder.get("item", ()), "item"):
        yield item
        for answer in item.get("answer", ()):
            yield from _items(answer)


def _below(rows: Iterable[Json], name: str) -> Iterator[Json]:
    for each in rows:
        yield each
        yield from _below(each.get(name, ()), name)
