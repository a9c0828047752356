"""Ask HL7's own validator about every example, artefact, mutant and mapped message, record what it says, and compare with ours.

    python tools/crosscheck.py --engine PATH/crosscheck.sh [--check] [--only examples|mutants|messages] [--all]

``crosscheck.sh`` runs HL7's validator (Java) as a JSON-lines pipe. The records under ``conformance/`` are what the tests
compare our validator with, so that they need no Java. Mutants and messages whose content has not changed are not asked about again,
unless ``--all`` says so. With ``--check`` nothing is written and the exit code is 1 when a record is out of date.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from mutants import mutants
from reference import examples, mutant_record, sample_bundles
from reference.engine import BAD, ROOT, ReferenceEngine, unavailable

EXPLAINED = ROOT / "conformance" / "mutants" / "disagreements.json"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--engine", type=Path, required=True, help="crosscheck.sh, set up once with its 'setup'")
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when a record is out of date")
    parser.add_argument("--only", choices=("examples", "mutants", "messages"), help="one record only")
    parser.add_argument("--all", action="store_true", help="ask about every mutant and message again, changed or not")
    arguments = parser.parse_args()
    if reason := unavailable(arguments.engine):
        sys.stdout.write(f"crosscheck skipped: {reason}\n")
        return 0
    current = True

    def start() -> ReferenceEngine:
        return ReferenceEngine(arguments.engine.resolve())

    wanted = (arguments.only,) if arguments.only else ("examples", "mutants", "messages")
    package = mutant_record.package_digest()
    again = arguments.all or arguments.check
    if "examples" in wanted:
        current &= keep(examples.RECORD, examples.written(examples.record(start)), arguments.check)
    if "mutants" in wanted:
        with start() as engine:
            rows = list(mutant_record.record(engine, {} if again else mutant_record.load(package)))
        current &= keep(mutant_record.RECORD, mutant_record.written(rows), arguments.check)
    if "messages" in wanted:
        with start() as engine:
            told = dict(sample_bundles.record(engine, {} if again else sample_bundles.load(package)))
        current &= keep(sample_bundles.RECORD, sample_bundles.written(told, package), arguments.check)
    for name, report in (("examples", report_examples), ("mutants", report_mutants), ("messages", report_messages)):
        if name in wanted:
            report()
    return 1 if arguments.check and not current else 0


def keep(path: Path, content: bytes, check: bool) -> bool:
    """Write a record, or only see whether it would change."""
    same = path.is_file() and path.read_bytes() == content
    if not check:
        path.write_bytes(content)
    sys.stdout.write(f"{path.relative_to(ROOT)}: {'current' if same else 'was out of date'}\n")
    return same


def report_examples() -> None:
    """The errors that the engine finds where there should be none."""
    told = json.loads(examples.RECORD.read_text(encoding="utf-8"))
    valid = {name: found for name, found in told["examples"].items() if not name.startswith("conformance/")}
    valid |= {f"{name} as {parent}": found for name, one in told["parents"].items() for parent, found in one.items()}
    wrong = [(name, one) for name, found in valid.items() for one in found if one["severity"] in (*BAD, "crash")]
    for name, one in wrong:
        sys.stdout.write(f"{one['severity']}: {name}: {one['rule']} at {one['element']}\n")
    sys.stdout.write(f"{len(valid)} validations of examples and artefacts, {len(wrong)} errors\n")


def report_mutants() -> None:
    """How far we agree about the mutants, and the kinds of disagreement."""
    total, stale = mutant_record.agreement(mutant_record.load(), mutants())
    explained = json.loads(EXPLAINED.read_text(encoding="utf-8"))["disagreements"]
    sys.stdout.write(f"{mutant_record.table(total, explained)}\n{total}\n")
    if stale:
        sys.stdout.write(f"{len(stale)} mutants are not in the record as they are now\n")


def report_messages() -> None:
    """The errors that the engine finds in Bundles made of messages."""
    told = sample_bundles.load()
    wrong = [(name, one) for name, (_, found) in told.items() for one in found if one.severity in (*BAD, "crash")]
    for name, one in wrong:
        sys.stdout.write(f"{one.severity}: {name}: {one.rule} at {one.element}\n")
    sys.stdout.write(
        f"{len(told)} Bundles made of messages, {len(wrong)} errors in {len({n for n, _ in wrong})} of them\n"
    )


if __name__ == "__main__":
    sys.exit(main())
