"""Messages damaged at random: each is refused with an issue or mapped with every value accounted for; nothing else happens."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapped_messages import ROOT, only, sample_paths
from test_bundle import references

from vrfhir.errors import UnreadableError
from vrfhir.mappers import to_fhir

ODD = (
    b'""', b" ", rb"a\F\b", rb"\X0D\ ".strip(), b"~a~b", b"^^^^x", b"a&b&c", b"x" * 300, b"^" * 70 + b"q", "été".encode(), b"\x01",
    b"20261301", b"20260102030405+0100", b"Y", b"D", b"1", b"A^B^HL70001", b'~""~', rb"C:\temp", b"EMR^Employer^HL70063", b"NM",
    b"ED", b"9000004128^^^NHS^NH", b"items^Items^99VRF", b"RF1[1].Task^Task^99VRF",
)  # fmt: skip
"""Values that some field somewhere does not expect."""
MESSAGES = [path.read_bytes() for path in sorted((ROOT / "examples").glob("*/hl7v2/*.hl7"))]
PUBLIC = [path.read_bytes() for path in sample_paths("*.hl7") if path.stat().st_size < 20_000]


def damaged(message: bytes, chance: random.Random) -> bytes:
    """The message with one to eight places changed: a segment gone, twice or elsewhere; a field odd, empty or twice."""
    segments = message.replace(b"\r\n", b"\r").replace(b"\n", b"\r").split(b"\r")
    for _ in range(chance.choice((1, 2, 4, 8))):
        place = chance.randrange(1, max(2, len(segments)))
        if place >= len(segments):
            continue
        kind = chance.randrange(8)
        if kind == 0:
            segments.pop(place)
        elif kind == 1:
            segments.insert(chance.randrange(1, len(segments) + 1), segments[place])
        elif kind == 2:
            segments.insert(chance.randrange(1, len(segments)), segments.pop(place))
        else:
            fields = segments[place].split(b"|")
            field = chance.randrange(1, len(fields) + 3)
            fields += [b""] * (field + 1 - len(fields))
            before = fields[field]
            fields[field] = chance.choice((chance.choice(ODD), b"", before + b"~" + before, before + b"^^^^^^^^^z"))
            segments[place] = b"|".join(fields)
    return b"\r".join(segments)


def check(message: bytes) -> None:
    try:
        mapping = to_fhir(message)
    except UnreadableError:
        return
    assert mapping.ledger.unaccounted == []
    full_urls = [entry["fullUrl"] for entry in mapping.bundle["entry"]]
    assert len(set(full_urls)) == len(full_urls)
    assert set(references(mapping.bundle)) <= set(full_urls)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(MESSAGES), st.randoms(use_true_random=False))
def test_no_damage_to_a_story_is_too_much(message: bytes, chance: random.Random) -> None:
    check(damaged(message, chance))


@pytest.mark.shared
@pytest.mark.skipif(not PUBLIC, reason="the public sample messages are not here")
def test_no_damage_to_a_sample_is_too_much() -> None:
    chance = random.Random(20261123)
    for message in PUBLIC:
        check(damaged(message, chance))


ORDER = r"MSH|^~\&|LAB|RXX01|VR|Y99902|20261116101700||{0}|C1|P|2.5.1|||||GBR"
PATIENT = "PID|1||9000004128^^^NHS^NH||Millward^John||19790314|1"


def test_an_order_number_needs_no_order_before_it() -> None:
    text = "\r".join((ORDER.format("ORM^O01^ORM_O01"), PATIENT, "OBR|1|A1^GP|B1^LAB|VR1^Assessment^L", ""))
    mapping = to_fhir(text.encode())
    assert mapping.ledger.unaccounted == []


def test_an_orderer_whom_nothing_tells_from_others_is_one_resource() -> None:
    order = "ORC|RE|A1^GP|B1^LAB|||||||||77||||||||||||1 Example Road^^Testford^^ZZ99 3VZ"
    text = "\r".join((ORDER.format("ORU^R01^ORU_R01"), PATIENT, order, "OBR|1|A1^GP|B1^LAB|VR1^Assessment^L", ""))
    orderer = only(to_fhir(text.encode()).bundle, "Practitioner")
    assert orderer["identifier"] == [{"value": "77"}]
    assert orderer["address"][0]["city"] == "Testford"
