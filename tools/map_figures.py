"""Measure what the HL7 v2 map keeps: per message type, what became of every leaf and which leaves a text search finds again.

    python tools/map_figures.py [--shared ../shared] [--places N] [--check] [NAME …]

Two things are counted for each leaf (each non-empty subcomponent; delimiters, ``""`` and credentials hold no value and are
not looked for):

* its outcome in the ledger: mapped, carried, ignored by rule, deleted;
* whether it stands in the Bundle when all texts of all resources are searched as plain text, the stored original
  (``Binary``) left out: *verbatim*; or *spelled* the way FHIR spells it – a date with dashes, a coding system as a URI, a
  table code as FHIR's own code, Y as true – which is reported beside it, never added to it silently.

Beside them: how many leaves stand where they stood when the Bundle is written again in the version of the message, without
the stored original – from elements and carried content alone (*back*), and with the notes of ``exact=True`` (*noted*).

``--places`` lists where values are carried, and where they are found only in FHIR's spelling or not at all. ``--check``
ends with 1 when a figure is below its goal. NAME restricts the run to message types (``REF``, ``ORU-R01``) or files.
"""

from __future__ import annotations

import argparse
import re
import sys
from base64 import b64encode
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from message_back import returned

if TYPE_CHECKING:
    from vrfhir.mappers import Entry, Mapping

ROOT = Path(__file__).resolve().parents[1]
GOALS = {"mapped": 90.0, "found": 97.0}
"""Per cent: leaves mapped in all REF and RRI; leaf values found again, verbatim, in all public samples."""
CODES = ("telecom-system", "telecom-use", "name-use", "address-use", "gender", "mime-type", "nhs-number-status")
DERIVED = frozenset(
    {"selector", "value-type", "item-type", "document-type", "yes-no-words", "pending-status", "minutes-unit"}
)
"""Conversions whose value is said by the type or place of an element."""
AUTHORITIES = frozenset({"ISO", "UUID", "URI", "NET", "Base64"})
"""What kind of name an authority has is said by the form of its URI."""
MOMENT = re.compile(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?(?:[+-]\d{2,4})?")


def main(words: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument(
        "--shared", type=Path, default=ROOT / "../shared", help="folder with the public sample messages"
    )
    parser.add_argument("--places", type=int, default=0, metavar="N", help="list the N fields that lose most")
    parser.add_argument("--check", action="store_true", help="exit 1 when a figure is below its goal")
    parser.add_argument("names", nargs="*", help="message types or file names")
    arguments = parser.parse_args(words)
    figures = Figures()
    for path in messages(arguments.shared, arguments.names):
        figures.add(path)
    if not figures.types:
        sys.stderr.write("map_figures: no messages of a supported type\n")
        return 2
    sys.stdout.write(figures.report(arguments.places))
    return 1 if arguments.check and not figures.reached() else 0


def messages(shared: Path, names: list[str]) -> Iterator[Path]:
    """The public samples of the types that are mapped, and the messages of the examples."""
    from vrfhir.mappers.other import SUPPORTED

    for path in sorted((shared.resolve() / "data" / "hl7v2-samples").glob("*.hl7")):
        code, trigger = path.stem.split("-")[:2]
        if trigger in SUPPORTED.get(code, ()) and (not names or any(path.stem.startswith(name) for name in names)):
            yield path
    for path in sorted((ROOT / "examples").glob("*/hl7v2/*.hl7")):
        if not names or any(path.stem.upper().startswith(name.upper()) for name in names):
            yield path


class Figures:
    """The counts of a run."""

    def __init__(self) -> None:
        self.types: dict[str, Counter[str]] = defaultdict(Counter)
        self.places: dict[str, Counter[str]] = defaultdict(Counter)

    def add(self, path: Path) -> None:
        """Count one message."""
        from vrfhir.hl7v2 import parse
        from vrfhir.mappers import to_fhir

        message = parse(path.read_bytes())
        origin = "story" if ROOT in path.parents else "sample"
        kind = f"{origin} {message.type.code}^{message.type.trigger}".rstrip("^")
        mapping = to_fhir(message)
        counts = self.types[kind]
        for name, exact in (("back", False), ("noted", True)):
            expected, same, more = returned(message, exact=exact)
            counts[name] += same
            counts["values"] += expected if exact else 0
            counts["more"] += 0 if exact else more
        for entry, found in leaves(mapping):
            counts["leaves"] += 1
            counts[entry.outcome] += 1
            counts[found] += 1
            place = f"{entry.segment[:3]}-{entry.field}.{entry.component}"
            if entry.outcome == "carried":
                self.places["carried"][place] += 1
            if found in ("spelled", "lost"):
                self.places[found][f"{place} ({entry.row})"] += 1

    def report(self, places: int) -> str:
        """The table, and the places."""
        heads = ("leaves", "mapped", "carried", "ignored", "deleted", "verbatim", "+spelled", "lost", "back", "noted")
        lines = [f"{'':24}" + "".join(f"{head:>10}" for head in heads)]
        lines += [_line(kind, counts) for kind, counts in sorted(self.types.items())]
        for name, counts in self.totals().items():
            lines.append(_line(name, counts))
        for title, found in sorted(self.places.items()) if places else ():
            lines.append(f"\n{title}:")
            lines += [f"{count:7} {place}" for place, count in found.most_common(places)]
        return "\n".join(lines) + "\n"

    def totals(self) -> dict[str, Counter[str]]:
        """Sums of types."""
        groups = {
            "REF and RRI": lambda kind: " R" in kind and "^I1" in kind,
            "public samples": lambda kind: kind.startswith("sample"),
            "all": lambda kind: True,
        }
        sums = {
            name: sum((counts for kind, counts in self.types.items() if chosen(kind)), Counter())
            for name, chosen in groups.items()
        }
        return {name: counts for name, counts in sums.items() if counts}

    def reached(self) -> bool:
        """True when every figure is at its goal or above: the referrals mapped, the public samples found again."""
        totals = self.totals()
        mapped = _share(totals["REF and RRI"], "mapped") if "REF and RRI" in totals else 100.0
        found = _found(totals["public samples"]) if "public samples" in totals else 100.0
        return mapped >= GOALS["mapped"] and found >= GOALS["found"]


def _line(kind: str, counts: Counter[str]) -> str:
    shares = [_share(counts, name) for name in ("mapped", "carried", "ignored", "deleted")]
    shares += [_found(counts), _found(counts, "verbatim", "spelled"), 100 - _found(counts, "verbatim", "spelled")]
    shares += [100 * counts[name] / counts["values"] if counts["values"] else 100.0 for name in ("back", "noted")]
    return f"{kind:24}{counts['leaves']:10}" + "".join(f"{share:9.1f}%" for share in shares)


def _share(counts: Counter[str], name: str) -> float:
    return 100 * counts[name] / counts["leaves"] if counts["leaves"] else 0.0


def _found(counts: Counter[str], *names: str) -> float:
    values = sum(counts[name] for name in ("verbatim", "spelled", "lost"))
    return 100 * sum(counts[name] for name in names or ("verbatim",)) / values if values else 100.0


def leaves(mapping: Mapping) -> Iterator[tuple[Entry, str]]:
    """Each leaf with how it was found again: ``verbatim``, ``spelled``, ``lost``; ``none`` for one that holds no value."""
    everything = "\n".join(texts(mapping.bundle))
    search = Search(everything)
    for entry in mapping.ledger:
        if entry.outcome == "deleted" or entry.row in ("credentials", "blank") or _is_delimiter(entry):
            yield entry, "none"
        elif entry.text in everything or entry.raw in everything:
            yield entry, "verbatim"
        else:
            yield entry, "spelled" if entry.outcome == "mapped" and search.spelled(entry) else "lost"


def _is_delimiter(entry: Entry) -> bool:
    return entry.segment == "MSH[1]" and entry.field <= 2


def texts(value: Any) -> Iterator[str]:
    """Every text of a JSON value, without the stored original."""
    if isinstance(value, dict):
        if value.get("resourceType") == "Binary":
            return
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)
    else:
        yield {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


class Search:
    """The texts of a Bundle, and how FHIR would spell what is looked for."""

    def __init__(self, everything: str) -> None:
        self.everything = everything
        self.lines = frozenset(everything.split("\n"))
        self.squeezed = re.sub(r"\s+", "", everything)
        self.digits = re.sub(r"[^\d\n]", "", everything)

    def spelled(self, entry: Entry) -> bool:
        """True when the value stands there in the spelling of its FHIR type, or is said by where something was put."""
        from vrfhir.mappers.vocabulary import code_map, named_system

        value = entry.text
        if _conversions().get(entry.row) in DERIVED or re.sub(r"\s+", "", value) in self.squeezed:
            return True
        if self._moment(value):
            return True
        if quote(value, safe="") in self.everything or b64encode(value.encode()).decode() in self.lines:
            return True
        system = named_system(value)
        if system and system in self.everything:
            return True
        if value in ("Y", "N"):
            return {"Y": "true", "N": "false"}[value] in self.everything
        if value in AUTHORITIES:
            return True
        if any(value == each.namespace and each.system in self.everything for each in _authorities()):
            return True
        if value.lower() in self.lines or value.lstrip("+") in self.lines:
            return True
        maps = [code_map(name) for name in (*CODES, *_code_maps().get(entry.row, ()))]
        return any(value in each.codes and each.codes[value] in self.everything for each in maps)

    def _moment(self, value: str) -> bool:
        stamp = MOMENT.fullmatch(value)
        if stamp is None:
            return False
        year, month, day, hour, minute, _ = stamp.groups()
        shown = "-".join(filter(None, (year, month, day))) + (f"T{hour}:{minute or '00'}" if hour else "")
        return shown in self.everything or ("+" not in value and re.sub(r"\D", "", value) in self.digits)


@cache
def _conversions() -> dict[str, str]:
    """Row id → conversion."""
    from vrfhir.mappers.rows import load_maps

    return {row.id: row.conversion for each in load_maps().values() for form in each.flavours for row in form.rows}


@cache
def _code_maps() -> dict[str, tuple[str, ...]]:
    """Row id → the code map it names."""
    from vrfhir.mappers.rows import load_maps

    rows = (row for each in load_maps().values() for form in each.flavours for row in form.rows)
    return {row.id: (row.options["codes"],) for row in rows if "codes" in row.options}


@cache
def _authorities() -> tuple[Any, ...]:
    from vrfhir.mappers import Partner

    return tuple(Partner.default().authorities)


if __name__ == "__main__":
    sys.exit(main())
