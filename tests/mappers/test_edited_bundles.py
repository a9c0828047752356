"""A Bundle with notes that was edited: the edited element wins, everything else comes back as it was (G2b)."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from edited_elements import edits, fields_of, fields_read
from mapped_messages import DRIVER, ROOT, only, sample_paths

from vrfhir.hl7v2 import parse
from vrfhir.mappers import to_fhir, to_hl7v2
from vrfhir.mappers.other import SUPPORTED
from vrfhir.mappers.writing.notes import LAYOUT, split

sys.path.insert(0, str(ROOT / "tools"))

from message_back import canonical

STORIES = sorted((ROOT / "examples").glob("*/hl7v2/*.hl7"))


def messages() -> list[Path]:
    """A message of each kind: of the stories, and the first public sample of each."""
    found: dict[str, Path] = {}
    for path in STORIES:
        kind = parse(path.read_bytes()).type
        if kind.trigger in SUPPORTED.get(kind.code, ()):
            found.setdefault(f"story {kind.code}^{kind.trigger}", path)
    for path in sample_paths("*.hl7"):
        code, trigger = path.stem.split("-")[:2]
        if trigger in SUPPORTED.get(code, ()):
            found.setdefault(f"sample {code}", path)
    return list(found.values())


def place(path: str) -> tuple[str, int]:
    match = re.match(r"(\w+)\[\d+\]-(\d+)\[", path)
    assert match is not None
    return match[1], int(match[2])


@pytest.mark.shared
@pytest.mark.parametrize("path", messages(), ids=lambda path: path.stem)
def test_only_the_fields_of_an_edited_element_differ(path: Path) -> None:
    message = parse(path.read_bytes())
    mapping = to_fhir(message, exact=True)
    mapping.bundle["entry"] = [e for e in mapping.bundle["entry"] if e["resource"]["resourceType"] != "Binary"]
    before = canonical(message)
    segments = {path.partition("-")[0] for path in before}
    done = 0
    for url, kind, element, bundle in edits(mapping.bundle):
        written = to_hl7v2(bundle, version="", allow_loss=True)
        after = canonical(parse(written.message))
        own = fields_of(kind, element) | fields_read(mapping.ledger, url, element)
        differing = {each for each in before.keys() | after.keys() if before.get(each) != after.get(each)}
        others = {each for each in differing if each.partition("-")[0] in segments and place(each) not in own}
        assert not others, f"{kind}.{element}"
        assert {place(each.path) for each in written.overridden} <= own, f"{kind}.{element}"
        assert differing, f"{kind}.{element} was edited, and the message is the same"
        done += 1
    assert done


def test_what_was_noted_of_an_edited_element_is_named(message: Any) -> None:
    data = message(PID="PID|1||9000004128^^^NHS^NH||Millward^John||19800101|M|||||||||||||||||||||", ZXY="")
    data = data.replace(
        b"PID|1||9000004128^^^NHS^NH||Millward^John||19800101|M",
        b"PID|1||9000004128^^^NHS^NH||Millward^John||19800101|M|||^^^^AB1 2CD||01632 960001^^^^^^^^^ask first|01632 960002",
    )
    bundle = to_fhir(data, exact=True).bundle
    patient = only(bundle, "Patient")
    work = next(each for each in patient["telecom"] if each["value"] == "01632 960002")
    work["value"] = "01632 960003"
    written = to_hl7v2(bundle, version="", allow_loss=True)
    assert b"01632 960002" not in written.message
    assert b"01632 960003" in written.message
    assert written.overridden
    assert all(each.path.startswith(("PID[1]-13", "PID[1]-14")) for each in written.overridden)
    assert written.overridden[0].to_dict().keys() == {"resource", "path", "reason"}


def test_a_resource_that_was_taken_out_takes_its_segment_with_it() -> None:
    path = next(each for each in sample_paths("ADT-A01*.hl7") if b"\rDG1|" in each.read_bytes().replace(b"\n", b"\r"))
    message = parse(path.read_bytes())
    bundle = to_fhir(message, exact=True).bundle
    diagnoses = [e for e in bundle["entry"] if e["resource"]["resourceType"] == "Condition"]
    assert diagnoses
    bundle["entry"].remove(diagnoses[0])
    written = to_hl7v2(bundle, version="", allow_loss=True)
    names = [segment.name for segment in message.segments]
    names.remove("DG1")
    after = [segment.name for segment in parse(written.message).segments]
    assert after.count("DG1") == names.count("DG1")
    found = iter(after)
    assert all(name in found for name in names), "the others stand in their order; what has no row comes in between"


def test_notes_stand_behind_what_is_carried_and_are_split_off() -> None:
    bundle = to_fhir(DRIVER.read_bytes(), exact=True).bundle
    plain, notes = split(bundle)
    assert notes is not None
    assert notes.layout[0].startswith("MSH:")
    assert plain == to_fhir(DRIVER.read_bytes()).bundle
    assert LAYOUT not in str(plain)
    assert split(plain) == (plain, None)


@pytest.mark.parametrize("value", ["", "-", "PID:", ":::", "PID:00 -1 -.", "MSH MSH MSH"])
def test_a_damaged_layout_is_no_traceback(value: str) -> None:
    bundle = to_fhir(DRIVER.read_bytes(), exact=True).bundle
    for extension in only(bundle, "MessageHeader")["extension"]:
        if extension["extension"][0]["valueString"] == LAYOUT:
            extension["extension"][1]["valueString"] = value
    assert to_hl7v2(bundle, version="", allow_loss=True).message.startswith(b"MSH|")
