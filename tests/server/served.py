"""``vrfhir serve`` as a process of its own, for tests that kill it or read what it writes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

__all__ = ["Served"]


class Served:
    """A running endpoint: its addresses, its log, and an end."""

    def __init__(self, database: Path, *options: str, log: Path | None = None, **environment: str) -> None:
        command = [sys.executable, "-m", "vrfhir", "serve", "--json", "--port", "0", "--mllp-port", "0"]
        self._log = (log or database.with_suffix(".log")).open("ab")
        self.process = subprocess.Popen(
            [*command, "--database", str(database), *options],
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=os.environ | environment,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, Path(self._log.name).read_text()
        self.facts: dict[str, Any] = json.loads(line)

    @property
    def fhir(self) -> str:
        return str(self.facts["fhir"]) + "/"

    @property
    def mllp(self) -> tuple[str, int]:
        host, _, port = str(self.facts["mllp"]).rpartition(":")
        return host, int(port)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.kill()
        self._end()

    def stop(self) -> int:
        """End it as an operator would; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._end()

    def _end(self) -> int:
        code = self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self._log.close()
        return code
