"""The shipped facts on disk: one file per source package, an index, and blocks that are decoded when asked for.

Layout of a ``.facts`` file::

    vrfhir facts 1\\n              format line
    8 hexadecimal digits           length of the compressed index, then the index: a line of JSON, then a line per
                                   resource, sorted, so that finding one is a binary search
    dictionary                     compressed text that all blocks share as their compression dictionary
    blocks                         one per resource, JSON, compressed

Reading a file costs its index; a resource costs its own block. Constraints of StructureDefinitions are kept once in a
table, because each of HL7's is repeated on thousands of elements.
"""

from __future__ import annotations

import json
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from vrfhir.errors import DefinitionError
from vrfhir.issues import Issue

__all__ = ["Entry", "FactStore", "write_store"]

Json = dict[str, Any]

_FORMAT = b"vrfhir facts 1\n"
_LENGTH_DIGITS = 8
_WINDOW = 32_768
_SAMPLED = ("SearchParameter", "CodeSystem", "ValueSet")
_HEADS = 16
_HEAD = 300


class Entry(NamedTuple):
    """Where one resource lies. ``group`` is the resource type, or ``SearchParameters`` for the list of their urls under ``SearchParameter:<base>``."""

    url: str
    version: str
    group: str
    name: str
    flavour: str
    start: int
    length: int


class FactStore:
    """Read access to one ``.facts`` file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._bytes = path.read_bytes()
            index = self._read_index()
        except (OSError, ValueError, KeyError, zlib.error) as problem:
            raise DefinitionError(_broken(path, problem)) from problem
        self.source: Json = index["source"]
        self._constraints: list[int] = index["constraints"]
        self._dictionary_at: list[int] = index["dictionary"]

    def _read_index(self) -> Json:
        if not self._bytes.startswith(_FORMAT):
            raise ValueError("unknown format")
        at = len(_FORMAT)
        length = int(self._bytes[at : at + _LENGTH_DIGITS], 16)
        start = at + _LENGTH_DIGITS
        self._body = start + length
        head, _, rows = zlib.decompress(self._bytes[start : self._body]).decode().partition("\n")
        self._rows = rows.split("\n")
        index: Json = json.loads(head)
        return index

    def find(self, url: str) -> list[Entry]:
        """The entries of a canonical url, or of a ``SearchParameter:<base>`` group."""
        at = bisect_left(self._rows, f"{url}\t")
        found = []
        while at < len(self._rows) and self._rows[at].startswith(f"{url}\t"):
            found.append(_entry(self._rows[at]))
            at += 1
        return found

    def entries(self, word: str = "") -> Iterator[Entry]:
        """All entries, sorted by url; with a word at least those that have it as group, name or flavour."""
        return map(_entry, (row for row in self._rows if f"\t{word}\t" in row) if word else self._rows)

    def read(self, entry: Entry) -> Any:
        """The facts behind an entry, in FHIR JSON shape."""
        facts = json.loads(self.block(entry.start, entry.length), parse_float=Decimal)
        if entry.group == "StructureDefinition":
            _restore_constraints(facts, self._constraint_table)
        return facts

    def block(self, start: int, length: int) -> bytes:
        """One decompressed block."""
        at = self._body + start
        return zlib.decompressobj(zdict=self._dictionary).decompress(self._bytes[at : at + length])

    def content(self) -> Iterator[tuple[str, bytes]]:
        """Everything the file says, free of offsets and of the compressor's taste: for comparing two files."""
        yield "source", _dump(self.source)
        yield "constraints", self.block(*self._constraints)
        for entry in self.entries():
            yield f"{entry[:5]}", self.block(entry.start, entry.length)

    def digest(self) -> str:
        """SHA-256 over :meth:`content`."""
        import hashlib  # only here: reading facts needs none

        sha = hashlib.sha256()
        for label, data in self.content():
            sha.update(label.encode() + b"\n" + data + b"\n")
        return sha.hexdigest()

    @cached_property
    def _dictionary(self) -> bytes:
        start, length = self._dictionary_at
        at = self._body + start
        return zlib.decompress(self._bytes[at : at + length])

    @cached_property
    def _constraint_table(self) -> list[Json]:
        table: list[Json] = json.loads(self.block(*self._constraints))
        return table


def write_store(
    path: Path, source: Mapping[str, Any], resources: Iterable[tuple[str, str, str, str, str, Any]]
) -> None:
    """Write a ``.facts`` file from ``(url, version, group, name, flavour, facts)`` rows, in the order given."""
    table: dict[bytes, int] = {}
    rows = []
    for url, version, group, name, flavour, facts in resources:
        if group == "StructureDefinition":
            facts = _fold_constraints(facts, table)
        rows.append(((url, version, group, name, flavour), _dump(facts)))
    samples: dict[str, list[bytes]] = {}
    for (_, _, group, _, _), data in rows:
        samples.setdefault(group, []).append(data)
    dictionary = _dictionary_from(samples)
    body = bytearray()

    def append(packed: bytes) -> list[int]:
        start = len(body)
        body.extend(packed)
        return [start, len(packed)]

    where_dictionary = append(zlib.compress(dictionary, 9))
    where_constraints = append(_deflate(b"[" + b",".join(table) + b"]", dictionary))
    lines = []
    for key, data in rows:
        lines.append("\t".join([*key, *map(str, append(_deflate(data, dictionary)))]))
    head = {"source": source, "dictionary": where_dictionary, "constraints": where_constraints}
    packed = zlib.compress(_dump(head) + b"\n" + "\n".join(sorted(lines)).encode(), 9)
    path.write_bytes(_FORMAT + f"{len(packed):0{_LENGTH_DIGITS}x}".encode() + packed + bytes(body))


def _entry(line: str) -> Entry:
    url, version, group, name, flavour, start, length = line.split("\t")
    return Entry(url, version, group, name, flavour, int(start), int(length))


def _dictionary_from(samples: Mapping[str, list[bytes]]) -> bytes:
    """Text most blocks have in common: heads of small and large terminology, then of the largest few definitions."""
    heads = b""
    for group in _SAMPLED:
        ordered = sorted(samples.get(group, ()), key=_by_length)
        heads += b"".join(data[:_HEAD] for data in ordered[:: max(1, len(ordered) // _HEADS)][:_HEADS])
    chosen = sorted(samples.get("StructureDefinition", ()), key=_by_length)[-8:]
    definitions = b"".join(data[: _WINDOW // 8] for data in chosen)
    return heads + definitions[-(_WINDOW - len(heads)) :]


def _by_length(data: bytes) -> tuple[int, bytes]:
    return len(data), data


def _deflate(data: bytes, dictionary: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY, dictionary)
    return packer.compress(data) + packer.flush()


def _fold_constraints(definition: Json, table: dict[bytes, int]) -> Json:
    folded = dict(definition)
    for part in ("snapshot", "differential"):
        if part in definition:
            elements = [dict(element) for element in definition[part]["element"]]
            for element in elements:
                if "constraint" in element:
                    element["constraint"] = [
                        table.setdefault(_dump(each), len(table)) for each in element["constraint"]
                    ]
            folded[part] = {"element": elements}
    return folded


def _restore_constraints(definition: Json, table: list[Json]) -> None:
    for part in ("snapshot", "differential"):
        if part in definition:
            for element in definition[part]["element"]:
                if "constraint" in element:
                    element["constraint"] = [table[number] for number in element["constraint"]]


def _dump(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_decimal).encode()


def _decimal(value: Any) -> Any:
    if isinstance(value, Decimal):
        if repr(float(value)) == str(value):
            return float(value)
        raise DefinitionError(_broken(Path("facts"), ValueError(f"decimal {value} cannot be shipped exactly")))
    raise TypeError(type(value).__name__)


def _broken(path: Path, problem: Exception) -> Issue:
    return Issue(
        "fatal",
        "exception",
        "VR-DEF-0001",
        f"The shipped definitions in {path.name} cannot be read: {problem}.",
        hint="Reinstall vrfhir, or regenerate them with python -m vrfhir.definitions.build.",
    )
