"""Where a terminology server is and how patiently it is asked. Secrets come from the environment or a file only."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from vrfhir.errors import VrfhirError
from vrfhir.issues import Issue

__all__ = ["ServerSettings", "default_cache"]

_PREFIX = "VRFHIR_TERMINOLOGY_"
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_MAX_SECRET = 4096


def default_cache() -> Path:
    """The file answers are kept in when none is named."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "vrfhir" / "terminology.sqlite"


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """``url`` is the FHIR base. With a ``token_url`` a token is fetched by OAuth 2.0 client credentials (RFC 6749, 4.4).

    ``cache`` None keeps answers in memory only. Times are in seconds.
    """

    url: str
    token_url: str = ""
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    scope: str = ""
    cache: Path | None = None
    cache_seconds: float = 7 * 24 * 3600
    cache_rows: int = 200_000
    connect_timeout: float = 5.0
    read_timeout: float = 10.0
    retries: int = 2
    backoff: float = 0.25
    failures_to_open: int = 3
    open_seconds: float = 30.0
    max_answer_bytes: int = 4 * 1024 * 1024
    expansion_limit: int = 400

    def __post_init__(self) -> None:
        """Raise :class:`VrfhirError` for addresses that cannot be used or would send a secret unprotected."""
        object.__setattr__(self, "url", self.url.rstrip("/"))
        _require_http(self.url, "The terminology server")
        if self.token_url:
            _require_http(self.token_url, "The token endpoint")
            if not (self.client_id and self.client_secret):
                raise _wrong(
                    "A token endpoint needs a client id and a client secret.",
                    f"Set {_PREFIX}CLIENT_ID, and {_PREFIX}CLIENT_SECRET or {_PREFIX}CLIENT_SECRET_FILE.",
                )
            for url in (self.url, self.token_url):
                parts = urlsplit(url)
                if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
                    raise _wrong("Credentials are sent over https only.", "Use the https address of the server.")

    @classmethod
    def from_environment(
        cls, url: str, *, cache: Path | None = None, environment: Mapping[str, str] | None = None
    ) -> ServerSettings:
        """Credentials from ``VRFHIR_TERMINOLOGY_…``; answers kept in ``cache`` or the user's cache folder."""
        given = os.environ if environment is None else environment
        return cls(
            url,
            token_url=given.get(_PREFIX + "TOKEN_URL", ""),
            client_id=given.get(_PREFIX + "CLIENT_ID", ""),
            client_secret=_secret(given),
            scope=given.get(_PREFIX + "SCOPE", ""),
            cache=cache or default_cache(),
        )


def _secret(given: Mapping[str, str]) -> str:
    name = given.get(_PREFIX + "CLIENT_SECRET_FILE")
    if not name:
        return given.get(_PREFIX + "CLIENT_SECRET", "")
    try:
        with Path(name).open(encoding="utf-8") as file:
            return file.read(_MAX_SECRET).strip()
    except (OSError, UnicodeDecodeError) as problem:
        text = f"The file that {_PREFIX}CLIENT_SECRET_FILE names cannot be read."
        raise _wrong(text, "Check its path and permissions.") from problem


def _require_http(url: str, what: str) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.query and not parts.fragment
        clean = parts.username is None and parts.password is None
    except ValueError:
        usable = clean = False
    if not usable:
        raise _wrong(f"{what} needs an http or https address without a query.", "Give the FHIR base: https://…/fhir.")
    if not clean:
        raise _wrong(f"{what} must not have credentials in its address.", f"Use {_PREFIX}CLIENT_ID and its siblings.")


def _wrong(text: str, hint: str) -> VrfhirError:
    return VrfhirError(Issue("fatal", "invalid", "VR-TX-0001", text, hint=hint))
