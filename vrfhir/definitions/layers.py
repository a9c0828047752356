"""Where definitions come from, one behind the other: resources given by the caller, packages, the shipped facts.

A layer answers for canonicals it has; :class:`vrfhir.definitions.Definitions` asks them in order and takes the first answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from vrfhir.definitions.facts import facts
from vrfhir.definitions.package import Package
from vrfhir.definitions.rows import texts
from vrfhir.definitions.store import FactStore

__all__ = ["CORE_VERSION", "Candidate", "Layer", "PackageLayer", "ResourceLayer", "StoreLayer", "version_fits"]

Json = dict[str, Any]

CORE_VERSION = "4.0.1"
_BASE_FLAVOURS = frozenset({"resource", "complex-type", "primitive-type", "abstract-resource", "abstract-complex-type"})


class Candidate(NamedTuple):
    """A resource that could be meant by a canonical, not read yet."""

    version: str
    resource_type: str
    load: Callable[[], Json]


class Layer(Protocol):
    """One source of definitions."""

    label: str

    def find(self, url: str) -> Iterable[Candidate]:
        """Everything with this canonical url, newest or most important first."""
        ...

    def canonicals(self, resource_type: str) -> Iterator[str]:
        """The canonical urls of all resources of a type."""
        ...

    def search_parameters(self, base: str) -> Iterable[Json]:
        """SearchParameter facts whose base is exactly this type."""
        ...


def version_fits(wanted: str, found: str) -> bool:
    """A canonical's version against a resource's: equal, or ``4.0`` for ``4.0.1``."""
    return wanted in ("", found) or (wanted.count(".") == 1 and found.startswith(wanted + "."))


class StoreLayer:
    """A file of facts shipped in the wheel; opened when it is first asked."""

    def __init__(self, path: Path, label: str) -> None:
        self._path = path
        self.label = label

    @cached_property
    def _store(self) -> FactStore:
        return FactStore(self._path)

    def find(self, url: str) -> Iterable[Candidate]:
        found = self._store.find(url)
        return [Candidate(each.version, each.group, partial(self._store.read, each)) for each in found]

    def canonicals(self, resource_type: str) -> Iterator[str]:
        return (each.url for each in self._store.entries(resource_type) if each.group == resource_type)

    def search_parameters(self, base: str) -> Iterable[Json]:
        urls = [url for entry in self._store.find(f"SearchParameter:{base}") for url in self._store.read(entry)]
        return [self._store.read(entry) for url in urls for entry in self._store.find(url)]

    def base_type(self, url: str) -> Json | None:
        """The StructureDefinition of a type (no profile, no extension), None when this source does not define it."""
        for each in self._store.find(url):
            if each.group == "StructureDefinition" and each.flavour in _BASE_FLAVOURS:
                found: Json = self._store.read(each)
                return found
        return None

    def resource_types(self) -> Iterator[str]:
        """Names of the concrete resource types this source defines."""
        return (each.name for each in self._store.entries("resource") if each.flavour == "resource")


class PackageLayer:
    """A FHIR package; its resources are parsed one by one as they are asked for."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.label = package.id
        self._by_url: dict[str, list[Any]] = {}
        for item in package.items:
            self._by_url.setdefault(item.url, []).append(item)

    def find(self, url: str) -> Iterable[Candidate]:
        return [
            Candidate(item.version, item.resource_type, partial(self._load, item)) for item in self._by_url.get(url, ())
        ]

    def canonicals(self, resource_type: str) -> Iterator[str]:
        return (item.url for item in self.package.items if item.resource_type == resource_type)

    def search_parameters(self, base: str) -> Iterable[Json]:
        parameters = (self._load(item) for item in self.package.items if item.resource_type == "SearchParameter")
        return [each for each in parameters if base in texts(each, "base")]

    def _load(self, item: Any) -> Json:
        return facts(self.package.read(item))


class ResourceLayer:
    """Resources in memory, given by the caller."""

    label = "given"

    def __init__(self, resources: Iterable[Json]) -> None:
        self._by_url: dict[str, list[Json]] = {}
        for resource in resources:
            url = resource.get("url") if isinstance(resource, dict) else None
            if isinstance(url, str) and isinstance(resource.get("resourceType"), str):
                self._by_url.setdefault(url, []).append(facts(resource))

    def find(self, url: str) -> Iterable[Candidate]:
        return [
            Candidate(str(each.get("version", "")), each["resourceType"], partial(_same, each))
            for each in reversed(self._by_url.get(url, ()))
        ]

    def canonicals(self, resource_type: str) -> Iterator[str]:
        for url, resources in self._by_url.items():
            if any(each["resourceType"] == resource_type for each in resources):
                yield url

    def search_parameters(self, base: str) -> Iterable[Json]:
        given = (each for resources in self._by_url.values() for each in resources)
        return [each for each in given if each["resourceType"] == "SearchParameter" and base in texts(each, "base")]


def _same(resource: Json) -> Json:
    return resource
