"""What one writing knows: the Bundle, the partner it is written for, the version, who refers to whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, final
from urllib.parse import quote, unquote

from vrfhir.fhir.identifiers import SYSTEMS
from vrfhir.hl7v2.reference import VERSIONS
from vrfhir.mappers.partner import Partner
from vrfhir.mappers.vocabulary import named_system, system_name
from vrfhir.mappers.writing.structures import header_of

if TYPE_CHECKING:
    from vrfhir.mappers.writing.origins import Origin

__all__ = ["Writing", "sender_of", "version_of"]

_SENDER = "https://vrfhir.org/fhir/sid/v2/"
_OLD = ("2.1", "2.2", "2.3", "2.4", "2.5")
_READ = (*VERSIONS, "2.7.1")
"""The versions a message may have had; the tables have none of their own for 2.7.1."""


def _transport(resources: Mapping[str, Mapping[str, Any]]) -> frozenset[str]:
    """What a reading of HL7 v2 added about the message itself: the original, who made the Bundle of it, and when."""
    found: set[str] = set()
    for url, resource in resources.items():
        kind = resource.get("resourceType")
        made = (
            any(name.get("name") == "vrfhir" for name in resource.get("deviceName", ())) if kind == "Device" else False
        )
        original = kind == "DocumentReference" and "urn:hash::sha256:" in str(resource.get("masterIdentifier"))
        if made or original or (kind == "Binary" and resource.get("contentType") == "application/hl7-v2+er7"):
            found.add(url)
    if found:
        for url, resource in resources.items():
            if resource.get("resourceType") != "Provenance":
                continue
            texts = {each.get("what", {}).get("reference") for each in resource.get("entity", ())}
            if texts & found:
                found.add(url)
    return frozenset(found)


def version_of(bundle: Mapping[str, Any]) -> str:
    """The version of the message that the Bundle was made of, empty when that named none; 2.5.1 when it was made of none."""
    entries = bundle.get("entry") if isinstance(bundle, Mapping) else ()
    was_message = False
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        for tag in resource.get("meta", {}).get("tag", ()) if isinstance(resource, dict) else ():
            system = str(tag.get("system", ""))
            if system.endswith("/v2-0104") and tag.get("code") in _READ:
                return str(tag["code"])
            was_message |= system.endswith("/v2-0076")
    return "" if was_message else "2.5.1"


def sender_of(bundle: Mapping[str, Any]) -> str:
    """What MSH-4 (or MSH-3) will say, which names the systems of the sender's own numbers."""
    header = header_of(bundle)
    probe = Writing(bundle, Partner.default(), "2.5.1", "unknown")
    organization = probe.original(header.get("sender")) or {}
    for identifier in organization.get("identifier", ()):
        if identifier.get("system") == "https://fhir.nhs.uk/Id/ods-organization-code":
            return str(identifier.get("value", "")) or "unknown"
    return str(organization.get("name") or header.get("source", {}).get("name") or "unknown")


@final
class Writing:
    """One Bundle on its way to HL7 v2.

    ``resources`` are working copies by full URL: what a row writes is taken out of them. ``named`` is the resource whose number
    and name the last inverse gave, for the field that names it. ``from_v2``: the Bundle was made of a message; ``as_it_was``: and
    goes back to that message's version, whatever its tables say of the fields it had; ``said``: what kind it was;
    ``is_of_partner``: it was read with this partner's file.
    """

    def __init__(self, bundle: Mapping[str, Any], partner: Partner, version: str, sender: str) -> None:
        self.partner = partner
        self.version = version
        self.sender = sender
        self.twin: Any = None
        self.kind = ""
        self.named = ""
        self.bundle: dict[str, Any] = {name: deepcopy(value) for name, value in bundle.items() if name != "entry"}
        self.own: Mapping[str, Any] = {name: value for name, value in bundle.items() if name != "entry"}
        self.originals: dict[str, Mapping[str, Any]] = {}
        self.resources: dict[str, dict[str, Any]] = {}
        self._by_name: dict[str, str] = {}
        for number, entry in enumerate(bundle.get("entry", ())):
            resource = entry.get("resource")
            if not isinstance(resource, dict):
                continue
            url = str(entry.get("fullUrl") or f"#entry-{number}")
            self.originals[url] = resource
            self.resources[url] = deepcopy(resource)
            self._by_name.setdefault(url, url)
            if resource.get("id"):
                self._by_name.setdefault(f"{resource.get('resourceType')}/{resource['id']}", url)
        self.now = ""
        """When the message was made: what the Bundle says, else the moment of writing; empty where a message said nothing."""
        self.placed: set[str] = set()
        self.superseded: set[str] = set()
        """Paths of what was carried for want of an element that has a value by now."""
        self.transport = _transport(self.originals)
        tags = self._tags()
        self.from_v2 = bool(self.transport) or "0076" in tags
        self.as_it_was = self.from_v2 and tags.get("0104", "") == version
        self.said = tags.get("0076", "")
        self.is_of_partner = self._read_as() == partner.id
        self.uk = self._is_uk()
        self.insured = {self.url_of(each.get("subscriber")) for each in self.originals.values()} - {""}
        self._origin_of: Callable[[str], Origin] | None = None
        self.orders = {
            self.url_of(reference)
            for each in self.originals.values()
            if each.get("resourceType") == "DiagnosticReport"
            for reference in each.get("basedOn", ())
        } - {""}

    def origin(self, url: str) -> Origin:
        """The segment that made a resource of a message that was read; empty where that is not known."""
        if self._origin_of is None:
            from vrfhir.mappers.writing.origins import origins_of

            self._origin_of = origins_of(self)
        return self._origin_of(url)

    def _header(self) -> Mapping[str, Any]:
        return next((each for each in self.originals.values() if each.get("resourceType") == "MessageHeader"), {})

    def _tags(self) -> dict[str, str]:
        """HL7 v2 table → code, of the tags that a reading left on the header."""
        tags = self._header().get("meta", {}).get("tag", ())
        return {str(tag.get("system", "")).rpartition("/v2-")[2]: str(tag.get("code", "")) for tag in tags}

    def _read_as(self) -> str:
        """The partner whose file the message was read with; empty when that is not said."""
        devices = (self.originals[url] for url in self.transport if self.originals[url]["resourceType"] == "Device")
        versions = (each for device in devices for each in device.get("version", ()))
        return next((str(each.get("value")) for each in versions if each.get("type", {}).get("text") == "partner"), "")

    def _is_uk(self) -> bool:
        """What a reader will take it for: we say GBR in MSH-17, a message that was read says what it said."""
        if self.partner.country:
            return self.partner.country == "GB"
        tags = self._header().get("meta", {}).get("tag", ())
        numbers = [
            number.get("system")
            for each in self.originals.values()
            if each.get("resourceType") == "Patient"
            for number in each.get("identifier", ())
        ]
        return (
            not self.from_v2
            or any(tag.get("code") in ("GBR", "GB", "UK") for tag in tags)
            or SYSTEMS["nhs-number"] in numbers
        )

    @property
    def has_wide_codes(self) -> bool:
        """A coded value may have its third triplet, versions and the original text: by version, or because it had."""
        return self.as_it_was or not self.is_old

    @property
    def is_old(self) -> bool:
        """Written in a version whose coded type is CE; a message that names none is read as 2.4."""
        return not self.version or self.version.startswith(_OLD)

    def url_of(self, reference: Any) -> str:
        """The full URL of what a Reference names, when it is in the Bundle; else empty."""
        text = reference.get("reference", "") if isinstance(reference, Mapping) else ""
        return self._by_name.get(text, "") if isinstance(text, str) else ""

    def original(self, reference: Any) -> Mapping[str, Any] | None:
        """The resource a Reference names, as it came; None when it is not in the Bundle."""
        return self.originals.get(self.url_of(reference))

    def copy(self, reference: Any) -> dict[str, Any] | None:
        """A fresh copy of the resource a Reference names: several segments may say the same organisation."""
        found = self.original(reference)
        return deepcopy(dict(found)) if found is not None else None

    def authority(self, kind: str, system: str) -> tuple[str, str, str]:
        """Namespace, universal id and its type for an identifier system: the partner's own spelling first."""
        known = self.partner.namespace(kind, system)
        if known:
            return known, "", ""
        name = self.sender_name(system)
        if name is not None:
            if "&" in name:
                space, universal, kind_of_id = (*name.split("&"), "", "")[:3]
                return space, universal, kind_of_id
            return name, "", ""
        if system.startswith("urn:oid:"):
            return "", system[8:], "ISO"
        if system.startswith("urn:uuid:"):
            return "", system[9:], "UUID"
        return ("", system, "URI") if system else ("", "", "")

    def sender_name(self, system: str) -> str | None:
        """The name in a system of the sender's own; None when it is not one."""
        head = _SENDER + quote(self.sender, safe="")
        if system == head:
            return ""
        return unquote(system[len(head) + 1 :]) if system.startswith(head + "/") else None

    def coding_name(self, system: str) -> str:
        """The coding system name to write; empty when the URI cannot be had back from any."""
        for name, uri in self.partner.code_systems.items():
            if uri == system:
                return name
        own = self.sender_name(system)
        if own:
            return own
        name = system_name(system)
        return name if named_system(name) == system else ""
