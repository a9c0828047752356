"""``vrfhir partner check``: what a new partner's messages would lose, before go-live."""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from vrfhir.cli.messages import Found, found_in, message_files
from vrfhir.cli.partner_work import Work, work_lines
from vrfhir.cli.progress import shown
from vrfhir.errors import VrfhirError
from vrfhir.fhir.json import serialize
from vrfhir.hl7v2 import parse
from vrfhir.issues import Issue
from vrfhir.mappers import Mapping, Partner, to_fhir
from vrfhir.mappers.ledger import OUTCOMES

__all__ = ["add_arguments", "run"]

OK, FINDINGS, COULD_NOT_RUN = 0, 1, 2
_SHOWN = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``check``."""
    parser.add_argument("file", metavar="FILE", type=Path, help="partner file (TOML)")
    parser.add_argument(
        "--sample",
        metavar="DIR",
        type=Path,
        required=True,
        help="folder of messages from that partner, or a file of several (one after another, or a batch)",
    )


class _Tally:
    """What all messages together say, and those of each type."""

    def __init__(self) -> None:
        self.messages: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.by_type: dict[str, Counter[str]] = defaultdict(Counter)
        self.carried: Counter[str] = Counter()
        self.findings: Counter[tuple[str, str]] = Counter()
        self.first: dict[tuple[str, str], tuple[str, Issue]] = {}
        self.unmapped: Counter[tuple[str, str, str]] = Counter()
        self.refused: list[tuple[str, str, str]] = []

    def add(self, name: str, kind: str, mapping: Mapping) -> None:
        self.messages[kind] += 1
        counts = mapping.ledger.counts()
        self.outcomes.update(counts)
        self.by_type[kind].update(counts)
        for entry in mapping.ledger:
            if entry.outcome == "carried":
                self.carried[re.sub(r"\[\d+\]", "", entry.path)] += 1
        self.say(name, mapping.issues)
        self.unmapped.update((each.table, each.code, each.name) for each in mapping.unmapped)

    def say(self, name: str, issues: Iterable[Issue]) -> None:
        for issue in issues:
            key = (issue.severity, issue.id)
            self.findings[key] += 1
            self.first.setdefault(key, (name, issue))

    @property
    def has_errors(self) -> bool:
        return bool(self.refused) or any(severity in ("error", "fatal") for severity, _ in self.findings)


def run(arguments: argparse.Namespace) -> int:
    """0 nothing refused and no error, 1 findings that are errors or messages refused, 2 it could not be checked."""
    partner = Partner.load(arguments.file)
    _check_endpoint(arguments.file, partner)
    if not arguments.sample.exists():
        sys.stderr.write(f"vrfhir partner: there is no folder or file {arguments.sample}\n")
        return COULD_NOT_RUN
    tally = _Tally()
    files = message_files([arguments.sample])
    for found in shown((each for path in files for each in found_in(path)), len(files), what="reading"):
        _read(found, partner, tally)
    if not tally.messages and not tally.refused:
        sys.stderr.write(f"vrfhir partner: {arguments.sample} holds no messages\n")
        return COULD_NOT_RUN
    if arguments.json:
        sys.stdout.write(serialize(_as_dict(partner, tally)).decode("utf-8") + "\n")
    else:
        _show(partner, tally)
    return FINDINGS if tally.has_errors else OK


def _check_endpoint(file: Path, partner: Partner) -> None:
    """What the file says of the endpoint, as an endpoint would read it; nothing where no endpoint is installed."""
    if not partner.endpoint:
        return
    try:
        from vrfhir.server.correspondents import Correspondents
        from vrfhir.server.settings import Settings
    except ImportError:
        return
    Correspondents.of(Settings(partner_files=(file,)))


def _read(found: Found, partner: Partner, tally: _Tally) -> None:
    if found.data is None:
        tally.refused += [(found.name, issue.id, issue.text) for issue in found.issues if issue.severity == "fatal"]
        tally.say(found.name, (issue for issue in found.issues if issue.severity != "fatal"))
        return
    try:
        message = parse(found.data, charset=partner.charset or None)
        mapping = to_fhir(message, partner=partner)
    except VrfhirError as error:
        tally.refused.append((found.name, error.issues[0].id, error.issues[0].text))
        return
    tally.add(found.name, f"{message.type.code}^{message.type.trigger}".rstrip("^"), mapping)


def _as_dict(partner: Partner, tally: _Tally) -> dict[str, object]:
    return {
        "partner": partner.id,
        "messages": dict(tally.messages),
        "values": {outcome: tally.outcomes.get(outcome, 0) for outcome in OUTCOMES},
        "byType": {kind: {"messages": tally.messages[kind], **counts} for kind, counts in tally.by_type.items()},
        "carried": dict(tally.carried.most_common()),
        "findings": [
            {"severity": key[0], "id": key[1], "count": number, **_first(*tally.first[key])}
            for key, number in tally.findings.most_common()
        ],
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
    if len(tally.by_type) > 1:
        lines += _by_type(tally)
    lines += [f"refused: {name}: {rule} {text}" for name, rule, text in tally.refused]
    for key, number in tally.findings.most_common():
        first = _first(*tally.first[key])
        lines.append(f"{key[0]} {key[1]}: {number} times, first in {first['file']} {first['path']}".rstrip())
        lines.append(f"  {first['text']}")
    if tally.carried:
        lines.append("kept as sent, without a FHIR element (most often first):")
        lines += [f"  {path}  {number}" for path, number in tally.carried.most_common(_SHOWN)]
    if tally.unmapped:
        lines.append("# codes that nobody explained: fill in `to` and put these into the partner file")
        lines += work_lines(Work(*key, number) for key, number in tally.unmapped.most_common())
    sys.stdout.writelines(f"{line}\n" for line in lines)


def _first(name: str, issue: Issue) -> dict[str, str]:
    """Where a finding was met first, and what it says there."""
    return {"file": name, "path": issue.expression, "text": issue.text}


def _by_type(tally: _Tally) -> Iterator[str]:
    """A line for each type of message: how many, and what became of their values."""
    yield f"  {'':10}{'messages':>10}{'values':>10}" + "".join(f"{outcome:>10}" for outcome in OUTCOMES)
    for kind, number in tally.messages.most_common():
        counts = tally.by_type[kind]
        total = sum(counts.values()) or 1
        shares = "".join(f"{counts.get(outcome, 0) / total:>10.1%}" for outcome in OUTCOMES)
        yield f"  {kind:10}{number:>10}{total:>10}{shares}"
