"""All definitions a validation, mapping or server process may ask for, by canonical.

>>> Definitions.default().type("Patient")["kind"]
'resource'
>>> Definitions.default().fields("Patient.contact")["name"].path
'HumanName'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from vrfhir.definitions.fields import Field, fields_of
from vrfhir.definitions.layers import CORE_VERSION, Layer, PackageLayer, ResourceLayer, StoreLayer, version_fits
from vrfhir.definitions.package import INDEX_NAME, open_package
from vrfhir.definitions.snapshots import generate_snapshot
from vrfhir.definitions.sources import DATA_FOLDER, SOURCES
from vrfhir.errors import DefinitionError
from vrfhir.issues import Issue

__all__ = ["CORE_CANONICAL", "Definitions"]

Json = dict[str, Any]

CORE_CANONICAL = "http://hl7.org/fhir/StructureDefinition/"
_VR_PACKAGE = Path(__file__).parent.parent / "profiles" / "package"
_NO_FIELDS: Mapping[str, Field] = MappingProxyType({})


class Definitions:
    """Immutable: ``with_…`` returns a new one that asks the added source first."""

    def __init__(self, layers: Iterable[Layer], issues: Iterable[Issue] = ()) -> None:
        self._layers = tuple(layers)
        self.issues = tuple(issues)
        """What is questionable about the loaded packages: dependencies that are not loaded."""
        self._found: dict[tuple[str, str], Json | None] = {}
        self._generated: dict[str, Json] = {}
        self._fields: dict[str, Mapping[str, Mapping[str, Field]]] = {}

    @classmethod
    def default(cls) -> Definitions:
        """R4 core, HL7 terminology and extensions, UK Core and the VR package as shipped. Cached; nothing is read before
        it is asked for.
        """
        return _default()

    def with_package(self, path_or_spec: str | Path) -> Definitions:
        """These definitions with a FHIR package (``.tgz``, folder, ``id#version`` in ``~/.fhir/packages``) before them.

        Raises :class:`vrfhir.errors.UnreadableError` or :class:`vrfhir.errors.DefinitionError`.
        """
        layer = PackageLayer(open_package(path_or_spec))
        loaded = {each.label.partition("#")[0] for each in self._layers}
        missing = sorted(set(layer.package.dependencies) - loaded)
        issues = [_missing_dependency(layer.label, name, layer.package.dependencies[name]) for name in missing]
        return Definitions((layer, *self._layers), (*self.issues, *issues))

    def with_resources(self, resources: Iterable[Json]) -> Definitions:
        """These definitions with further conformance resources before them. Resources without a ``url`` are ignored."""
        return Definitions((ResourceLayer(resources), *self._layers), self.issues)

    def structure(self, canonical: str) -> Json | None:
        """The StructureDefinition of a canonical (``url`` or ``url|version``), None when it is unknown.

        It has a ``snapshot``, generated when the definition came with its ``differential`` only; without one it comes
        when its base is not known either.
        """
        found = self.resource(canonical, "StructureDefinition")
        if found is None or "snapshot" in found:
            return found
        if canonical not in self._generated:
            self._generated[canonical] = found  # a base that leads back here finds no snapshot
            self._generated[canonical] = generate_snapshot(found, self._with_snapshot) or found
        return self._generated[canonical]

    def _with_snapshot(self, canonical: str) -> Json | None:
        found = self.structure(canonical) if canonical else None
        return found if found is not None and "snapshot" in found else None

    def snapshot(self, canonical: str) -> list[Json]:
        """The snapshot elements of a StructureDefinition. Raises :class:`DefinitionError` when there are none."""
        definition = self.structure(canonical)
        if definition is None:
            raise DefinitionError(_unknown(canonical))
        if "snapshot" not in definition:
            raise DefinitionError(_no_snapshot(canonical))
        elements: list[Json] = definition["snapshot"]["element"]
        return elements

    def type(self, name: str) -> Json | None:
        """The StructureDefinition of a base type or resource, by its name (``Patient``, ``HumanName``, ``string``)."""
        return self.structure(name if "/" in name or ":" in name else CORE_CANONICAL + name)

    def resource(self, canonical: str, resource_type: str = "") -> Json | None:
        """Any conformance resource by canonical, of one type when that is given. None when it is unknown.

        The result is shared: do not change it.
        """
        key = (canonical, resource_type)
        if key not in self._found:
            self._found[key] = self._find(canonical, resource_type)
        return self._found[key]

    def _find(self, canonical: str, resource_type: str) -> Json | None:
        if resource_type == "StructureDefinition" and canonical.startswith(CORE_CANONICAL):
            found = self._base_type(canonical)
            if found is not None:
                return found
        url, bar, version = canonical.partition("|")
        # Some of HL7's v2 code systems have a bar in their url, so the whole text is tried first.
        wanted = ((canonical, ""), (url, version)) if bar else ((url, ""),)
        for layer in self._layers:
            for name, asked in wanted:
                for candidate in layer.find(name):
                    if resource_type in ("", candidate.resource_type) and version_fits(asked, candidate.version):
                        return candidate.load()
        if version == CORE_VERSION and resource_type != "StructureDefinition":
            # R4 core binds HL7's v2 and v3 value sets by its own version, which they do not carry themselves.
            return self._find(url, resource_type)
        return None

    def _base_type(self, url: str) -> Json | None:
        """R4's own definition of one of its types: nothing else that is shipped has such a canonical, only callers may."""
        for layer in self._layers:
            if isinstance(layer, StoreLayer):
                break
            if any(True for _ in layer.find(url)):
                return None
        core = self._layers[-1] if self._layers else None
        return core.base_type(url) if isinstance(core, StoreLayer) else None

    def canonicals(self, resource_type: str) -> Iterator[str]:
        """The canonical urls of all known resources of a type, each once."""
        return iter(dict.fromkeys(url for layer in self._layers for url in layer.canonicals(resource_type)))

    def fields(self, type_path: str) -> Mapping[str, Field]:
        """The children of a type or backbone by JSON name without type suffix; empty when the path is unknown."""
        root = type_path.partition(".")[0]
        if root not in self._fields:
            definition = self.type(root)
            if definition is None:
                self._fields[root] = {}
            elif "snapshot" not in definition:
                raise DefinitionError(_no_snapshot(root))
            else:
                rows = fields_of(definition)
                base = min(rows, default=root, key=len)
                self._fields[root] = {root + path.removeprefix(base): children for path, children in rows.items()}
        return self._fields[root].get(type_path, _NO_FIELDS)

    def resource_types(self) -> frozenset[str]:
        """The names of all concrete R4 resource types."""
        stores = [layer for layer in self._layers if isinstance(layer, StoreLayer)]
        return frozenset(stores[-1].resource_types() if stores else ())  # R4 core is asked last

    def search_parameters(self, resource_type: str) -> list[Json]:
        """SearchParameters that apply to a resource type, those of ``DomainResource`` and ``Resource`` included."""
        bases = [resource_type]
        definition = self.type(resource_type)
        while definition is not None:
            above = str(definition.get("baseDefinition", ""))
            name = above.rpartition("/")[2]
            if not name or name in bases:
                break
            bases.append(name)
            definition = self.structure(above)
        return [row for base in bases for layer in self._layers for row in layer.search_parameters(base)]

    @property
    def sources(self) -> tuple[str, ...]:
        """``name#version`` of every source, the one asked first in front."""
        return tuple(layer.label for layer in self._layers)


@cache
def _default() -> Definitions:
    layers: list[Layer] = []
    if (_VR_PACKAGE / INDEX_NAME).is_file():
        layers.append(PackageLayer(open_package(_VR_PACKAGE)))
    layers += [StoreLayer(DATA_FOLDER / source.facts_file, source.label) for source in reversed(SOURCES)]
    return Definitions(layers)


def _missing_dependency(package: str, name: str, version: str) -> Issue:
    return Issue(
        "warning",
        "not-found",
        "VR-DEF-0003",
        f"Package {package} depends on {name}#{version}, which is not loaded.",
        hint="Load that package first; what refers to it cannot be checked.",
        source=package,
    )


def _unknown(canonical: str) -> Issue:
    text = f"The StructureDefinition {canonical} is not known."
    return Issue("fatal", "not-found", "VR-DEF-0004", text, hint="Load the package that defines it.")


def _no_snapshot(canonical: str) -> Issue:
    text = f"The StructureDefinition {canonical} has no snapshot."
    return Issue("fatal", "not-supported", "VR-DEF-0005", text, hint="Give it with a snapshot.")
