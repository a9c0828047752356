"""``vrfhir partner check``: what a new partner's messages would lose, before go-live."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

from vrfhir.errors import VrfhirError
from vrfhir.fhir.json import serialize
from vrfhir.mappers import Mapping, Partner, to_fhir
from vrfhir.mappers.ledger import OUTCOMES

__all__ = ["HELP", "add_arguments", "run"]

HELP = "check a partner file against sample messages: what they would lose, which codes nobody explained"

OK, FINDINGS, COULD_NOT_RUN = 0, 1, 2
_SUFFIXES = (".hl7", ".er7", ".txt", "")
_LARGEST = 64 * 1024 * 1024
_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the verb."""
    parser.add_argument("action", choices=("check",), help="what to do")
    parser.add_argument("file", metavar="FILE", type=Path, help="partner file (TOML)")
    parser.add_argument(
        "--sample", metavar="DIR", type=Path, required=True, help="folder of messages from that partner"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object")


class _Tally:
    """What all messages together say."""

    def __init__(self) -> None:
        self.messages: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.carried: Counter[str] = Counter()
        self.findings: Counter[tuple[str, str]] = Counter()
        self.unmapped: Counter[tuple[str, str, str]] = Counter()
        self.refused: list[tuple[str, str, str]] = []

    def add(self, kind: str, mapping: Mapping) -> None:
        self.messages[kind] += 1
        self.outcomes.update(mapping.ledger.counts())
        for entry in mapping.ledger:
            if entry.outcome == "carried":
                self.carried[re.sub(r"\[\d+\]", "", entry.path)] += 1
        self.findings.update((issue.severity, issue.id) for issue in mapping.issues)
        self.unmapped.update((each.table, each.code, each.name) for each in mapping.unmapped)

    @property
    def has_errors(self) -> bool:
        return bool(self.refused) or any(severity in ("error", "fatal") for severity, _ in self.findings)


def run(arguments: argparse.Namespace) -> int:
    """0 nothing refused and no error, 1 findings that are errors or messages refused, 2 it could not be checked."""
    partner = Partner.load(arguments.file)
    if not arguments.sample.is_dir():
        sys.stderr.write(f"vrfhir partner: {arguments.sample} is not a folder\n")
        return COULD_NOT_RUN
    tally = _Tally()
    for path in sorted(arguments.sample.iterdir()):
        if path.is_file() and path.suffix.lower() in _SUFFIXES and path.stat().st_size <= _LARGEST:
            _read(path, partner, tally)
    if not tally.messages and not tally.refused:
        sys.stderr.write(f"vrfhir partner: {arguments.sample} holds no messages\n")
        return COULD_NOT_RUN
    if arguments.json:
        sys.stdout.write(serialize(_as_dict(partner, tally)).decode("utf-8") + "\n")
    else:
        _show(partner, tally)
    return FINDINGS if tally.has_errors else OK


def _read(path: Path, partner: Partner, tally: _Tally) -> None:
    try:
        mapping = to_fhir(path.read_bytes(), partner=partner)
    except VrfhirError as error:
        tally.refused.append((path.name, error.issues[0].id, error.issues[0].text))
        return
    activity = next(
        e["resource"]
        for e in mapping.bundle["entry"]
        if e["resource"]["resourceType"] == "Provenance" and "text" in e["resource"]["activity"]
    )
    tally.add(str(activity["activity"]["text"]).removeprefix("HL7 v2 message "), mapping)


def _as_dict(partner: Partner, tally: _Tally) -> dict[str, object]:
    return {
        "partner": partner.id,
        "messages": dict(tally.messages),
        "values": {outcome: tally.outcomes.get(outcome, 0) for outcome in OUTCOMES},
        "carried": dict(tally.carried.most_common()),
        "findings": [{"severity": s, "id": i, "count": n} for (s, i), n in tally.findings.most_common()],
        "unmapped": [
            {"table": t, "code": c, "name": name, "count": n} for (t, c, name), n in tally.unmapped.most_common()
        ],
        "refused": [{"file": name, "id": rule, "text": text} for name, rule, text in tally.refused],
    }


def _show(partner: Partner, tally: _Tally) -> None:
    total = sum(tally.outcomes.values()) or 1
    kinds = ", ".join(f"{number} {kind}" for kind, number in tally.messages.most_common())
    lines = [
        f"partner {partner.id}: {sum(tally.messages.values())} messages ({kinds or 'none'}), {len(tally.refused)} refused"
    ]
    shares = (
        f"{tally.outcomes.get(outcome, 0)} {outcome} ({tally.outcomes.get(outcome, 0) / total:.1%})"
        for outcome in OUTCOMES
    )
    lines.append("values: " + ", ".join(shares))
    lines += [f"refused: {name}: {rule} {text}" for name, rule, text in tally.refused]
    lines += [f"{severity} {rule}: {number} times" for (severity, rule), number in tally.findings.most_common()]
    if tally.carried:
        lines.append("kept as sent, without a FHIR element (most often first):")
        lines += [f"  {path}  {number}" for path, number in tally.carried.most_common(_SHOWN)]
    if tally.unmapped:
        lines.append("# codes that nobody explained: fill in `to` and put these into the partner file")
        for (table, code, name), number in tally.unmapped.most_common():
            lines += ["[[code]]", f'table = "{table}"', f"code = {_toml(code)}"]
            lines += [f"name = {_toml(name)}"] if name else []
            lines.append(f'to = ""  # {number} times')
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _toml(text: str) -> str:
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else f"\\u{ord(c):04x}" for c in text) + '"'
