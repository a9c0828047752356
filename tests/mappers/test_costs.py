"""Messages of many parts take time in proportion to them, to read, to check, to map, to write and to say what is wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vrfhir.hl7v2 import check_fields, match_structure, parse
from vrfhir.hl7v2.segment import Columns
from vrfhir.issues import Issue
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.writing.differences import differences
from vrfhir.server.messaging.v2_places import v2_places

REF = (Path(__file__).parents[1] / "server" / "data" / "ref-i12-driver.hl7").read_bytes().rstrip(b"\r") + b"\r"
SECONDS = 12.0
"""Each takes a second or two; several took ten times as long as is allowed here."""


def many(make: Callable[[int], bytes], number: int, between: bytes = b"") -> bytes:
    return between.join(make(each) for each in range(number))


SHAPES = {
    "repetitions": REF.replace(b"LOCAL77^^^A81001^PI", many(lambda n: b"%d^^^A^PI" % n, 20_000, b"~")),
    "answers": REF + b"OBX|2|ST|A^B^L||" + many(lambda n: b"v%d" % n, 40_000, b"~") + b"||||||F\r",
    "local escapes": REF + b"OBX|2|TX|A^B^L||" + b"\\Z1\\x\\" * 30_000 + b"||||||F\r",
    "escapes that repeat": REF + b"OBX|2|TX|A^B^L||" + b"\\Zq\\~" * 30_000 + b"||||||F\r",
    "fields": REF.replace(b"\rNK1", b"|" * 40 + many(lambda n: b"|A%d" % n, 30_000) + b"\rNK1"),
    "notes counted wrongly": REF + many(lambda n: b"NTE|%d||x\r" % n, 15_000),
    "people of one name": REF + many(lambda n: b"OBX|%d|ST|A^B^L||v||||||F|||2026||%d^Same^Name\r" % (n, n), 8_000),
    "observations": REF + many(lambda n: b"OBX|%d|ST|A%d^B^L||v||||||F\r" % (n, n % 50), 4_000),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_reading(shape: str) -> None:
    data = SHAPES[shape]
    begun = time.process_time()
    message = parse(data)
    assert message.encode() == data
    match_structure(message)
    check_fields(message)
    mapping = to_fhir(message)
    assert mapping.ledger.unaccounted == []
    assert time.process_time() - begun < SECONDS


def test_findings_about_a_large_bundle_are_placed() -> None:
    mapping = to_fhir(SHAPES["repetitions"])
    number = next(n for n, e in enumerate(mapping.bundle["entry"]) if e["resource"]["resourceType"] == "Patient")
    where = f"Bundle.entry[{number}].resource"
    found = [Issue("error", "value", "X", "wrong", f"{where}.identifier[{n}].nothing") for n in range(5_000)]
    found += [Issue("error", "value", "X", "wrong", f"{where}.identifier[{n}].period.start") for n in range(5_000)]
    begun = time.process_time()
    placed = v2_places(found, mapping)
    assert time.process_time() - begun < SECONDS
    assert [each.expression for each in placed[:2]] == ["PID[1]-3[1].1.1", "PID[1]-3[2].1.1"]


@pytest.mark.parametrize(
    "data",
    [
        REF + many(lambda n: b"ZXX|%d|a^b&c~d\r" % n, 1_000),
        REF.replace(b"PID|1", many(lambda n: b"PRD|RP|A%d^B\r" % n, 1_000) + b"PID|1"),
    ],
)
def test_writing(data: bytes) -> None:
    bundle = to_fhir(data).bundle
    begun = time.process_time()
    to_hl7v2(bundle, allow_loss=True)
    assert time.process_time() - begun < 3 * SECONDS


def test_items_of_a_long_list_are_compared_as_those_of_a_short_one() -> None:
    """Present and wanted share all but a few items, numbers in other spellings among them."""
    present = {"list": [{"value": n, "unit": "kg", "exact": n % 2 == 0} for n in range(300)]}
    wanted = {"list": [dict(item) for item in present["list"] if item["value"] not in (7, 250)]}
    steps = differences(present, wanted)
    assert [(step.path, step.removed) for step in steps] == [("list[250]", True), ("list[7]", True)]
    assert differences(present, {"list": [{**item, "exact": int(item["exact"])} for item in present["list"]]})


def test_columns_are_those_of_one_question_at_a_time() -> None:
    segment = parse(REF + b"ZZZ|a~b^c&d|||e^f~g\r").segments[-1]
    columns = Columns(segment)
    asked = [(f, r, c, s) for f in range(6) for r in (1, 2, 3) for c in (1, 2, 3) for s in (1, 2)]
    assert [columns.of(*each) for each in asked] == [segment.column(*each) for each in asked]
    assert segment.raw[segment.column(1, 2, 2, 2) - 1] == "d"
    assert segment.raw[segment.column(4, 2) - 1] == "g"
