"""Ask HL7's validator and ours about input that nobody wrote, and rank what they say differently.

    python tools/judge.py SEED [SEED ...] [--engine PATH/crosscheck.sh] [--count 400] [--only profile] [--show 20] [--record]

The cases are grown from the definitions (``tools/instances``), others for every seed; the answers are kept under
``build/judge``, so that a seed is asked about once and compared as often as wanted. A new seed says how far the two agree on
what was never looked at. ``--record`` keeps the answers where ``tests/profiles/test_instances.py`` compares without Java.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import sys
from pathlib import Path
from typing import Any

from instances import Case, cases
from reference import instance_record
from reference.comparison import Comparison, our_issues
from reference.engine import ROOT, ReferenceEngine

KEPT = ROOT / "build" / "judge"
Json = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("seeds", nargs="+")
    parser.add_argument("--engine", type=Path, help="crosscheck.sh; without it only seeds that were asked about")
    parser.add_argument("--count", type=int, default=400)
    parser.add_argument("--only", default="", help="one sort of case")
    parser.add_argument("--show", type=int, default=25, help="how many kinds of disagreement")
    parser.add_argument("--find", default="", help="print the cases of the kinds that hold this word")
    parser.add_argument("--record", action="store_true", help="keep the answers of these seeds in conformance/mutants")
    arguments = parser.parse_args()
    told = {seed: _told(seed, arguments) for seed in arguments.seeds}
    if arguments.record:
        content = instance_record.written([one for rows in told.values() for one in rows])
        instance_record.RECORD.write_bytes(content)
        sys.stdout.write(f"{instance_record.RECORD.relative_to(ROOT)}: {len(content)} bytes\n")
        return 0
    whole = Comparison()
    for seed, rows in told.items():
        one = Comparison()
        for case, issues in rows:
            ours = our_issues(case)
            one.add(case, issues, ours)
            whole.add(case, issues, ours)
        sys.stdout.write(f"{seed}: {one}\n")
    if len(told) > 1:
        sys.stdout.write(f"all: {whole}\n")
    for kind, found in sorted(whole.kinds.items(), key=lambda pair: -len(pair[1]))[: arguments.show]:
        sys.stdout.write(f"{len(found):5}  {kind:90} {min(found, key=len)}\n")
    for kind, found in whole.kinds.items():
        if arguments.find and arguments.find in kind:
            sys.stdout.write(f"{kind}\n" + "".join(f"    {one}\n" for one in found))
    return 0


def _told(seed: str, arguments: argparse.Namespace) -> list[tuple[Case, list[Json]]]:
    """The cases of a seed with the engine's answers, asking where they are not kept."""
    path = KEPT / f"{seed}{'-' + arguments.only if arguments.only else ''}.jsonl.gz"
    if not path.is_file():
        if arguments.engine is None:
            raise SystemExit(f"judge: nothing is known of seed {seed}; give --engine")
        KEPT.mkdir(parents=True, exist_ok=True)
        with ReferenceEngine(arguments.engine.resolve()) as engine, gzip.open(path.with_suffix(".part"), "wt") as out:
            for case in cases(seed, arguments.count, arguments.only):
                out.write(json.dumps([_packed(case), asked(engine, case)]) + "\n")
        path.with_suffix(".part").rename(path)
    with gzip.open(path, "rt") as kept:
        return [(_unpacked(row), issues) for row, issues in map(json.loads, kept)]


def asked(engine: ReferenceEngine, case: Case) -> list[Json]:
    """What the engine says of a case."""
    return engine.validate(
        case.content, form=case.form, profile=case.profile or "", supporting=case.supporting, options=case.options
    )


def _packed(case: Case) -> Json:
    row = case._asdict()
    row["content"] = base64.b64encode(case.content).decode()
    row["supporting"] = [one.decode() for one in case.supporting]
    row["profile"] = case.profile.decode() if case.profile else None
    return row


def _unpacked(row: Json) -> Case:
    profile = row["profile"].encode() if row["profile"] else None
    return Case(
        row["identity"],
        base64.b64decode(row["content"]),
        row["form"],
        tuple(one.encode() for one in row["supporting"]),
        profile,
        row["options"],
    )


if __name__ == "__main__":
    sys.exit(main())
