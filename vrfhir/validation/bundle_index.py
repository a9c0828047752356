"""The entries of a Bundle by fullUrl, and what references between them lead to.

https://hl7.org/fhir/R4/bundle.html#references
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from vrfhir.validation.paths import Location
from vrfhir.validation.primitives import is_absolute
from vrfhir.validation.references import Target

if TYPE_CHECKING:
    from vrfhir.validation.scope import Scope

__all__ = ["BundleIndex"]

Json = dict[str, Any]


class BundleIndex:
    """The entries of a Bundle by fullUrl."""

    __slots__ = (
        "_bases",
        "_holders",
        "_targets",
        "by_identity",
        "by_url",
        "by_version",
        "entries",
        "location",
        "silent",
        "type",
    )

    def __init__(self, bundle: Json, location: Location) -> None:
        self.type = str(bundle.get("type", ""))
        self.location = location
        listed = bundle.get("entry")
        self.entries: list[Json] = (
            [each for each in listed if isinstance(each, dict)] if isinstance(listed, list) else []
        )
        self._holders: dict[int, int] | None = None
        self._bases: dict[int, str | None] = {}
        self._targets: dict[tuple[str | None, str], Target | None] = {}
        self.silent: dict[tuple[str, str, int], Sequence[Json]] = {}
        """References that nothing is to be said of, by the base they are completed with and the types they may lead to."""
        self.by_url: dict[str, int] = {}
        self.by_version: dict[str, int] = {}
        self.by_identity: dict[tuple[Any, Any], list[int]] = {}
        for at, entry in enumerate(self.entries):
            resource = entry.get("resource")
            if isinstance(resource, dict) and isinstance(resource.get("id"), str):
                self.by_identity.setdefault((str(resource.get("resourceType")), resource["id"]), []).append(at)
            url = entry.get("fullUrl")
            if isinstance(url, str) and isinstance(entry.get("resource"), dict):
                self.by_url.setdefault(url, at)
                version = (
                    (entry["resource"].get("meta") or {}).get("versionId")
                    if isinstance(entry["resource"].get("meta"), dict)
                    else None
                )
                if version:
                    self.by_version.setdefault(f"{url}/_history/{version}", at)

    def full_url(self, at: int) -> str | None:
        """The fullUrl of an entry."""
        url = self.entries[at].get("fullUrl") if 0 <= at < len(self.entries) else None
        return url if isinstance(url, str) else None

    def base(self, at: int) -> str | None:
        """What completes relative references in an entry: the same for all entries of one server; None without fullUrl."""
        try:
            return self._bases[at]
        except KeyError:
            url = self.full_url(at)
            base = None if url is None else _base(url)
            self._bases[at] = base
            return base

    def resource_location(self, at: int) -> Location:
        """Where the resource of an entry stands."""
        return ((self.location, "entry", "entry", at), "resource", "resource", -1)

    def entry_of(self, holder: Any) -> int:
        """The number of the entry that an object stands in, -1 for none."""
        if self._holders is None:
            self._holders = {}
            for at, entry in enumerate(self.entries):
                waiting: list[Any] = [entry]
                while waiting:
                    value = waiting.pop()
                    if type(value) is dict:
                        self._holders[id(value)] = at
                        waiting.extend(value.values())
                    elif type(value) is list:
                        waiting.extend(value)
        return self._holders.get(id(holder), -1)

    def find(self, source: int, reference: str) -> Target | None:
        """The entry a reference in entry ``source`` leads to."""
        key = (self.base(source), reference)
        try:
            return self._targets[key]
        except KeyError:
            at = self.lookup(self.full_url(source), reference)
            found = self._targets[key] = (
                None if at is None else Target(self.entries[at]["resource"], "bundled", self.resource_location(at), at)
            )
            return found

    def lookup(self, full_url: str | None, reference: str) -> int | None:
        """The number of the entry that a reference beside a fullUrl leads to."""
        target = self.absolute(full_url, reference)
        if target is None:
            return None
        if "/_history/" in target:
            return self.by_version.get(target)
        return self.by_url.get(target)

    def absolute(self, full_url: str | None, reference: str) -> str | None:
        """A reference completed by the base of the fullUrl it stands beside; None when there is no base."""
        if is_absolute(reference):
            return reference
        if full_url is None or reference.count("/") not in (1, 3):
            return None
        base = _base(full_url)
        return base + (reference.split("/")[1] if full_url.startswith("urn") else reference) if base else None

    def check_reference(self, scope: Scope, reference: str, location: Location) -> None:
        """What can be said about a reference that must be completed with a fullUrl."""
        full_url = self.full_url(scope.entry)
        if (
            full_url is None
            and 0 <= scope.entry < len(self.entries)
            and self.type not in ("batch-response", "transaction-response")
        ):
            place = (self.location, "entry", "entry", scope.entry)
            scope.report("Bundle_BUNDLE_Entry_NoFullUrl", place)
            if reference.startswith("urn"):
                scope.report("Bundle_BUNDLE_Not_Local", location, found=reference)
            elif not is_absolute(reference):
                scope.report("Bundle_BUNDLE_FullUrl_Missing", location)
            return
        found = self.find(scope.entry, reference)
        if found is not None:
            actual = found.resource.get("resourceType")
            if reference.partition("/")[0] != actual and not is_absolute(reference):
                scope.report("Reference_REF_ResourceType", location, found=actual)
            return
        if reference.startswith("urn"):
            scope.report("Bundle_BUNDLE_Not_Local", location, found=reference)
        if is_absolute(reference):
            return
        if reference.count("/") not in (1, 3):
            _say_form(scope, self.type, reference, location)
        for at in self.by_type_and_id(reference.partition("/_history/")[0]):
            near = self.full_url(at)
            rule = "BUNDLE_BUNDLE_POSSIBLE_MATCH_NO_FU" if near is None else "BUNDLE_BUNDLE_POSSIBLE_MATCH_WRONG_FU"
            scope.report(rule, location, found=reference, near=near or at)

    def by_type_and_id(self, reference: str) -> list[int]:
        """Entries whose resource has the type and id of a relative reference, whatever their fullUrl."""
        kind, _, identity = reference.partition("/")
        return self.by_identity.get((kind, identity), [])


def _base(full_url: str) -> str:
    """The part of a fullUrl that completes what stands beside it; empty when it has none."""
    if full_url.startswith("urn"):
        return full_url.rpartition(":")[0] + ":"
    return full_url.rsplit("/", 2)[0] + "/" if full_url.count("/") >= 2 else ""


def _say_form(scope: Scope, kind: str, reference: str, location: Location) -> None:
    """A reference that no fullUrl can complete: in a transaction it may still be a search."""
    if kind not in ("transaction", "batch"):
        scope.report("Reference_REF_Format2", location, found=reference)
    elif not ("?" in reference and reference.partition("?")[0] in scope.engine.resource_types):
        scope.report("Reference_REF_Format1", location, found=reference)
