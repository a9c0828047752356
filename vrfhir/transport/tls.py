"""TLS for MLLP, both ways: contexts from PEM files, with the reason in words when one cannot be used."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from pathlib import Path

from vrfhir.errors import TransportError
from vrfhir.issues import Issue

__all__ = ["calling", "listening", "reason_of", "telling"]


def listening(certificate: Path, key: Path | None = None, authorities: Path | None = None) -> ssl.SSLContext:
    """For a listener: our certificate; with ``authorities`` the other side must show one of theirs (mutual TLS).

    Raises :class:`~vrfhir.errors.TransportError` when a file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _identify(context, certificate, key)
    if authorities is not None:
        _trust(context, authorities)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def calling(
    certificate: Path | None = None, key: Path | None = None, authorities: Path | None = None
) -> ssl.SSLContext:
    """For a sender: who is trusted (the system's authorities unless named), and our certificate for mutual TLS."""
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if authorities is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        _trust(context, authorities)
    if certificate is not None:
        _identify(context, certificate, key)
    return context


def telling(context: ssl.SSLContext, refused: Callable[[str], None]) -> None:
    """Let a listener hear why a handshake failed: nothing else tells it, since no connection comes of it."""

    class Handshake(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as error:
                refused(reason_of(error))
                raise

    context.sslobject_class = Handshake


def reason_of(error: ssl.SSLError) -> str:
    """Why no secure connection came about, in words: ``certificate has expired``, ``wrong version number``."""
    said = getattr(error, "verify_message", "") or error.reason or "handshake failed"
    return str(said).lower().replace("_", " ")


def _identify(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    try:
        context.load_cert_chain(certificate, key, password=_no_password)
    except (OSError, ValueError) as error:
        keyless = key is None and isinstance(error, ssl.SSLError) and b"PRIVATE KEY" not in certificate.read_bytes()
        raise _unusable(certificate, ValueError("it holds no private key") if keyless else error) from None


def _trust(context: ssl.SSLContext, authorities: Path) -> None:
    try:
        context.load_verify_locations(authorities)
    except OSError as error:
        raise _unusable(authorities, error) from None


def _no_password() -> str:
    raise ValueError("the key is protected by a password")


def _unusable(path: Path, error: Exception) -> TransportError:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error) or type(error).__name__
    text = f"A TLS file cannot be used: {str(reason).lower().replace('_', ' ')}."
    hint = "Give PEM files: certificate with its chain, its key without a password, authorities."
    return TransportError(Issue("fatal", "security", "VR-TRANSPORT-0001", text, hint=hint, source=path.name))
