"""HL7's own validator behind its JSON-lines pipe, and what it says in a form that can be compared with ours.

``crosscheck.sh`` (beside the public test material) starts the pipe; it needs Java. :class:`ReferenceEngine` installs the
packages that the examples need, starts it and asks; :func:`findings` keeps what can be compared.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

__all__ = ["BAD", "PACKAGE", "ROOT", "UNDECIDED", "Finding", "ReferenceEngine", "findings", "place", "unavailable"]

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "vrfhir" / "profiles" / "package"
UK_CORE = "fhir.r4.ukcore.staging#2.0.0-main.20250620"
SDC = "hl7.fhir.uv.sdc@4.0.0-ballot"
BAD = ("error", "fatal")
UNDECIDED = "undecided"
"""The severity of what the engine, without a terminology server, says differently from one question to the next."""
_BEYOND_LISTS = re.compile(
    r"ValueSet/(?:mimetypes|currencies|languages|all-languages|ucum-units|all-time-zones|timezones)\b"
)
_CODE_RULES = ("UNABLE_TO_INFER_CODESYSTEM", "Terminology_TX_NoValid_16")


class Finding(NamedTuple):
    """One issue: how bad, which rule (invariant key or message id), where."""

    severity: str
    rule: str
    element: str


def place(expression: str) -> str:
    """A location without the engine's comments and type marks."""
    return re.sub(r"/\*.*?\*/|\.ofType\((?:FHIR\.)?\w+\)", "", expression or "")


def findings(issues: Iterable[dict[str, Any]]) -> list[Finding]:
    """The engine's errors and warnings, in its order."""
    found = []
    for one in issues:
        severity, rule = one["severity"], (one["messageId"] or "").rsplit("#", 1)[-1]
        if severity == "information":
            continue
        if rule in _CODE_RULES and _BEYOND_LISTS.search(one.get("text") or ""):
            severity = UNDECIDED
        found.append(Finding(severity, rule, place(one["expression"])))
    return found


def unavailable(script: Path) -> str:
    """Why the engine cannot be asked here; "" when it can."""
    if not script.is_file():
        return f"no crosscheck.sh at {script}"
    return "" if shutil.which("java") else "Java is not installed"


class ReferenceEngine:
    """The pipe, as a context manager."""

    def __init__(self, script: Path) -> None:
        self._script = script
        self._folder = tempfile.TemporaryDirectory()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> ReferenceEngine:
        archive = Path(self._folder.name) / "package.tgz"
        _pack(archive)
        command = ["bash", str(self._script), UK_CORE, *self._forms(), self._run("install", str(archive))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=self._environment()
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.wait(timeout=60)
        self._folder.cleanup()

    def validate(
        self,
        resource: bytes | Path,
        *,
        form: str = "json",
        profile: str | bytes = "",
        supporting: Sequence[bytes] = (),
        options: Mapping[str, Any] | None = None,
    ) -> list[dict[str, Any]]:
        """The engine's issues about a resource, as it writes them; one of severity ``crash`` when it fell over.

        ``profile`` is a canonical, or a StructureDefinition itself; ``supporting`` are definitions that go with the resource.
        """
        request: dict[str, Any] = {"id": "1", "resource": self._file("resource", resource, form), "format": form}
        request["supporting"] = [self._file(f"supporting-{number}", one) for number, one in enumerate(supporting)]
        request["profile"] = None
        if profile:
            given = isinstance(profile, bytes)
            request["profile"] = {"file": self._file("profile", profile)} if given else {"url": profile}
        request["options"] = dict(options or {})
        answer = self.ask(request)
        if "issues" not in answer:
            return [{"severity": "crash", "messageId": str(answer.get("crash")).partition(":")[0], "expression": ""}]
        issues: list[dict[str, Any]] = answer["issues"]
        return issues

    def evaluate(self, expression: str, resource: bytes | Path, *, form: str = "json") -> dict[str, Any]:
        """The values of a FHIRPath expression on a resource, or the error."""
        path = self._file("resource", resource, form)
        return self.ask({"id": "1", "expression": expression, "input": path, "format": form})

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One request through the pipe."""
        if self._process is None or self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the engine is not running")
        self._process.stdin.write((json.dumps(request) + "\n").encode())
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the engine ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _file(self, name: str, content: str | bytes | Path, form: str = "json") -> str:
        if isinstance(content, Path):
            return str(content)
        path = Path(self._folder.name) / f"{name}.{form}"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(["bash", str(self._script), *arguments], check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def _forms(self) -> list[str]:
        """The package that defines the marks on questionnaires; npm fetches it once; where it cannot, it is left out."""
        kept = ROOT / "build" / "packages"
        archive = kept / f"{SDC.replace('@', '-')}.tgz"
        if not archive.is_file() and shutil.which("npm"):
            kept.mkdir(parents=True, exist_ok=True)
            subprocess.run(["npm", "pack", "--silent", SDC], cwd=kept, check=False, capture_output=True)
        return [self._run("install", str(archive))] if archive.is_file() else []

    def _environment(self) -> dict[str, str]:
        """Ours, with an agent that forbids the engine the network: it would retry each look-up for minutes."""
        home = Path(os.environ.get("CROSSCHECK_HOME") or Path.home() / ".cache" / "vrfhir-crosscheck")
        source = ROOT / "tools" / "offline_agent" / "Offline.java"
        folder = Path(self._folder.name)
        if shutil.which("javac") is None:
            return dict(os.environ)
        command = ["javac", "-cp", f"{home}/lib/*", "-d", str(folder), str(source)]
        subprocess.run(command, check=True, capture_output=True)
        agent = folder / "offline.jar"
        with zipfile.ZipFile(agent, "w") as jar:
            jar.writestr("META-INF/MANIFEST.MF", "Manifest-Version: 1.0\nPremain-Class: Offline\n\n")
            jar.write(folder / "Offline.class", "Offline.class")
        return {**os.environ, "JAVA_TOOL_OPTIONS": f"-javaagent:{agent}"}


def _pack(archive: Path) -> None:
    """Our package as npm packs it: everything under ``package/``."""
    with tarfile.open(archive, "w:gz") as tar:
        for path in sorted(PACKAGE.iterdir()):
            entry = tarfile.TarInfo(f"package/{path.name}")
            content = path.read_bytes()
            entry.size = len(content)
            tar.addfile(entry, BytesIO(content))
