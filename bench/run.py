"""Measure vrfhir beside named baselines in the same run: ``make bench``.

    python bench/run.py [--seconds S] [--write] [--json]

Prints machine facts, then one row per measure: ours, the baseline, the ratio. ``--write`` puts the table into
``docs/performance.md``. Nothing here is a test: shared machines are noisy, ratios in one run are what can be compared.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "performance.md"
DRIVER = ROOT / "examples" / "driver"
ROUNDS = 5


@dataclass(frozen=True)
class Measure:
    """One row: what was measured, in which unit, ours, the baseline's name and figure."""

    name: str
    unit: str
    ours: float
    baseline: str
    theirs: float
    goal: str

    @property
    def ratio(self) -> float:
        """How many times better ours is (for times: how many times longer than the baseline)."""
        return self.ours / self.theirs if self.theirs else float("nan")


def rate(action: Callable[[], object], seconds: float) -> float:
    """Calls a second of processor time: the median of several rounds, after a warm-up.

    Processor time, because the figure is for one core and others may be using it too.
    """
    action()
    started = time.process_time()
    action()
    one = max(time.process_time() - started, 1e-6)
    count = max(1, int(seconds / ROUNDS / one))
    rounds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        for _ in range(count):
            action()
        rounds.append(count / (time.process_time() - started))
    return statistics.median(rounds)


def work(command: list[str], repeats: int = 15) -> float:
    """Milliseconds of processor time of a process from start to end: the minimum, which noise can only raise."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    best = float("inf")
    for _ in range(repeats):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, check=False, capture_output=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        best = min(best, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return best * 1000


def prescription() -> dict[str, object]:
    """The VR-Prescription of the driver story."""
    for path in sorted(DRIVER.rglob("*.json")):
        found = json.loads(path.read_bytes())
        if found.get("resourceType") == "ServiceRequest":
            return dict(found)
    raise SystemExit("bench: examples/driver holds no ServiceRequest")


def referral() -> bytes:
    """The REF^I12 of the driver story, segments ended by CR as on the wire."""
    for path in sorted(DRIVER.rglob("*.hl7")):
        data = path.read_bytes().replace(b"\r\n", b"\r").replace(b"\n", b"\r")
        if b"REF^I12" in data.split(b"\r", 1)[0]:
            return data
    raise SystemExit("bench: examples/driver holds no REF^I12")


def start_up() -> list[Measure]:
    """A cold ``vrfhir validate`` of one file over a bare interpreter."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({"resourceType": "Patient", "name": [{"family": "Example"}], "birthDate": "1980-01-01"}, file)
        file.flush()
        bare = work([sys.executable, "-c", "pass"])
        ours = work([sys.executable, "-m", "vrfhir", "validate", file.name])
        models = work(
            [sys.executable, "-c", "from fhir.resources.R4B.patient import Patient; Patient(birthDate='1980-01-01')"]
        )
    return [
        Measure(
            "validate one file, own work (process less bare interpreter)",
            "ms",
            ours - bare,
            "fhir.resources, import and one Patient",
            models - bare,
            "≤ 150 ms",
        ),
    ]


def validation(seconds: float) -> list[Measure]:
    """Resources a second on one core, warm."""
    from fhir.resources.R4B.servicerequest import ServiceRequest

    from vrfhir import Validator

    profiled = prescription()
    base = {key: value for key, value in profiled.items() if key not in ("meta", "text")}
    text = json.dumps(base)
    validator = Validator()
    theirs = rate(lambda: ServiceRequest.model_validate_json(text), seconds)
    return [
        Measure(
            "validate a VR-Prescription with its profiles",
            "/s",
            rate(lambda: validator.validate(profiled), seconds),
            "fhir.resources R4B (structure only)",
            theirs,
            "≥ 4,000/s (issue 5)",
        ),
        Measure(
            "validate the same ServiceRequest against base R4",
            "/s",
            rate(lambda: validator.validate(base), seconds),
            "fhir.resources R4B (structure only)",
            theirs,
            "≥ 10,000/s (issue 5)",
        ),
    ]


def mapping(seconds: float) -> list[Measure]:
    """HL7 v2 messages a second on one core."""
    import hl7
    from hl7apy.parser import parse_message

    from vrfhir.fhir.json import serialize
    from vrfhir.hl7v2 import parse
    from vrfhir.mappers import to_fhir

    message = referral()
    text = message.decode()
    apy = rate(lambda: parse_message(text, find_groups=False), seconds)
    python_hl7 = rate(lambda: str(hl7.parse(text)), seconds)
    return [
        Measure(
            "REF^I12 → VR referral Bundle, JSON written",
            "/s",
            rate(lambda: serialize(to_fhir(message).bundle), seconds),
            "hl7apy, parse alone",
            apy,
            "≥ 1,000/s (issue 6)",
        ),
        Measure(
            "REF^I12 parse and encode",
            "/s",
            rate(lambda: parse(message).encode(), seconds),
            "python-hl7, parse and str",
            python_hl7,
            "≥ 5,000/s (issue 6)",
        ),
    ]


def mllp(seconds: float) -> list[Measure]:
    """HL7 v2 messages over MLLP a second, from first byte to acknowledgement: elapsed time, not processor time."""
    import mllp as listeners

    template = referral()
    count = max(500, int(1000 * seconds))
    theirs = listeners.python_hl7(template, count=max(200, count // 4), connections=32).rate
    commits = listeners.raw_commits(max(1.0, seconds / 3))
    stored = listeners.measure(template, count=count, connections=32, mode="stored").rate
    processed = listeners.measure(template, count=max(40, count // 40), connections=8, mode="processed").rate
    peer = "python-hl7's server, parse and ACK, nothing kept"
    sent = "REF^I12 of 6 kB over MLLP"
    return [
        Measure(f"{sent}: stored durably, acknowledged; 32 senders", "/s", stored, peer, theirs, "≥ 1,000/s (issue 6)"),
        Measure("the same", "/s", stored, "bare SQLite, synchronous=FULL, a commit for each", commits, ""),
        Measure(f"{sent}: mapped, validated, stored, then acknowledged", "/s", processed, peer, theirs, ""),
    ]


def machine() -> str:
    """What the figures were taken on."""
    cpu = "unknown processor"
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [
            line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")
        ]
        cpu = names[0] if names else cpu
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"{os.cpu_count()} × {cpu}, {platform.system()}, Python {platform.python_version()}{load}"


def table(measures: list[Measure]) -> str:
    """A Markdown table of the measures."""
    lines = ["| Measure | Ours | Baseline in the same run | Ratio | Goal |", "|---|---:|---:|---:|---|"]
    for m in measures:
        lines.append(
            f"| {m.name} | {m.ours:,.0f} {m.unit} | {m.baseline}: {m.theirs:,.0f} {m.unit} | {m.ratio:.2g} × | {m.goal} |"
        )
    return "\n".join(lines)


def write(text: str) -> None:
    """Replace the part of the performance page between its bench marks."""
    begin, end = "<!-- bench:begin -->", "<!-- bench:end -->"
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(begin)
    PAGE.write_text(f"{head}{begin}\n{text}\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3.0, help="time spent on each rate")
    parser.add_argument("--write", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    arguments = parser.parse_args()
    facts = machine()
    measures = [*start_up(), *validation(arguments.seconds), *mapping(arguments.seconds), *mllp(arguments.seconds)]
    if arguments.json:
        rows = [asdict(m) | {"ratio": m.ratio} for m in measures]
        sys.stdout.write(json.dumps({"machine": facts, "measures": rows}, indent=1) + "\n")
    else:
        sys.stdout.write(f"{facts}\n\n{table(measures)}\n")
    if arguments.write:
        write(f"{facts}\n\n{table(measures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
