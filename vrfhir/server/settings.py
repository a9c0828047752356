"""What can be set about an endpoint: by argument, or by environment variable with the prefix ``VRFHIR_``."""

from __future__ import annotations

import os
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from vrfhir.errors import VrfhirError
from vrfhir.issues import Issue

__all__ = ["Acknowledgement", "Grant", "PartnerAddress", "Settings", "address_in", "is_loopback"]

Acknowledgement = Literal["processed", "stored", "enhanced"]
"""When the sender of an HL7 v2 message is answered: see :mod:`vrfhir.server.inbox.admission`."""

_LEAST_MEMORY = 512
"""Megabytes: what a worker process knows from its start, and a message."""


class PartnerAddress(NamedTuple):
    """Where answers to a partner go."""

    host: str
    port: int
    tls: bool = False


def _workers() -> int:
    """All processors but one, at least one, at most four."""
    return max(1, min(4, (os.cpu_count() or 1) - 1))


class Grant(BaseModel):
    """What a bearer token stands for: a side of the referral, and the organisation that speaks."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: SecretStr
    role: Literal["requester", "owner"]
    organisation: str = ""


class Settings(BaseSettings):
    """Everything an endpoint needs to know; frozen. ``VRFHIR_PORT=9000`` sets ``port``, lists and maps are JSON."""

    model_config = SettingsConfigDict(env_prefix="VRFHIR_", frozen=True, extra="forbid")

    database: Path = Field(default=Path("vrfhir.sqlite"), description="SQLite file; made if it is not there.")
    host: str = Field(default="127.0.0.1", description="Address of the HTTP endpoint. Only loopback without tokens.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port of the HTTP endpoint; 0 takes a free one.")
    base_url: str = Field(default="", description="Public URL of the FHIR base; empty takes it from each request.")
    mllp_host: str = Field(default="127.0.0.1", description="Address of the MLLP listener.")
    mllp_port: int | None = Field(
        default=None, ge=0, le=65535, description="Port of the MLLP listener; unset: no listener."
    )
    mllp_peers: tuple[str, ...] = Field(
        default=(),
        description="Addresses or networks that may connect over MLLP, such as 10.1.2.0/24. Without any, loopback only.",
    )
    mllp_connections: int = Field(default=100, gt=0, description="Connections that may be open over MLLP at a time.")
    mllp_connections_per_host: int = Field(
        default=50, gt=0, description="How many of them one address may hold, so that no partner shuts out the others."
    )
    mllp_release: Literal[1, 2] = Field(
        default=1, description="2: every frame is answered by a commit block before its HL7 answer (MLLP release 2)."
    )
    mllp_certificate: Path | None = Field(
        default=None, description="Our certificate (PEM) for MLLP over TLS; the listener then speaks TLS only."
    )
    mllp_key: Path | None = Field(default=None, description="Its private key, when that is not in the same file.")
    mllp_ca: Path | None = Field(
        default=None,
        description="Authorities (PEM) of the partners' certificates. Who connects then needs one of theirs (mutual TLS).",
    )
    partners: dict[str, str] = Field(
        default_factory=dict,
        description="Where answers go: sending application and facility (MSH-3|MSH-4), or facility alone → host:port,"
        " or mllps://host:port for TLS.",
    )
    partner_files: tuple[Path, ...] = Field(
        default=(),
        description="Partner files (TOML), or folders of them: who sends, and how each is read and answered.",
    )
    unknown_senders: Literal["default", "refuse"] | None = Field(
        default=None,
        description="What senders without a partner file get: the shipped defaults, or AR. Unset: AR as soon as there are"
        " partner files.",
    )
    acknowledgement: dict[str, Acknowledgement] = Field(
        default_factory=dict,
        description="When a sender (MSH-3|MSH-4, facility alone, or * for all others) is answered: processed, stored,"
        " enhanced.",
    )
    workers: int = Field(
        default_factory=_workers,
        ge=0,
        le=64,
        description="Processes that map and validate HL7 v2 messages; 0: the endpoint's own.",
    )
    worker_memory: int = Field(
        default=2048,
        ge=0,
        description="Megabytes of address space that each of them may take, at least 512; 0: as many as there are.",
    )
    inbox_limit: int = Field(
        default=100_000, gt=0, description="With so many messages waiting to be worked on, no more are read."
    )
    tokens: tuple[Grant, ...] = Field(default=(), description="Static bearer tokens. Without any, loopback only.")
    max_body_bytes: int = Field(default=5_000_000, gt=0, description="Larger FHIR requests are refused.")
    max_message_bytes: int = Field(
        default=16_000_000, gt=0, description="Larger HL7 v2 messages and batches, with what is embedded, are refused."
    )
    max_depth: int = Field(default=64, gt=0, description="Deeper nested JSON is refused.")
    max_page: int = Field(default=200, gt=0, description="The most entries on one search page.")
    retry_seconds: float = Field(
        default=5.0, gt=0, description="Wait after the first failed delivery; doubles each time."
    )
    send_timeout: float = Field(default=30.0, gt=0, description="Seconds a partner may take to answer.")
    max_attempts: int = Field(default=10, gt=0, description="Deliveries tried before a message becomes a dead letter.")

    @field_validator("mllp_peers")
    @classmethod
    def _networks(cls, peers: tuple[str, ...]) -> tuple[str, ...]:
        for peer in peers:
            ip_network(peer, strict=False)
        return peers

    @field_validator("partners")
    @classmethod
    def _addresses(cls, partners: dict[str, str]) -> dict[str, str]:
        for sender, address in partners.items():
            if address_in(address) is None:
                raise ValueError(f"the address of partner {sender} is not host:port or mllps://host:port")
        return partners

    @model_validator(mode="after")
    def _whole(self) -> Settings:
        if 0 < self.worker_memory < _LEAST_MEMORY:
            raise ValueError(f"worker_memory is 0 or at least {_LEAST_MEMORY}")
        if self.mllp_certificate is None and (self.mllp_key is not None or self.mllp_ca is not None):
            raise ValueError("mllp_key and mllp_ca need an mllp_certificate")
        return self

    def require_safe(self) -> None:
        """Refuse to serve strangers: HTTP needs tokens, MLLP the peers that may connect. Deny by default."""
        if not self.tokens and not is_loopback(self.host):
            text = f"Without tokens the endpoint serves this machine only, not {self.host}."
            hint = "Set VRFHIR_TOKENS to a JSON list of {token, role, organisation}, or use --host 127.0.0.1."
            raise VrfhirError(Issue("fatal", "security", "VR-SERVER-0001", text, hint=hint))
        named = self.mllp_peers or self.mllp_ca is not None
        if self.mllp_port is not None and not named and not is_loopback(self.mllp_host):
            text = f"Without peers named the MLLP listener serves this machine only, not {self.mllp_host}."
            hint = "Name the addresses that may connect with --mllp-peer, ask for certificates with --mllp-ca, or use --mllp-host 127.0.0.1."
            raise VrfhirError(Issue("fatal", "security", "VR-SERVER-0001", text, hint=hint))

    def admits(self, host: str) -> bool:
        """Whether an address may connect over MLLP: one of ``mllp_peers``, or loopback; with mutual TLS alone, any."""
        if self.mllp_ca is not None and not self.mllp_peers:
            return True
        try:
            address = ip_address(host)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return mapped.is_loopback or any(mapped in ip_network(peer, strict=False) for peer in self.mllp_peers)

    def address_of(self, sender: str) -> PartnerAddress | None:
        """The address of a partner known by ``MSH-3|MSH-4``, or by its facility alone; None for an unknown one."""
        address = self.partners.get(sender) or self.partners.get(sender.rpartition("|")[2])
        return address_in(address) if address is not None else None

    def acknowledges(self, sender: str) -> Acknowledgement:
        """When a sender known by ``MSH-3|MSH-4``, by its facility alone, or as any other (``*``) is answered."""
        for name in (sender, sender.rpartition("|")[2], "*"):
            if name in self.acknowledgement:
                return self.acknowledgement[name]
        return "processed"


def address_in(text: str) -> PartnerAddress | None:
    """The address in ``host:port`` or ``mllps://host:port``; None when it is none."""
    scheme, separator, rest = text.rpartition("://")
    host, _, port = rest.rpartition(":")
    wrong = separator and scheme not in ("mllp", "mllps")
    if wrong or not host or not port.isdigit() or not 0 < int(port) < 65536:
        return None
    return PartnerAddress(host.strip("[]"), int(port), scheme == "mllps")


def is_loopback(host: str) -> bool:
    """Whether an address can only be reached from this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
