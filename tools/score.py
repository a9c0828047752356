"""Score validator and FHIRPath engine against HL7's, beside the floor, and write the figures into docs/performance.md.

    python tools/score.py --shared ../shared [--no-write] [--only WORD]

Both are spoken to through the pipes a user has: ``vrfhir validate --jsonl`` and ``vrfhir fhirpath --jsonl``. The floor is a
validator that finds nothing, ever. The scoring itself is done by the tools that lie beside the public test material.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- score:begin -->", "<!-- score:end -->"
FLOOR = (
    "import json, sys\n"
    "for line in sys.stdin:\n"
    "    print(json.dumps({'id': json.loads(line)['id'], 'issues': [], 'outputs': []}), flush=True)\n"
)


class Suite(NamedTuple):
    """One run of a scoring tool."""

    name: str
    tool: str
    cases: str
    verb: str
    options: tuple[str, ...] = ()


SUITES = (
    Suite(
        "reference cases, offline, against HL7's engine",
        "score_validator.py",
        "reference-cases",
        "validate",
        ("--offline",),
    ),
    Suite(
        "official validator cases, offline, recorded outcomes",
        "score_validator.py",
        "fhir-validator-cases",
        "validate",
        ("--offline",),
    ),
    Suite(
        "official validator cases, offline, against HL7's engine",
        "score_validator.py",
        "fhir-validator-cases",
        "validate",
        ("--offline", "--against", "engine"),
    ),
    Suite("FHIRPath R4 suite", "score_fhirpath.py", "fhirpath-cases", "fhirpath"),
)


def main() -> int:
    """Score, print, and keep."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--shared", type=Path, required=True, help="folder with data/ and tools/ of the public test material"
    )
    parser.add_argument("--no-write", action="store_true", help="print only; leave docs/performance.md as it is")
    parser.add_argument("--only", default="", help="only suites whose name holds this word")
    arguments = parser.parse_args()
    shared = arguments.shared.resolve()
    if not (shared / "tools" / "score_validator.py").is_file():
        sys.stderr.write(f"score: no test material at {arguments.shared} (expected tools/ and data/ in it)\n")
        return 2
    command = Path(sys.executable).with_name("vrfhir")
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        floor = Path(folder) / "floor.py"
        floor.write_text(FLOOR, encoding="utf-8")
        for suite in SUITES:
            if arguments.only not in suite.name:
                continue
            ours = score(shared, suite, f'"{command}" {suite.verb} --jsonl', Path(folder))
            least = score(shared, suite, f'"{sys.executable}" "{floor}"', Path(folder))
            rows.append((suite, ours, least))
            sys.stdout.write(line(suite, ours, least) + "\n")
    if not arguments.no_write and not arguments.only:
        write(table(rows))
        sys.stdout.write(f"written to {PAGE.relative_to(ROOT)}\n")
    return 0


def score(shared: Path, suite: Suite, command: str, folder: Path) -> dict[str, Any]:
    """The total of one suite for one adapter, as the scoring tool reports it."""
    report = folder / "report.json"
    arguments = [
        sys.executable,
        str(shared / "tools" / suite.tool),
        str(shared / "data" / suite.cases),
        "--cmd",
        command,
        *suite.options,
    ]
    subprocess.run([*arguments, "--report", str(report)], check=True, stdout=subprocess.DEVNULL)
    data = json.loads(report.read_text(encoding="utf-8"))
    total: dict[str, Any] = dict(data.get("total", data))
    if suite.verb == "fhirpath":
        total["runs"] = total["pass"] + total.get("fail", 0)
    total["seconds"] = data.get("seconds", 0)
    total["ids"] = identifiers(shared, suite, data) if suite.verb == "validate" else None
    return total


def identifiers(shared: Path, suite: Suite, data: dict[str, Any]) -> float | None:
    """Of the errors found at the right place, the share that carries the same message id."""
    sys.path.insert(0, str(shared / "tools"))
    from score_validator import place

    lines = (shared / "data" / suite.cases / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    cases = {case["id"]: case for case in map(json.loads, lines)}
    same = found = 0
    for run in data["runs"]:
        case = cases[run["id"]]
        expected = (case.get("engine") or case["expected"])["issues"] or []
        got = [
            (place(each["expression"]), str(each.get("messageId", "")).lower())
            for each in run.get("issues", ())
            if each["severity"] in ("error", "fatal")
        ]
        for each in expected:
            if each["severity"] in ("error", "fatal") and each.get("messageId"):
                where = place(each["expression"])
                at_place = [identity for spot, identity in got if spot == where]
                if at_place:
                    found += 1
                    same += each["messageId"].lower() in at_place
    return 100 * same / found if found else None


def share(total: dict[str, Any], name: str, of: str) -> float:
    """A percentage of two counts."""
    whole = total.get(of, 0)
    return 100 * total.get(name, 0) / whole if whole else 0.0


def figures(suite: Suite, total: dict[str, Any]) -> list[str]:
    """The columns of one adapter."""
    if suite.verb == "fhirpath":
        return [f"{share(total, 'pass', 'runs'):.1f} %", "", "", ""]
    ids = total.get("ids")
    return [
        f"{share(total, 'verdict', 'runs'):.1f} %",
        f"{share(total, 'located', 'wantedIssues'):.1f} %",
        f"{share(total, 'located', 'gotIssues'):.1f} %",
        f"{ids:.1f} %" if ids is not None else "",
    ]


def line(suite: Suite, ours: dict[str, Any], least: dict[str, Any]) -> str:
    """One suite for the terminal."""
    verdict, recall, precision, ids = figures(suite, ours)
    words = f"{suite.name}: {ours.get('runs', 0)} runs, agreement {verdict} (floor {figures(suite, least)[0]})"
    if suite.verb == "validate":
        words += (
            f", places {recall} / {precision}, ids {ids}, skipped {ours.get('skip', 0)}, crashed {ours.get('crash', 0)}"
        )
    return words + f", {ours['seconds']:.0f} s" if ours["seconds"] else words


def table(rows: list[tuple[Suite, dict[str, Any], dict[str, Any]]]) -> str:
    """All suites as a Markdown table."""
    out = [
        f"Made by `make score` on {date.today().isoformat()}, Python {platform.python_version()}, {platform.machine()}.",  # noqa: DTZ011
        "",
        "| Suite | runs | verdict or pass | recall | precision | same message id | floor |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for suite, ours, least in rows:
        cells = [suite.name, str(ours.get("runs", 0)), *figures(suite, ours), figures(suite, least)[0]]
        out.append("| " + " | ".join(cells) + " |")
    return "\n".join(out)


def write(text: str) -> None:
    """Put the table between the marks of the page; make the page when it is not there."""
    page = (
        PAGE.read_text(encoding="utf-8")
        if PAGE.is_file()
        else f"# Performance and agreement, measured\n\n{BEGIN}\n{END}\n"
    )
    if BEGIN not in page:
        page += f"\n{BEGIN}\n{END}\n"
    head, _, rest = page.partition(BEGIN)
    _, _, tail = rest.partition(END)
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
