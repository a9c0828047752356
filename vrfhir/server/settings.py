"""What can be set about an endpoint: by argument, or by environment variable with the prefix ``VRFHIR_``."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from vrfhir.errors import VrfhirError
from vrfhir.issues import Issue

__all__ = ["Grant", "Settings", "is_loopback"]


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
    partners: dict[str, str] = Field(
        default_factory=dict,
        description="Where answers go: sending application and facility (MSH-3|MSH-4), or facility alone → host:port.",
    )
    tokens: tuple[Grant, ...] = Field(default=(), description="Static bearer tokens. Without any, loopback only.")
    max_body_bytes: int = Field(default=5_000_000, gt=0, description="Larger requests and messages are refused.")
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
            host, _, port = address.rpartition(":")
            if not host or not port.isdigit() or not 0 < int(port) < 65536:
                raise ValueError(f"the address of partner {sender} is not host:port")
        return partners

    def require_safe(self) -> None:
        """Refuse to serve strangers: HTTP needs tokens, MLLP the peers that may connect. Deny by default."""
        if not self.tokens and not is_loopback(self.host):
            text = f"Without tokens the endpoint serves this machine only, not {self.host}."
            hint = "Set VRFHIR_TOKENS to a JSON list of {token, role, organisation}, or use --host 127.0.0.1."
            raise VrfhirError(Issue("fatal", "security", "VR-SERVER-0001", text, hint=hint))
        if self.mllp_port is not None and not self.mllp_peers and not is_loopback(self.mllp_host):
            text = f"Without peers named the MLLP listener serves this machine only, not {self.mllp_host}."
            hint = "Name the addresses that may connect with --mllp-peer, or use --mllp-host 127.0.0.1."
            raise VrfhirError(Issue("fatal", "security", "VR-SERVER-0001", text, hint=hint))

    def admits(self, host: str) -> bool:
        """Whether an address may connect over MLLP: one of ``mllp_peers``, or loopback."""
        try:
            address = ip_address(host)
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None) or address
        return mapped.is_loopback or any(mapped in ip_network(peer, strict=False) for peer in self.mllp_peers)

    def address_of(self, sender: str) -> tuple[str, int] | None:
        """Host and port of a partner known by ``MSH-3|MSH-4``, or by its facility alone; None for an unknown one."""
        address = self.partners.get(sender) or self.partners.get(sender.rpartition("|")[2])
        if address is None:
            return None
        host, _, port = address.rpartition(":")
        return host.strip("[]"), int(port)


def is_loopback(host: str) -> bool:
    """Whether an address can only be reached from this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
