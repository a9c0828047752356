"""The composition root: settings in, an application out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from vrfhir import __version__
from vrfhir.definitions import Definitions
from vrfhir.errors import VrfhirError
from vrfhir.server.endpoint import Checker, Endpoint
from vrfhir.server.fhir_app import FhirApp
from vrfhir.server.guide import mount_guide
from vrfhir.server.messages import mount_messages
from vrfhir.server.services import Services
from vrfhir.server.settings import Settings
from vrfhir.server.store import SqliteStore, Store

__all__ = ["FHIR_PATH", "Application", "create_app"]

FHIR_PATH = "/fhir"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Application(FastAPI):
    """The outer application. What lies under ``/fhir`` goes straight to the FHIR base, past FastAPI's own layers."""

    endpoint: Endpoint
    services: Services
    fhir: FhirApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one ASGI event."""
        path = scope.get("path", "")
        if scope["type"] == "http" and (path == FHIR_PATH or path.startswith(f"{FHIR_PATH}/")):
            await self.fhir({**scope, "root_path": scope.get("root_path", "") + FHIR_PATH}, receive, send)
        else:
            await super().__call__(scope, receive, send)


def create_app(
    settings: Settings | None = None, *, store: Store | None = None, validator: Checker | None = None
) -> Application:
    """The endpoint as an ASGI application: FHIR base at ``/fhir``, facts about itself at ``/`` and ``/health``.

    Opens the database; its lifespan starts and stops the MLLP listener and the outbox. Raises
    :class:`~vrfhir.errors.VrfhirError` when the settings are unsafe or the database cannot be opened.
    """
    settings = settings or Settings()
    settings.require_safe()
    workers = settings.workers if validator is None else 0  # another process would not have the validator given
    if validator is None:
        from vrfhir.validation import Validator

        validator = Validator()
    store = store or SqliteStore(settings.database)
    try:
        endpoint = Endpoint(settings, store, Definitions.default(), validator, workers=workers)
    except VrfhirError:
        store.close()
        raise
    services = Services(endpoint)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await services.start()
        try:
            yield
        finally:
            await services.stop()

    app = Application(title="vrfhir", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    app.endpoint, app.services, app.fhir = endpoint, services, FhirApp(endpoint)
    mount_guide(app)
    mount_messages(app, endpoint, services.gateway)

    @app.get("/")
    async def about() -> dict[str, str | None]:
        """What this is and where its FHIR base is."""
        return {"name": "vrfhir", "version": __version__, "fhir": FHIR_PATH, "metadata": f"{FHIR_PATH}/metadata"}

    @app.get("/health")
    async def health() -> JSONResponse:
        """200 when the store answers, with what waits and what failed in the inbox and the outbox."""
        try:
            outbox = {"pending": 0, "dead": 0} | endpoint.store.outbox_counts()
            inbox = endpoint.store.inbox_counts() | {"processing": services.gateway.processing}
        except Exception:
            return JSONResponse({"status": "fail"}, status_code=503)
        return JSONResponse({"status": "pass", "outbox": outbox, "inbox": inbox})

    return app
