"""``vrfhir serve``: the FHIR endpoint over HTTP and the HL7 v2 listener over MLLP, until it is told to stop."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vrfhir.errors import VrfhirError
from vrfhir.issues import Issue

if TYPE_CHECKING:
    from vrfhir.server.app import Application
    from vrfhir.server.settings import Settings

__all__ = ["HELP", "add_arguments", "run", "running", "serve", "until_told"]

HELP = "run the FHIR endpoint and the MLLP listener"

_SWITCH_SECONDS = 0.0005
"""How long one thread may keep the others of this process waiting: the store's must not hold up the network's."""
_GRACE_SECONDS = 10
"""How long a request under way may take to its end when the endpoint is told to stop."""
_COLLECTIONS = (10_000, 50, 50)
"""Objects between looks for garbage: definitions are many objects that stay."""

_EPILOG = """\
Every option has an environment variable: VRFHIR_HOST, VRFHIR_PORT, VRFHIR_DATABASE, VRFHIR_MLLP_PORT, VRFHIR_PARTNERS (JSON)
and so on. Tokens are only read from the environment: VRFHIR_TOKENS='[{"token": "...", "role": "owner"}]'.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the verb."""
    parser.epilog = _EPILOG
    parser.add_argument("--host", help="address of the HTTP endpoint (default 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port of the HTTP endpoint (default 8080; 0: a free one)")
    parser.add_argument("--base-url", help="public URL of the FHIR base, when it is not the one that was called")
    parser.add_argument("--mllp-host", help="address of the MLLP listener (default 127.0.0.1)")
    parser.add_argument("--mllp-port", type=int, help="port of the MLLP listener (default: none; 0: a free one)")
    parser.add_argument(
        "--mllp-peer",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="address or network that may connect over MLLP (may be repeated; default: this machine only)",
    )
    parser.add_argument("--mllp-certificate", type=Path, metavar="PEM", help="our certificate: MLLP over TLS only")
    parser.add_argument("--mllp-key", type=Path, metavar="PEM", help="its private key, when not in the same file")
    parser.add_argument(
        "--mllp-ca", type=Path, metavar="PEM", help="authorities of the partners' certificates: mutual TLS"
    )
    parser.add_argument("--mllp-release", type=int, choices=(1, 2), help="release of MLLP (default 1)")
    parser.add_argument("--database", type=Path, help="SQLite file (default vrfhir.sqlite)")
    parser.add_argument(
        "--partner",
        action="append",
        default=[],
        metavar="WHAT",
        help="a partner file (TOML) or a folder of them: who sends, how that is read and answered; or SENDER=HOST:PORT: where"
        " answers to a v2 sender go, mllps://HOST:PORT for TLS; SENDER is MSH-3|MSH-4 or MSH-4 alone (may be repeated)",
    )
    parser.add_argument(
        "--unknown-senders",
        choices=("default", "refuse"),
        help="what senders without a partner file get: the shipped defaults, or AR (default: AR once there are partner files)",
    )
    parser.add_argument(
        "--acknowledge",
        action="append",
        default=[],
        metavar="SENDER=WHEN",
        help="when a v2 sender is answered: processed (default), stored, enhanced; SENDER as before, * all others (may be repeated)",
    )
    parser.add_argument(
        "--workers", type=int, help="processes that map and validate v2 messages (0: none of their own)"
    )
    parser.add_argument("--json", action="store_true", help="print the addresses as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGINT or SIGTERM; 0 after a clean stop."""
    settings = _settings(arguments)
    from vrfhir.server import create_app
    from vrfhir.server.logs import configure

    configure()
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = create_app(settings)
    gc.set_threshold(*_COLLECTIONS)
    gc.freeze()
    try:
        asyncio.run(serve(app, as_json=arguments.json))
    finally:
        app.endpoint.store.close()
    return 0


async def serve(app: Application, *, as_json: bool = False, stop: asyncio.Event | None = None) -> None:
    """Run an application over HTTP and MLLP until ``stop`` or a signal. Raises when a port is in use."""
    ended = until_told(stop)
    async with running(app) as addresses:
        _announce(addresses, as_json=as_json)
        await ended.wait()


def until_told(stop: asyncio.Event | None = None) -> asyncio.Event:
    """An event that SIGINT and SIGTERM set, so that stopping on request is a clean end."""
    ended = stop or asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C arrives as KeyboardInterrupt
            loop.add_signal_handler(number, ended.set)
    return ended


@contextlib.asynccontextmanager
async def running(app: Application) -> AsyncIterator[dict[str, str]]:
    """An application over HTTP and MLLP while the block runs; gives its addresses by name (fhir, mllp …).

    Raises :class:`~vrfhir.errors.VrfhirError` when a port is in use.
    """
    import uvicorn
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    from vrfhir.server.stalled import closing_stalled

    settings = app.endpoint.settings
    listener = _bound(settings.host, settings.port)
    try:
        await app.services.start()
    except BaseException:
        listener.close()
        raise
    host, port = listener.getsockname()[:2]
    config = uvicorn.Config(
        app,
        http=closing_stalled(AutoHTTPProtocol),
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    server = _server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="vrfhir-http")
    try:
        ready = asyncio.create_task(server.ready.wait())
        await asyncio.wait((ready, serving), return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        yield _addresses(app, f"http://{f'[{host}]' if ':' in host else host}:{port}")
    finally:
        server.stop()
        await serving


def _server(config: Any) -> Any:
    """uvicorn with the signals left to us, so that stopping on request ends with exit code 0."""
    import uvicorn

    class Server(uvicorn.Server):
        ready = asyncio.Event()

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            self.ready.set()

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield

        def stop(self) -> None:
            self.should_exit = True

    return Server(config)


def _settings(arguments: argparse.Namespace) -> Settings:
    try:
        from pydantic import ValidationError

        from vrfhir.server.settings import Settings
    except ImportError:
        text = "The endpoint needs packages that are not installed."
        hint = "pip install 'vrfhir[server]'"
        raise VrfhirError(Issue("fatal", "not-supported", "VR-SERVER-0002", text, hint=hint)) from None
    names: tuple[str, ...] = ("host", "port", "base_url", "mllp_host", "mllp_port", "database", "workers")
    names += ("mllp_release", "mllp_certificate", "mllp_key", "mllp_ca", "unknown_senders")
    given = {name: value for name in names if (value := getattr(arguments, name)) is not None}
    try:
        if arguments.mllp_peer:
            given["mllp_peers"] = tuple(arguments.mllp_peer)
        if arguments.partner:
            files = [text for text in arguments.partner if Path(text).exists()]
            form = "--partner is a file, a folder, or SENDER=HOST:PORT, as in GPSYS|A81001=127.0.0.1:2576."
            addresses = dict(_partner(text, form) for text in arguments.partner if text not in files)
            given |= {"partners": addresses} if addresses else {}
            given |= {"partner_files": tuple(map(Path, files))} if files else {}
        if arguments.acknowledge:
            form = "--acknowledge is SENDER=WHEN, as in GPSYS|A81001=stored."
            given["acknowledgement"] = dict(_partner(text, form) for text in arguments.acknowledge)
        return Settings(**given)
    except ValidationError as error:
        raise VrfhirError(*(_setting_issue(row) for row in error.errors(include_input=False))) from None
    except ValueError as error:
        raise VrfhirError(Issue("fatal", "value", "VR-SERVER-0003", f"A setting cannot be read: {error}.")) from None


def _partner(text: str, form: str) -> tuple[str, str]:
    sender, separator, value = text.rpartition("=")
    if not separator or not sender:
        raise VrfhirError(Issue("fatal", "value", "VR-SERVER-0003", form))
    return sender, value


def _setting_issue(row: Any) -> Issue:
    name = ".".join(str(part) for part in row["loc"])
    what = f"The setting {name} is" if name else "The settings are"
    said = str(row["msg"]).removeprefix("Value error, ")
    return Issue("fatal", "value", "VR-SERVER-0003", f"{what} wrong: {said}.")


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket; the error of a port in use is ours, not a traceback."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, or asyncio leaves Nagle on
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(2048)
    except OSError as error:
        listener.close()
        text = f"The endpoint cannot listen on {host}:{port}: {(error.strerror or str(error)).lower()}."
        hint = "Stop the program that uses the port, or choose another one with --port."
        raise VrfhirError(Issue("fatal", "conflict", "VR-SERVER-0004", text, hint=hint)) from None
    return listener


def _addresses(app: Application, url: str) -> dict[str, str]:
    settings = app.endpoint.settings
    facts = {"fhir": settings.base_url or f"{url}/fhir", "metadata": f"{url}/fhir/metadata", "health": f"{url}/health"}
    if app.services.mllp_port is not None:
        facts["mllp"] = f"{settings.mllp_host}:{app.services.mllp_port}"
    return facts | {"database": str(settings.database)}


def _announce(addresses: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(addresses) + "\n")
    else:
        width = max(len(name) for name in addresses)
        sys.stdout.writelines(f"{name:<{width}}  {value}\n" for name, value in addresses.items())
        sys.stdout.write("Stop with Ctrl-C.\n")
    sys.stdout.flush()
