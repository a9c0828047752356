"""Access tokens by OAuth 2.0 client credentials (RFC 6749, section 4.4): fetched once, kept until shortly before they end."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from vrfhir.terminology.remote_settings import ServerSettings

if TYPE_CHECKING:
    import httpx

__all__ = ["TokenSource"]

_EARLY = 30.0
_LIFE_WITHOUT_WORD = 300.0
_MAX_TOKEN = 16_384


class TokenSource:
    """The current token of one client. Kept in memory only, and in no message."""

    def __init__(
        self, settings: ServerSettings, client: httpx.Client, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock
        self._lock = Lock()
        self._token = ""
        self._until = 0.0

    def token(self) -> str:
        """A token that is still good. Raises httpx errors, or ValueError for an answer without one."""
        with self._lock:
            if not self._token or self._clock() >= self._until:
                self._fetch()
            return self._token

    def forget(self) -> None:
        """The server does not take the token any more."""
        with self._lock:
            self._token = ""

    def _fetch(self) -> None:
        import httpx

        form = {"grant_type": "client_credentials"} | ({"scope": self._settings.scope} if self._settings.scope else {})
        credentials = httpx.BasicAuth(self._settings.client_id, self._settings.client_secret)
        response = self._client.post(self._settings.token_url, data=form, auth=credentials)
        if response.status_code != 200:
            raise ValueError("the token endpoint refuses")
        answer = response.json()
        token = answer.get("access_token") if isinstance(answer, dict) else None
        if (
            not isinstance(token, str)
            or not 0 < len(token) <= _MAX_TOKEN
            or not token.isascii()
            or not token.isprintable()
        ):
            raise ValueError("the token endpoint sends no token")
        life = answer.get("expires_in")
        seconds = float(life) if isinstance(life, int | float) and not isinstance(life, bool) else _LIFE_WITHOUT_WORD
        self._token = token
        self._until = self._clock() + max(seconds - _EARLY, seconds / 2)
