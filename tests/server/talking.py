"""What the tests of the endpoint say to it: a client over ASGI, and small fictional resources."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx

from vrfhir.server.app import Application

__all__ = ["FHIR_JSON", "Client", "patient", "resource", "rules"]

Json = dict[str, Any]

FHIR_JSON = {"content-type": "application/fhir+json"}


class Client:
    """A synchronous client of one application, on an event loop of its own; paths are below the FHIR base."""

    def __init__(self, app: Application, base: str = "http://endpoint.test/fhir/") -> None:
        self.app = app
        self.loop = asyncio.new_event_loop()
        self._http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=base)

    def request(self, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """Send one request; a dict as ``body`` goes as FHIR JSON."""
        headers = dict(options.pop("headers", None) or {})
        if isinstance(body, dict):
            options["content"] = json.dumps(body).encode()
            headers = FHIR_JSON | headers
        elif body is not None:
            options["content"] = body
        return self.run(self._http.request(method, path, headers=headers, **options))

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.request("POST", path, body, **options)

    def put(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return self.request("PUT", path, body, **options)

    def delete(self, path: str, **options: Any) -> httpx.Response:
        return self.request("DELETE", path, **options)

    def run(self, work: Any) -> Any:
        """Finish a coroutine."""
        return self.loop.run_until_complete(work)

    def close(self) -> None:
        self.run(self._http.aclose())
        self.run(self.app.services.stop())
        self.loop.close()


def resource(bundle: Json, type_: str) -> Json:
    """The first resource of a type in a Bundle."""
    return next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == type_)


def rules(response: httpx.Response) -> list[str]:
    """The rule ids in an OperationOutcome."""
    outcome = response.json()
    assert outcome["resourceType"] == "OperationOutcome"
    found = []
    for issue in outcome["issue"]:
        for extension in issue.get("extension", ()):
            if extension["url"].endswith("message-id"):
                found.append(extension["valueString"])
    return found


def patient(number: int = 1, **elements: Any) -> Json:
    """A fictional patient."""
    return {
        "resourceType": "Patient",
        "identifier": [{"system": "https://gp.example/id/patient", "value": str(number)}],
        "name": [{"family": "Árnyék", "given": ["Anna", "Mária"]}],
        "gender": "female",
        "birthDate": "1980-02-03",
        **elements,
    }
