"""Who writes to the endpoint, and how each is read, answered and addressed: partner files at the door.

A partner file (:class:`vrfhir.mappers.Partner`) says how a sender's messages are to be read. Its table ``[endpoint]`` says
how that sender is known here::

    [endpoint]
    names = ["PAS|RXX01", "RXX01"]         # MSH-3|MSH-4, or MSH-4 alone; "*" stands for everybody else
    certificates = ["pas.trust.example"]   # names in the TLS client certificate, one of which has to be shown
    address = "mllps://pas.trust.example:2576"
    acknowledge = "enhanced"               # processed, stored, enhanced
    takes = ["REF", "ADT", "SIU"]          # message codes taken from it; all when left out
    gets = ["REF"]                         # sent to it: referrals to its organisations
    organisations = ["RXX01"]              # ODS codes it stands for, or system|value; its facilities when left out
    our_name = "VRFHIR|Y99902"             # MSH-3|MSH-4 of what is sent to it; the referring organisation when left out
    version = "2.5.1"                      # of what is sent to it: 2.4 or 2.5.1
    allow_loss = false                     # whether a referral may go out without what HL7 v2 cannot say

With partner files a sender that none of them names is refused, unless the settings or a ``"*"`` say otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from vrfhir.errors import VrfhirError
from vrfhir.issues import Issue
from vrfhir.server.settings import Acknowledgement, PartnerAddress, Settings, address_in

if TYPE_CHECKING:
    from vrfhir.mappers import Partner
    from vrfhir.transport import Peer

__all__ = ["EVERYBODY", "Correspondent", "Correspondents"]

_KNOWN = (
    "names",
    "certificates",
    "address",
    "acknowledge",
    "takes",
    "gets",
    "organisations",
    "our_name",
    "version",
    "allow_loss",
)
_SENT = ("REF",)
"""Message codes that are sent to partners of their own accord."""
_VERSIONS = ("2.4", "2.5.1")
_MODES = {"original": "processed", "enhanced": "enhanced"}
"""``message.acknowledgement`` of a partner file → when the endpoint answers."""
EVERYBODY = "*"
"""The name of the partner file for senders that no other names."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """One partner at the endpoint. ``partner`` None: the shipped defaults. ``takes`` empty: every type that is taken.

    ``gets``: message codes sent to it; ``organisations`` it stands for, as ODS codes or ``system|value``.
    """

    id: str = ""
    partner: Partner | None = None
    names: Sequence[str] = ()
    certificates: frozenset[str] = frozenset()
    address: PartnerAddress | None = None
    acknowledge: Acknowledgement = "processed"
    takes: frozenset[str] = frozenset()
    gets: frozenset[str] = frozenset()
    organisations: Sequence[str] = ()
    our_name: str = ""
    version: str = "2.5.1"
    allow_loss: bool = False

    @property
    def charset(self) -> str | None:
        """The character set its messages are tried with after MSH-18."""
        return (self.partner.charset or None) if self.partner is not None else None

    @property
    def zone(self) -> tzinfo:
        """The time zone of its times without an offset."""
        if self.partner is not None:
            return self.partner.zone
        from vrfhir.mappers import Partner

        return Partner.default().zone

    def may_send(self, code: str) -> bool:
        """Whether messages of this code (MSH-9.1) are taken from it."""
        return not self.takes or code.upper() in self.takes

    def speaks_from(self, peer: Peer, facility: str = "") -> bool:
        """Whether the connection may speak for it: it shows one of its certificates, or its own bearer token."""
        if not self.certificates:
            return True
        if peer.organisation and peer.organisation in (self.id, facility):
            return True
        return not self.certificates.isdisjoint(_names(peer.certificate or {}))


class Correspondents:
    """All partners of an endpoint; what the settings say about a sender goes before what its file says."""

    def __init__(self, known: Sequence[Correspondent], settings: Settings) -> None:
        self._known = known
        self._settings = settings
        self._by_id = {each.id: each for each in known}
        self._by_name: dict[str, list[Correspondent]] = {}
        for each in known:
            for name in each.names:
                self._by_name.setdefault(name, []).append(each)
        refuses = settings.unknown_senders == "refuse" or (settings.unknown_senders is None and bool(known))
        self._unknown = None if refuses else Correspondent()

    @classmethod
    def of(cls, settings: Settings) -> Correspondents:
        """Those of the partner files in the settings; VrfhirError when one cannot be used."""
        return cls(_distinct([_read(path) for path in _files(settings.partner_files)]), settings)

    @property
    def all(self) -> Sequence[Correspondent]:
        """Those of the partner files."""
        return self._known

    @property
    def partners(self) -> Mapping[str, Partner]:
        """The partner files by id."""
        return {each.id: each.partner for each in self._known if each.partner is not None}

    def who(self, sender: str, peer: Peer | None = None) -> Correspondent | None:
        """The partner known as ``MSH-3|MSH-4``, by its facility alone, or as everybody else; None for a stranger.

        When several have that name it is the one whose certificate ``peer`` shows.
        """
        for name in (sender, sender.rpartition("|")[2], EVERYBODY):
            found = self._by_name.get(name, ())
            if len(found) > 1 and peer is not None:
                found = [each for each in found if each.speaks_from(peer, sender.rpartition("|")[2])] or found
            if found:
                return found[0]
        return self._unknown

    def named(self, id_: str, sender: str) -> Correspondent:
        """The partner a message was filed under; as its sender is known today when that one is gone."""
        return self._by_id.get(id_) or self.who(sender) or Correspondent()

    def acknowledges(self, sender: str, correspondent: Correspondent) -> Acknowledgement:
        """When a sender is answered."""
        said = self._settings.acknowledgement
        own = said.get(sender) or said.get(sender.rpartition("|")[2])
        if own is not None or correspondent.partner is None:
            return own or self._settings.acknowledges(sender)
        return correspondent.acknowledge

    def address_of(self, sender: str) -> PartnerAddress | None:
        """Where answers to a sender go; None when nobody said."""
        address = self._settings.address_of(sender)
        if address is not None:
            return address
        correspondent = self.who(sender)
        return correspondent.address if correspondent is not None else None

    @property
    def any_over_tls(self) -> bool:
        """Whether answers to somebody go over TLS."""
        addresses = [address_in(text) for text in self._settings.partners.values()]
        addresses += [each.address for each in self._known]
        return any(address is not None and address.tls for address in addresses)


def _files(paths: Sequence[Path]) -> list[Path]:
    found: list[Path] = []
    for path in paths:
        found += sorted(path.glob("*.toml")) if path.is_dir() else [path]
        if path.is_dir() and not any(path.glob("*.toml")):
            raise _wrong(path, "is a folder without a partner file (*.toml)")
    return found


def _read(path: Path) -> Correspondent:
    from vrfhir.mappers import Partner

    partner = Partner.load(path)
    said = partner.endpoint
    if not isinstance(said, Mapping):
        raise _wrong(path, "says something else under endpoint than a table")
    unknown = sorted(set(said) - set(_KNOWN))
    if unknown:
        raise _wrong(path, f"holds settings that do not exist: {', '.join(f'endpoint.{name}' for name in unknown)}")
    names = _texts(said, "names", path)
    if not names:
        raise _wrong(path, "does not say who its partner is: endpoint.names")
    address = address_in(str(said["address"])) if "address" in said else None
    if "address" in said and address is None:
        raise _wrong(path, "has an endpoint.address that is not host:port or mllps://host:port")
    acknowledge = str(said.get("acknowledge", _MODES.get(partner.acknowledgement, "processed")))
    if acknowledge not in get_args(Acknowledgement):
        raise _wrong(path, f"says endpoint.acknowledge = {acknowledge!r}; possible: processed, stored, enhanced")
    gets = frozenset(code.upper() for code in _texts(said, "gets", path))
    version, our_name, allow_loss = (
        said.get("version", "2.5.1"),
        said.get("our_name", ""),
        said.get("allow_loss", False),
    )
    if not gets <= set(_SENT):
        raise _wrong(path, f"says endpoint.gets for what is not sent; possible: {', '.join(_SENT)}")
    if gets and EVERYBODY in names:
        raise _wrong(path, "says endpoint.gets for everybody, who has no address")
    if version not in _VERSIONS:
        raise _wrong(path, f"says endpoint.version = {version!r}; possible: {', '.join(_VERSIONS)}")
    if not isinstance(allow_loss, bool):
        raise _wrong(path, "says endpoint.allow_loss and means neither true nor false")
    if not isinstance(our_name, str) or (our_name and not our_name.rpartition("|")[2]):
        raise _wrong(path, "has an endpoint.our_name that is not MSH-3|MSH-4")
    return Correspondent(
        partner.id,
        partner,
        names,
        frozenset(name.lower() for name in _texts(said, "certificates", path)),
        address,
        cast("Acknowledgement", acknowledge),
        frozenset(code.upper() for code in _texts(said, "takes", path)),
        gets,
        _texts(said, "organisations", path),
        our_name,
        version,
        allow_loss,
    )


def _texts(said: Mapping[str, Any], name: str, path: Path) -> tuple[str, ...]:
    values = said.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value for value in values):
        raise _wrong(path, f"has an endpoint.{name} that is not a list of texts")
    return tuple(values)


def _distinct(found: list[Correspondent]) -> list[Correspondent]:
    """Two files may share a name only when certificates tell their partners apart."""
    for number, each in enumerate(found):
        for other in found[:number]:
            if each.id == other.id:
                raise _wrong(Path(each.id), "has an id that another partner file has too")
            shared = set(each.names) & set(other.names)
            if shared and (not each.certificates or not other.certificates or each.certificates & other.certificates):
                raise _wrong(Path(each.id), f"has a name that another partner file has too: {min(shared)}")
    return found


def _names(certificate: Mapping[str, Any]) -> set[str]:
    """The names in a certificate: common name and DNS names."""
    found = {value for row in certificate.get("subject", ()) for key, value in row if key == "commonName"}
    found |= {value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"}
    return {str(name).lower() for name in found}


def _wrong(path: Path, what: str) -> VrfhirError:
    hint = "docs/endpoint.md shows what a partner file may say about the endpoint."
    return VrfhirError(
        Issue("fatal", "invalid", "VR-V2-0801", f"The partner file {what}.", source=path.name, hint=hint)
    )
