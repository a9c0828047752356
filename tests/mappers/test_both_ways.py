"""The laws of the map: a message comes back from its Bundle (G2b), a Bundle from its message (G3)."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leaves_of_rows import NOT_GENERATED, ROWS, SHAPES, field_text, segment_text
from mapped_messages import DRIVER, MINIMAL, ROOT, only, sample_paths
from same_content import missing

from vrfhir.hl7v2 import Message, parse
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.other import SUPPORTED
from vrfhir.mappers.rows import Flavour, Row, load_maps

EXAMPLES = sorted((ROOT / "examples").glob("*/hl7v2/*.hl7"))
GENERATED = int(os.environ.get("VRFHIR_GENERATED_BUNDLES", "60"))
"""How many messages of many rows are made of all kinds; a nightly run sets it to 10000. Half of them are referrals."""
OWN = ("Binary", "DocumentReference", "Provenance", "Device")


def samples() -> list[Path]:
    found = [p for p in sample_paths("*.hl7") if p.stem.split("-")[1] in SUPPORTED.get(p.stem.split("-")[0], ())]
    results = [path for path in found if path.stem.startswith("ORU")]
    return [path for path in found if path not in results] + results[::8]


def canonical(message: Message) -> list[tuple[str, dict[str, str]]]:
    """Segments in order with every leaf as text; how it was delimited and escaped does not count."""
    return [
        (
            segment.name,
            {
                leaf.path: leaf.raw if leaf.is_null else leaf.value
                for leaf in segment.leaves()
                if not (leaf.segment == "MSH" and leaf.field <= 2)
            },
        )
        for segment in message.segments
    ]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_an_example_message_comes_back_from_its_bundle(path: Path) -> None:
    original = parse(path.read_bytes())
    if original.type.trigger not in SUPPORTED.get(original.type.code, ()):
        pytest.skip(f"{original.type.code}^{original.type.trigger} is not mapped")
    written = to_hl7v2(to_fhir(original, exact=True).bundle, version="")
    assert canonical(parse(written.message)) == canonical(original)
    assert written.loss == []


@pytest.mark.parametrize(
    "version", ["", "2.3", "2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7", "2.7.1", "2.8", "2.8.1", "2.8.2"]
)
@pytest.mark.parametrize("name", ["driver/hl7v2/ref-i12.hl7", "solicitor/hl7v2/siu-s12.hl7"])
def test_a_message_comes_back_in_every_version_that_is_read(name: str, version: str) -> None:
    """Also what its version does not define, and in 2.7.1, which has no tables of its own, or when MSH-12 is empty."""
    text = (ROOT / "examples" / name).read_bytes()
    text = re.sub(rb"\|P\|2\.[0-9.]+\|", b"|P|%s|" % version.encode(), text, count=1)
    own = b"PD1||||^^^^^^^^^^^of no version|\rZAB|1|of our own\r"
    original = parse(text.rstrip(b"\r\n") + b"\r" + own)
    assert original.version == version
    written = to_hl7v2(to_fhir(original, exact=True).bundle, version="")
    assert canonical(parse(written.message)) == canonical(original)
    assert (written.loss, written.overridden) == ([], [])


@pytest.mark.shared
@pytest.mark.skipif(not samples(), reason="the public sample messages are not here")
@pytest.mark.parametrize("path", samples(), ids=lambda path: path.stem)
def test_a_public_sample_comes_back_from_its_bundle(path: Path) -> None:
    original = parse(path.read_bytes())
    bundle = to_fhir(original, exact=True).bundle
    bundle["entry"] = [each for each in bundle["entry"] if each["resource"]["resourceType"] != "Binary"]
    assert canonical(parse(to_hl7v2(bundle, version="").message)) == canonical(original)


SPOKEN = {
    "own": lambda text: text.translate(
        str.maketrans({**dict.fromkeys("#@*!$", " "), **dict(zip("|^~\\&", "#@*!$", strict=True))})
    ),
    "no subcomponents": lambda text: text.replace("|^~\\&|", "|^~\\|", 1),
    "no escapes": lambda text: text.replace("|^~\\&|", "|^~|", 1),
    "components only": lambda text: text.replace("|^~\\&|", "|^|", 1),
}
"""A message as a system says it that declares other delimiters, or fewer; then what it does not declare is text."""


@pytest.mark.parametrize("way", SPOKEN)
def test_a_message_comes_back_whatever_delimiters_it_declares(way: str) -> None:
    changed = 0
    for path in [*EXAMPLES, *samples()[::4]]:
        text = SPOKEN[way](path.read_bytes().decode("latin-1"))
        original = parse(text.encode("latin-1"))
        if original.type.trigger not in SUPPORTED.get(original.type.code, ()):
            continue
        bundle = to_fhir(original, exact=True).bundle
        assert canonical(parse(to_hl7v2(bundle, version="").message)) == canonical(original), path.name
        changed += "|^~\\&|" not in text[:12]
    assert changed > 10


def test_a_message_without_a_time_says_none_and_one_of_another_version_when_it_was_written(message: Any) -> None:
    bundle = to_fhir(message(MSH=r"MSH|^~\&|GPSYS|Y99901|||||REF^I12^REF_I12|C1|P|2.4|||||GBR")).bundle
    assert "timestamp" not in bundle
    assert parse(to_hl7v2(bundle, version="2.4").message).value("MSH-7") is None
    stamp = datetime.strptime(parse(to_hl7v2(bundle, version="2.5.1").message).value("MSH-7") or "", "%Y%m%d%H%M%S%z")
    assert abs(datetime.now(UTC) - stamp) < timedelta(minutes=1)


@pytest.mark.parametrize("segment", ["ZXX|{0}|a^b&c~d", "OBX|{0}|NM|{0}^Test^L||{0}|||||||||||||||||own {0}"])
def test_hundreds_of_segments_with_values_of_their_own_come_back(segment: str) -> None:
    head = ["MSH|^~\\&|LAB|Y99901|||20261116||ORU^R01^ORU_R01|1|P|2.5.1", MINIMAL["PID"], "OBR|1||X1|1^Panel^L"]
    original = parse("".join(f"{each}\r" for each in [*head, *(segment.format(n) for n in range(1, 701))]).encode())
    for exact in (False, True):
        written = to_hl7v2(to_fhir(original, exact=exact).bundle, version="")
        assert written.loss == []
        assert canonical(parse(written.message)) == canonical(original)


def test_an_edited_element_wins_over_what_was_noted() -> None:
    bundle = to_fhir(DRIVER.read_bytes(), exact=True).bundle
    only(bundle, "Patient")["birthDate"] = "1980-01-02"
    written = to_hl7v2(bundle, version="2.4", allow_loss=True)
    assert parse(written.message).value("PID-7") == "19800102"
    assert only(to_fhir(written.message).bundle, "Patient")["birthDate"] == "1980-01-02"


def test_a_deletion_is_noted_and_written_again(message: Any) -> None:
    data = message(PID='PID|1||9000004128^^^NHS^NH||Millward^John||""|1')
    assert '""' not in str(only(to_fhir(data, exact=True).bundle, "Patient"))
    assert b'||""|' in to_hl7v2(to_fhir(data, exact=True).bundle, version="").message


def test_every_conversion_has_a_shape_or_a_reason() -> None:
    used = {row.conversion for each in load_maps().values() for flavour in each.flavours for row in flavour.rows}
    assert sorted(used - set(SHAPES) - NOT_GENERATED - {"code", "table-coding"}) == []


def lost_after_writing(segments: list[str]) -> list[str]:
    """What the Bundle of a message with these segments holds, and that of the message written from it does not."""
    names = {segment[:3] for segment in segments}
    head = [text for name, text in MINIMAL.items() if name not in names]
    data = ("\r".join([*head, *segments]) + "\r").encode()
    bundle = to_fhir(data).bundle
    written = to_hl7v2(bundle, version="2.5.1")
    lost = missing(bundle, to_fhir(written.message).bundle)
    return [name for name in lost if name.split(" ")[0] not in OWN]


@pytest.mark.parametrize(("name", "flavour", "row"), ROWS, ids=[row.id for _, _, row in ROWS])
@settings(max_examples=3, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_a_row_put_into_fhir_comes_back_after_writing(
    name: str, flavour: Flavour, row: Row, data: st.DataObject
) -> None:
    assert lost_after_writing([segment_text(flavour, row, data.draw(field_text(row)))]) == []


@pytest.mark.parametrize("room", ["0000-00-00", "2026-02-31", "2026-11-16", "2026-13-01T10:00:00Z", "10", "2026"])
def test_a_text_in_the_form_of_a_date_comes_back_as_it_is(room: str) -> None:
    assert lost_after_writing([f"PR1|1||||||||||||||||||||||0^{room}^"]) == []


@settings(
    max_examples=max(GENERATED // 2, 60), deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_bundles_of_many_rows_come_back_after_writing(data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(ROWS), min_size=1, max_size=12, unique_by=lambda each: each[2].id))
    segments: dict[str, str] = {}
    for name, flavour, row in chosen:
        if name not in segments:
            segments[name] = segment_text(flavour, row, data.draw(field_text(row)))
    assert lost_after_writing(list(segments.values())) == []


@pytest.mark.parametrize(("declared", "codec"), [("ASCII", "utf-8"), ("8859/1", "cp1252")])
def test_a_message_that_names_the_wrong_character_set_comes_back_in_utf_8(
    message: Any, declared: str, codec: str
) -> None:
    text = message("NTE|1||Zoë “as quoted”", MSH=MINIMAL["MSH"] + f"|{declared}").decode()
    for exact in (False, True):
        written = to_hl7v2(to_fhir(text.encode(codec), exact=exact).bundle, version="")
        read = parse(written.message)
        assert (written.loss, read.value("MSH-18"), read.value("NTE-3")) == ([], "UNICODE UTF-8", "Zoë “as quoted”")
