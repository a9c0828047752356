"""References inside a Bundle, by the rules of https://hl7.org/fhir/R4/bundle.html#references.

A reference is ``#id`` (contained), absolute (a URL, ``urn:uuid:``, ``urn:oid:``) or relative (``Patient/1``). A relative
one is completed with the base of the fullUrl of the entry it stands in, when that fullUrl is a RESTful URL; a version
(``/_history/2``) must match ``meta.versionId``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

__all__ = ["BundleIndex", "Reference", "Resolved", "contained", "parse_reference"]

Json = dict[str, Any]

_RESTFUL = re.compile(
    r"(?P<base>(?:https?|urn:[a-z0-9-]+)://?[^#?|]*?/|)(?P<type>[A-Z][A-Za-z]+)/(?P<id>[A-Za-z0-9\-.]{1,64})"
    r"(?:/_history/(?P<version>[A-Za-z0-9\-.]{1,64}))?(?:#(?P<fragment>[A-Za-z0-9\-.]+))?\Z"
)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")


class Reference(NamedTuple):
    """A reference taken apart. ``base`` is empty for a relative one; ``type`` and ``id`` are when it is not RESTful."""

    text: str
    base: str = ""
    type: str = ""
    id: str = ""
    version: str = ""
    fragment: str = ""

    @property
    def is_contained(self) -> bool:
        """True for ``#id``."""
        return self.text.startswith("#")

    @property
    def is_absolute(self) -> bool:
        """True when it starts with a scheme."""
        return _ABSOLUTE.match(self.text) is not None

    @property
    def unversioned(self) -> str:
        """The reference without version and fragment."""
        if self.type:
            return f"{self.base}{self.type}/{self.id}"
        return self.text.partition("#")[0]


class Resolved(NamedTuple):
    """What a reference leads to: the resource and, unless it is contained, the number and fullUrl of its entry."""

    resource: Json
    entry: int | None = None
    full_url: str = ""


def parse_reference(text: str) -> Reference:
    """Take a ``Reference.reference`` apart."""
    found = _RESTFUL.match(text)
    if found is None:
        return Reference(text, fragment=text.partition("#")[2])
    parts = found.groupdict(default="")
    return Reference(text, parts["base"], parts["type"], parts["id"], parts["version"], parts["fragment"])


def contained(resource: Json, reference: str) -> Json | None:
    """The contained resource of a ``#id`` reference; ``#`` alone is the container itself."""
    wanted = reference.removeprefix("#")
    if not wanted:
        return resource
    inner = resource.get("contained")
    for each in inner if isinstance(inner, list) else ():
        if isinstance(each, dict) and each.get("id") == wanted:
            return each
    return None


class BundleIndex:
    """The entries of a Bundle by fullUrl, for resolving many references."""

    def __init__(self, bundle: Json) -> None:
        self._by_url: dict[str, list[Resolved]] = {}
        self._by_type_and_id: dict[tuple[str, str], list[Resolved]] = {}
        for number, full_url, resource in _entries(bundle):
            resolved = Resolved(resource, number, full_url)
            if full_url:
                self._by_url.setdefault(parse_reference(full_url).unversioned, []).append(resolved)
            key = (str(resource.get("resourceType", "")), str(resource.get("id", "")))
            self._by_type_and_id.setdefault(key, []).append(resolved)

    def resolve(self, reference: str, *, full_url: str = "", container: Json | None = None) -> Resolved | None:
        """What a reference in the entry with ``full_url`` leads to, None when that is not in the Bundle.

        ``container`` is the resource the reference stands in, for ``#id``.
        """
        found = self.candidates(reference, full_url=full_url, container=container)
        return found[0] if found else None

    def candidates(self, reference: str, *, full_url: str = "", container: Json | None = None) -> list[Resolved]:
        """All entries a reference could mean; more than one is a fault of the Bundle unless versions tell them apart."""
        if reference.startswith("#"):
            inner = contained(container, reference) if container is not None else None
            return [] if inner is None else [Resolved(inner)]
        parsed = parse_reference(reference)
        found = self._by_url.get(self._target(parsed, full_url), [])
        if parsed.version:
            found = [each for each in found if _version(each.resource) == parsed.version]
        return found

    def by_type_and_id(self, reference: str) -> list[Resolved]:
        """Entries with the type and id of a reference whatever their fullUrl: not resolvable, but probably meant."""
        parsed = parse_reference(reference)
        return self._by_type_and_id.get((parsed.type, parsed.id), []) if parsed.type else []

    def _target(self, parsed: Reference, full_url: str) -> str:
        if parsed.is_absolute or not parsed.type:
            return parsed.unversioned
        return parse_reference(full_url).base + parsed.unversioned


def _entries(bundle: Json) -> Iterator[tuple[int, str, Json]]:
    entries = bundle.get("entry")
    for number, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
            full_url = entry.get("fullUrl")
            yield number, full_url if isinstance(full_url, str) else "", entry["resource"]


def _version(resource: Json) -> str:
    meta = resource.get("meta")
    return str(meta.get("versionId", "")) if isinstance(meta, dict) else ""
