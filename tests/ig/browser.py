"""A headless Chromium driven over WebDriver (https://www.w3.org/TR/webdriver2/) with the HTTP client that vrfhir has anyway.

Only what the tests of the site need: load a page, run a script in it, read the console, be as wide as a phone.
"""

from __future__ import annotations

import base64
import shutil
import socket
import subprocess
import time
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

__all__ = ["Browser", "missing"]

_NAMES = {"browser": ("chromium", "chromium-browser", "google-chrome"), "driver": ("chromedriver",)}
_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)


def _found(kind: str) -> str | None:
    return next((path for name in _NAMES[kind] if (path := shutil.which(name))), None)


def missing() -> str:
    """What is not installed; empty if a browser can be driven."""
    return ", ".join(names[0] for kind, names in _NAMES.items() if not _found(kind))


class Browser(AbstractContextManager["Browser"]):
    """One browser window of a given width; ``close`` ends the driver that it started."""

    def __init__(self, width: int = 1280, height: int = 900, *, scheme: str = "light", profile: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self._driver = subprocess.Popen(
            [str(_found("driver")), f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
        try:
            self._wait()
            self._session = ""
            options = {"args": [*_ARGUMENTS, f"--user-data-dir={profile}"], "binary": _found("browser")}
            wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
            made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            self._session = f"/session/{made['sessionId']}"
            metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
            self.command("Emulation.setDeviceMetricsOverride", metrics)
            media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
            self.command("Emulation.setEmulatedMedia", media)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def load(self, address: str) -> None:
        """Open an address and wait until it is loaded."""
        self._call("POST", f"{self._session}/url", {"url": address})

    def run(self, script: str, *arguments: object) -> Any:
        """The value that a function body returns in the page."""
        return self._call("POST", f"{self._session}/execute/sync", {"script": script, "args": list(arguments)})

    def until(self, script: str, *arguments: object) -> Any:
        """The value of a script as soon as it is true; fails after five seconds."""
        for _ in range(100):
            if found := self.run(script, *arguments):
                return found
            time.sleep(0.05)
        raise AssertionError(f"never true: {script}")

    def console(self) -> list[str]:
        """What the console said since it was last asked."""
        rows = self._call("POST", f"{self._session}/se/log", {"type": "browser"})
        return [f"{each['level']} {each['message']}" for each in rows]

    def command(self, name: str, parameters: dict[str, Any]) -> Any:
        """A command of the browser's own protocol."""
        return self._call("POST", f"{self._session}/goog/cdp/execute", {"cmd": name, "params": parameters})

    def picture(self, *, whole: bool = True) -> bytes:
        """A PNG of the page."""
        asked = {"format": "png", "captureBeyondViewport": whole}
        return base64.b64decode(self.command("Page.captureScreenshot", asked)["data"])

    def pdf(self) -> bytes:
        """The page as it is printed."""
        asked = {"printBackground": False, "paperWidth": 8.27, "paperHeight": 11.69}
        return base64.b64decode(self.command("Page.printToPDF", asked)["data"])

    def close(self) -> None:
        """End the browser and its driver."""
        try:
            if getattr(self, "_session", ""):
                self._http.delete(self._session)
        except httpx.HTTPError:
            pass
        finally:
            self._http.close()
            self._driver.terminate()
            self._driver.wait(10)

    def _wait(self) -> None:
        for _ in range(200):
            try:
                if self._http.get("/status").json()["value"]["ready"]:
                    return
            except (httpx.HTTPError, ValueError):
                time.sleep(0.05)
        raise RuntimeError("the browser's driver does not answer")

    def _call(self, method: str, path: str, body: dict[str, Any]) -> Any:
        answer = self._http.request(method, path, json=body).json()["value"]
        if isinstance(answer, dict) and "error" in answer:
            raise RuntimeError(f"{answer['error']}: {answer.get('message', '')}")
        return answer
