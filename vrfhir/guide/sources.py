"""What the guide is made of: artefacts, stories, invalid examples – read once, with who uses what."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from vrfhir.definitions import Definitions
from vrfhir.guide.usage import canonicals_in, codes_in, places
from vrfhir.profiles import CANONICAL, PACKAGE
from vrfhir.terminology import Terminology

__all__ = ["Example", "Guide", "Invalid", "Json", "Message", "Story", "own_rules", "read_guide", "title_of"]

Json = dict[str, Any]


@dataclass(frozen=True)
class Example:
    """One FHIR resource of a story."""

    story: str
    name: str
    resource: Json

    @property
    def page(self) -> str:
        return f"example-{self.story}-{self.name}.html"

    @property
    def title(self) -> str:
        return f"{self.name.replace('-', ' ')} ({self.story.replace('-', ' ')})"


@dataclass(frozen=True)
class Message:
    """One HL7 v2 message of a story."""

    story: str
    name: str
    text: str

    @property
    def page(self) -> str:
        return f"message-{self.story}-{self.name}.html"


@dataclass(frozen=True)
class Story:
    """A folder of examples that tell of one person."""

    name: str
    readme: str
    examples: tuple[Example, ...]
    messages: tuple[Message, ...]

    @property
    def page(self) -> str:
        return f"story-{self.name}.html"

    @property
    def title(self) -> str:
        first = self.readme.lstrip().partition("\n")[0]
        return first.lstrip("# ").strip() if first.startswith("#") else self.name.replace("-", " ").capitalize()


@dataclass(frozen=True)
class Invalid:
    """An example with one change, and the rule that it breaks."""

    file: str
    rule: str
    severity: str
    element: str
    profile: str
    source: str
    change: list[Json]
    resource: Json

    @property
    def page(self) -> str:
        return f"invalid-{self.file.removesuffix('.json')}.html"


@dataclass
class Guide:
    """Everything the pages are made from."""

    version: str
    resources: tuple[Json, ...]
    stories: tuple[Story, ...]
    invalid: tuple[Invalid, ...]
    definitions: Definitions
    terminology: Terminology = field(init=False)

    def __post_init__(self) -> None:
        self.terminology = Terminology(self.definitions)
        self.resource_types = self.definitions.resource_types()
        self.by_url = {each["url"]: each for each in self.resources if "url" in each}

    def of_type(self, *resource_types: str) -> list[Json]:
        """The artefacts of some types, by title."""
        found = [each for each in self.resources if each["resourceType"] in resource_types]
        return sorted(found, key=lambda each: title_of(each).casefold())

    @property
    def profiles(self) -> list[Json]:
        return [each for each in self.of_type("StructureDefinition") if each["type"] != "Extension"]

    @property
    def extensions(self) -> list[Json]:
        return [each for each in self.of_type("StructureDefinition") if each["type"] == "Extension"]

    @property
    def examples(self) -> Iterator[Example]:
        return (example for story in self.stories for example in story.examples)

    def artefact(self, canonical: str) -> Json | None:
        """One of our artefacts by canonical, with or without a version."""
        return self.by_url.get(canonical) or self.by_url.get(canonical.partition("|")[0])

    @cached_property
    def uses(self) -> dict[str, list[Example]]:
        """Profile, extension and questionnaire canonicals → the examples that use them."""
        return self._used[0]

    @cached_property
    def codes_used(self) -> dict[tuple[str, str], list[Example]]:
        """(system, code) → the examples that say it."""
        return self._used[1]

    @cached_property
    def _used(self) -> tuple[dict[str, list[Example]], dict[tuple[str, str], list[Example]]]:
        canonicals: dict[str, dict[str, Example]] = defaultdict(dict)
        codes: dict[tuple[str, str], dict[str, Example]] = defaultdict(dict)
        where = places(self.resources)
        for example in self.examples:
            for canonical in canonicals_in(example.resource):
                canonicals[canonical][example.page] = example
            for code in codes_in(example.resource, where):
                codes[code][example.page] = example
        return (
            {key: list(rows.values()) for key, rows in canonicals.items()},
            {code: list(rows.values()) for code, rows in codes.items()},
        )

    def broken_by(self, profile: str, rule: str = "") -> list[Invalid]:
        """The invalid examples of a profile, all or those of one rule."""
        return [each for each in self.invalid if each.profile == profile and rule in ("", each.rule)]


def title_of(resource: Json) -> str:
    """What people call an artefact; a search parameter by its code and where it searches."""
    if resource["resourceType"] == "SearchParameter":
        return f"{resource.get('code', resource['id'])} on {', '.join(resource.get('base', ()))}"
    return str(resource.get("title") or resource.get("name") or resource.get("id", ""))


def own_rules(structure: Json) -> list[tuple[Json, list[str]]]:
    """The invariants that a profile adds, each once, with the ids of the elements that it stands on."""
    found: dict[str, tuple[Json, list[str]]] = {}
    for element in structure["snapshot"]["element"]:
        for rule in element.get("constraint", ()):
            if rule.get("source") == structure["url"] and structure["url"].startswith(CANONICAL):
                found.setdefault(rule["key"], (rule, []))[1].append(element["id"])
    return list(found.values())


def read_guide(examples: Path, conformance: Path, artefacts: Path = PACKAGE) -> Guide:
    """Read artefacts, stories (``examples/<story>/fhir/*.json``, ``hl7v2/*.hl7``) and ``conformance/invalid``."""
    resources = [_json(path) for path in sorted(artefacts.glob("*-*.json"))]
    version = str(_json(artefacts / "package.json")["version"])
    stories = [_story(folder) for folder in sorted(examples.iterdir()) if (folder / "fhir").is_dir()]
    index = conformance / "invalid" / "index.json"
    rows = _json(index)["examples"] if index.is_file() else []
    definitions = Definitions.default().with_resources(resources)
    invalid = [_invalid(row, index.parent) for row in rows]
    return Guide(version, tuple(resources), tuple(stories), tuple(invalid), definitions)


def _story(folder: Path) -> Story:
    readme = folder / "README.md"
    examples = [Example(folder.name, path.stem, _json(path)) for path in sorted((folder / "fhir").glob("*.json"))]
    messages = [
        Message(folder.name, path.stem, path.read_text(encoding="utf-8", errors="replace"))
        for path in sorted((folder / "hl7v2").glob("*.hl7"))
    ]
    text = readme.read_text(encoding="utf-8") if readme.is_file() else ""
    return Story(folder.name, text, tuple(examples), tuple(messages))


def _invalid(row: Json, folder: Path) -> Invalid:
    file, rule, severity, element, profile = (
        str(row[key]) for key in ("file", "rule", "severity", "element", "profile")
    )
    return Invalid(file, rule, severity, element, profile, row["from"], row["change"], _json(folder / file))


def _json(path: Path) -> Json:
    found: Json = json.loads(path.read_text(encoding="utf-8"))
    return found
