"""Every value of a message ends in exactly one outcome, and what counts as mapped or carried is in the Bundle."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from mapped_messages import DRIVER, WRONG, sample_paths

from vrfhir.hl7v2 import parse
from vrfhir.mappers import Mapping, to_fhir
from vrfhir.mappers.ledger import OUTCOMES, Entry
from vrfhir.mappers.rows import load_maps
from vrfhir.mappers.vocabulary import code_map, named_system, system_name

MESSAGES = [DRIVER, WRONG, *sample_paths("REF-*.hl7"), *sample_paths("RRI-*.hl7")]

DERIVED = frozenset({"selector", "value-type", "item-type", "document-type", "yes-no-words", "pending-status"})
"""Conversions whose value is said by where something was put."""


def rows() -> dict[str, str]:
    return {
        row.id: row.conversion
        for segment_map in load_maps().values()
        for flavour in segment_map.flavours
        for row in flavour.rows
    }


CONVERSIONS = rows()


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


def survives(entry: Entry, everything: str) -> bool:
    """The value itself stands in the Bundle, or what its table, date form or boolean says in its place."""
    value = entry.text
    if value in everything or CONVERSIONS.get(entry.row) in DERIVED:
        return True
    squeezed = re.sub(r"\s+", "", everything)
    if re.sub(r"\s+", "", value) in squeezed:
        return True
    digits = re.sub(r"\D", "", value)
    if re.fullmatch(r"\d{4}[\d.+\-]*", value) and digits in re.sub(r"[^\d]", "", everything):
        return True
    stamp = re.fullmatch(r"(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?(?:\.\d+)?(?:[+-]\d{4})?", value)
    if stamp is not None:
        year, month, day, hour, minute, _ = stamp.groups()
        shown = "-".join(filter(None, (year, month, day))) + (f"T{hour}:{minute or '00'}" if hour else "")
        if shown in everything:
            return True
    if named_system(value) and system_name(named_system(value)).upper() == value.upper():
        return named_system(value) in everything
    if value in ("Y", "N"):
        return {"Y": "true", "N": "false"}[value] in everything
    return any(
        value in each.codes and each.codes[value] in everything
        for each in map(
            code_map,
            ("telecom-system", "telecom-use", "name-use", "address-use", "gender", "mime-type", "nhs-number-status"),
        )
    ) or value in ("ISO", "UUID", "NET", "Base64", "NHS", "ODS", "UBRN", "GMC", "GMP")


@pytest.fixture(params=MESSAGES, ids=lambda path: path.stem)
def mapped(request: pytest.FixtureRequest) -> tuple[Path, Mapping]:
    return request.param, to_fhir(request.param.read_bytes())


def test_every_leaf_has_exactly_one_outcome(mapped: tuple[Path, Mapping]) -> None:
    path, mapping = mapped
    leaves = [leaf.path for leaf in parse(path.read_bytes()).leaves()]
    assert [entry.path for entry in mapping.ledger] == leaves
    assert mapping.ledger.unaccounted == []
    assert {entry.outcome for entry in mapping.ledger} <= set(OUTCOMES)
    assert sum(mapping.ledger.counts().values()) == len(leaves)


def test_mapped_values_are_in_the_bundle(mapped: tuple[Path, Mapping]) -> None:
    _, mapping = mapped
    everything = "\n".join(texts(mapping.bundle))
    lost = [
        (entry.path, entry.row)
        for entry in mapping.ledger
        if entry.outcome == "mapped" and not survives(entry, everything)
    ]
    assert lost == []


def test_carried_values_stand_in_their_extension(mapped: tuple[Path, Mapping]) -> None:
    _, mapping = mapped
    carried: dict[str, str] = {}
    for entry in mapping.bundle["entry"]:
        for extension in entry["resource"].get("extension", ()):
            if extension["url"].endswith("Extension-VR-V2Content"):
                parts = {part["url"]: part["valueString"] for part in extension["extension"]}
                assert parts["path"] not in carried
                carried[parts["path"]] = parts["value"]
    expected = {entry.path: entry.raw.strip() for entry in mapping.ledger if entry.outcome == "carried"}
    assert carried == expected


def test_every_mapped_entry_names_a_row_and_a_resource_of_the_bundle(mapped: tuple[Path, Mapping]) -> None:
    _, mapping = mapped
    full_urls = {entry["fullUrl"] for entry in mapping.bundle["entry"]} | {f"urn:uuid:{mapping.bundle['id']}"}
    for entry in mapping.ledger:
        if entry.outcome == "mapped":
            assert entry.row in CONVERSIONS or entry.row in ("DG1-6", "DG1-15"), entry.path
            assert entry.resource in full_urls, entry.path
            assert entry.location, entry.path


def test_the_original_is_stored_byte_for_byte(mapped: tuple[Path, Mapping]) -> None:
    path, mapping = mapped
    binary = next(e["resource"] for e in mapping.bundle["entry"] if e["resource"]["resourceType"] == "Binary")
    assert binary["contentType"] == "application/hl7-v2+er7"
    assert b64decode(binary["data"]) == path.read_bytes()


def test_the_full_example_is_mapped_to_nine_tenths() -> None:
    counts = to_fhir(DRIVER.read_bytes()).ledger.counts()
    assert counts["mapped"] / sum(counts.values()) >= 0.9


@pytest.mark.shared
@pytest.mark.skipif(not sample_paths("REF-*.hl7"), reason="the public sample messages are not here")
@pytest.mark.parametrize("path", sample_paths("REF-*.hl7"), ids=lambda path: path.stem)
def test_public_samples_are_mapped_as_far_as_fhir_has_elements(path: Path) -> None:
    counts = to_fhir(path.read_bytes()).ledger.counts()
    assert counts["mapped"] / sum(counts.values()) >= 0.86


def test_null_is_a_deletion_and_never_a_value(message: Any) -> None:
    mapping = to_fhir(message(PID='PID|1||9000004128^^^NHS^NH||Millward^""||19790314|""'))
    outcomes = {entry.path: entry.outcome for entry in mapping.ledger}
    assert outcomes["PID[1]-8[1].1.1"] == outcomes["PID[1]-5[1].2.1"] == "deleted"
    assert '""' not in "\n".join(texts(mapping.bundle))


def test_credentials_are_neither_kept_nor_shown(message: Any) -> None:
    data = message(MSH=r"MSH|^~\&|A|Y99901|B|C|20261116101700||REF^I12^REF_I12|C1|P|2.6" + "\rUAC|KERB|secret-token")
    mapping = to_fhir(data)
    everything = "\n".join(texts(mapping.bundle))
    assert "secret-token" not in everything
    assert "secret-token" not in str(mapping.ledger.to_dict(values=True))
    assert {entry.outcome for entry in mapping.ledger if entry.path.startswith("UAC")} == {"ignored"}


def test_unknown_segments_are_carried_on_the_header(message: Any) -> None:
    mapping = to_fhir(message("ZXY|1|something of ours^and more"))
    header = mapping.bundle["entry"][0]["resource"]
    assert "something of ours" in "\n".join(texts(header))
    assert [issue.id for issue in mapping.issues] == ["VR-V2-0531"]


def test_text_with_unescaped_delimiters_stays_whole(message: Any) -> None:
    mapping = to_fhir(message("NTE|1||Smith & Sons ^ Partners"))
    assert "Smith & Sons ^ Partners" in "\n".join(texts(mapping.bundle))
