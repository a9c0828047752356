"""The cases of a seed: what is grown, what is changed in it, in JSON or XML, with which settings."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from mutants.operators import OPERATORS, Subject
from mutants.text import TEXT_OPERATORS

from instances.artefacts import ARTEFACTS, measure_report
from instances.bundles import bundle
from instances.chance import Chance
from instances.filling import Filler
from instances.forms import answers, questionnaire
from instances.markup import XML_CHANGES
from instances.profiling import profile
from vrfhir.definitions import Definitions
from vrfhir.fhir import xml

__all__ = ["Case", "cases"]

Json = dict[str, Any]
WEIGHTS = {
    "type": 34,
    "uk-core": 7,
    "vr": 7,
    "profile": 16,
    "answers": 14,
    "questionnaire": 4,
    "bundle": 10,
    "measure-report": 2,
}
ARTEFACT_WEIGHT = 12
RICHNESS = (0.0, 0.12, 0.25, 0.45)
SETTINGS: tuple[Json, ...] = ({"security-checks": True}, {"best-practice": "Warning"}, {"best-practice": "Error"}, {"examples": False}, {"noHtmlInMarkdown": True}, {"assumeValidRestReferences": True},
                              {"best-practice": "Hint"})  # fmt: skip
NEVER = ("huge-text",)
"""Changes that make a case too long for a record."""


class Case(NamedTuple):
    """One resource to validate: ``identity`` says what it was and what was done to it; ``supporting`` are definitions that go with
    it, ``profile`` one it is validated against, ``options`` the settings."""

    identity: str
    content: bytes
    form: str
    supporting: tuple[bytes, ...] = ()
    profile: bytes | None = None
    options: Json = {}  # noqa: RUF012 never changed

    @property
    def digest(self) -> str:
        """Enough of SHA-256 to tell a changed case."""
        sha = hashlib.sha256(json.dumps([self.form, self.options], sort_keys=True).encode())
        for part in (self.content, *self.supporting, self.profile or b""):
            sha.update(hashlib.sha256(part).digest())
        return sha.hexdigest()[:16]


def cases(seed: str, count: int, only: str = "") -> Iterator[Case]:
    """The first ``count`` cases of a seed, all different from those of any other seed; of one sort (``profile``) when that is said."""
    for number in range(count):
        yield _case(seed, number, only)


def _case(seed: str, number: int, only: str) -> Case:
    chance = Chance(f"{seed}/{number}")
    sort = only or _sort(chance)
    name, resource, supporting, constraint = _grown(sort, chance)
    changes = []
    for _ in range(chance.one((0, 1, 1, 1, 1, 2, 3))):
        changes.append(_changed(resource, sort, chance))
    options = dict(chance.one(SETTINGS)) if chance.yes(0.06) else {}
    form = "xml" if chance.yes(0.35) else "json"
    content = _dump(resource)
    if form == "xml":
        written = _xml(resource)
        if written is None:
            form = "json"
        else:
            content = written
            if chance.yes(0.4):
                change = chance.one(list(XML_CHANGES))
                content = XML_CHANGES[change](written.decode(), chance).encode()
                changes.append(change)
    elif chance.yes(0.03):
        change = chance.one(list(TEXT_OPERATORS))
        content = TEXT_OPERATORS[change](content.decode("utf-8", "surrogatepass"), chance.source).encode(
            "utf-8", "surrogatepass"
        )
        changes.append(change)
    identity = f"{seed}/{number}:{name}~{'+'.join(one for one in changes if one) or 'unchanged'}"
    return Case(
        identity, content, form, tuple(map(_dump, supporting)), _dump(constraint) if constraint else None, options
    )


def _sort(chance: Chance) -> str:
    pick = chance.source.random() * (sum(WEIGHTS.values()) + ARTEFACT_WEIGHT)
    for name, weight in WEIGHTS.items():
        pick -= weight
        if pick < 0:
            return name
    return chance.one(list(ARTEFACTS))


@cache
def _types() -> tuple[str, ...]:
    return tuple(sorted(Definitions.default().resource_types()))


@cache
def _profiles(prefix: str) -> tuple[str, ...]:
    definitions = Definitions.default()
    found = (one for one in definitions.canonicals("StructureDefinition") if one.startswith(prefix))
    return tuple(
        sorted(
            one
            for one in found
            if (definitions.structure(one) or {}).get("type") != "Extension"
            and (definitions.structure(one) or {}).get("kind") == "resource"
        )
    )


def _grown(sort: str, chance: Chance) -> tuple[str, Json, list[Json], Json | None]:
    if sort == "type":
        name = chance.one(_types())
        return name, Filler(chance, chance.one(RICHNESS)).resource(name), [], None
    if sort in ("uk-core", "vr"):
        url = chance.one(_profiles("https://fhir.hl7.org.uk/" if sort == "uk-core" else "https://vrfhir.org/fhir/"))
        return url.rpartition("/")[2], Filler(chance, chance.one(RICHNESS)).resource(url), [], None
    if sort == "profile":
        constraint, resource = profile(chance)
        return f"profile-{constraint['type']}", resource, [], constraint
    if sort in ("answers", "questionnaire"):
        form = questionnaire(chance)
        return (sort, form, [], None) if sort == "questionnaire" else (sort, answers(form, chance), [form], None)
    if sort == "bundle":
        made = bundle(chance)
        return f"bundle-{made['type']}", made, [], None
    if sort == "measure-report":
        report, about = measure_report(chance)
        return sort, report, [about], None
    return sort, ARTEFACTS[sort](chance), [], None


def _changed(resource: Json, sort: str, chance: Chance) -> str:
    subject = Subject(resource, chance.source)
    fitting = [
        one
        for one in OPERATORS.values()
        if one.name not in NEVER and (not one.only or resource.get("resourceType") in one.only)
    ]
    special = [one for one in fitting if one.only]
    operator = chance.one(special) if special and chance.yes(0.5) else chance.one(fitting)
    before = copy.deepcopy(resource)
    try:
        changed = operator.change(subject)
    except (
        AttributeError,
        TypeError,
        ValueError,
        KeyError,
        IndexError,
    ):  # something changed before left no place for it
        changed = False
        resource.clear()
        resource.update(before)
    return operator.name if changed else ""


def _dump(resource: Json) -> bytes:
    return json.dumps(resource, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def _xml(resource: Json) -> bytes | None:
    """The resource as XML; None when what was done to it cannot be written so."""
    try:
        return xml.serialize(copy.deepcopy(resource), Definitions.default().fields)
    except Exception:
        return None
