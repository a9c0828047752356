"""The map as data: rows are complete, unique, compile, and name only what exists."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from vrfhir.definitions import Definitions
from vrfhir.mappers.conditions import compile_condition
from vrfhir.mappers.conversions import CONVERSIONS
from vrfhir.mappers.engine import compiled_maps
from vrfhir.mappers.links import LINKS
from vrfhir.mappers.paths import PLACED, REFUSED, Primitive, compile_place, role_of
from vrfhir.mappers.programs import rows_source
from vrfhir.mappers.referral import finish_referral
from vrfhir.mappers.rows import Row, load_maps, map_digest, read_segment_map
from vrfhir.mappers.vocabulary import extension_urls

MAPS = Path(__file__).parents[2] / "vrfhir/mappers/maps"
ROWS = [(flavour, row) for each in load_maps().values() for flavour in each.flavours for row in flavour.rows]
REFERRAL_SEGMENTS = (
    "MSH SFT MSA RF1 AUT CTD PRD PID PD1 NK1 GT1 IN1 IN2 IN3 ACC DG1 AL1 PR1 OBR OBX NTE PRT PV1 PV2 ERR ZU1"
)


def test_every_segment_of_a_referral_has_a_map() -> None:
    assert set(REFERRAL_SEGMENTS.split(" ")) <= set(load_maps())


def test_row_ids_are_unique() -> None:
    assert [row_id for row_id, count in Counter(row.id for _, row in ROWS).items() if count > 1] == []


def test_every_row_compiles_and_every_link_exists() -> None:
    assert finish_referral is not None  # registers the link of RF1
    flavours = [flavour for each in compiled_maps().values() for flavour in each.flavours]
    assert all(callable(flavour.compile()) for flavour in flavours)
    assert sum(len(flavour.flavour.rows) for flavour in flavours) == len(ROWS)
    assert {flavour.link for flavour, _ in ROWS if flavour.link} <= set(LINKS)


@pytest.mark.parametrize("row", [row for _, row in ROWS], ids=lambda row: row.id)
def test_a_row_names_its_role_its_source_and_a_conversion(row: Row) -> None:
    flavour = next(flavour for flavour, each in ROWS if each is row)
    assert role_of(row.to) in flavour.roles
    assert row.conversion in CONVERSIONS
    assert row.source in ("ig", "core", "uk", "ours")
    assert row.direction == "both" or row.reason


def test_the_last_flavour_of_a_segment_takes_everything() -> None:
    for segment_map in load_maps().values():
        *special, last = segment_map.flavours
        assert last.when is None or segment_map.segment == "PR1"
        assert all(flavour.when is not None for flavour in special)


def test_the_flavours_of_a_procedure_exclude_each_other() -> None:
    done, requested = load_maps()["PR1"].flavours
    assert done.when is not None
    assert requested.when is None


def test_map_files_hold_one_row_a_line() -> None:
    for path in MAPS.glob("*.json"):
        text = path.read_text(encoding="utf-8")
        data = json.loads(text)
        rows = sum(len(each["rows"]) for each in data.get("flavours", [data]))
        assert sum(line.startswith('{"id": ') for line in text.splitlines()) == rows, path.name


def test_extensions_are_defined_in_fhir_uk_core_or_ours() -> None:
    definitions = Definitions.default()
    urls = [url for url in extension_urls().values() if url.startswith("http")]
    assert [url for url in urls if definitions.structure(url) is None] == []


def test_the_digest_is_a_sha_256_of_the_map() -> None:
    assert len(map_digest()) == 64


@pytest.mark.parametrize(
    "tree", [["valued"], ["unknown", "PID-1"], [], "PID-1", ["fact", "nonsense"], ["matches", "PID-1", "("]]
)
def test_a_condition_that_means_nothing_is_refused(tree: object) -> None:
    with pytest.raises(ValueError, match="not a condition"):
        compile_condition(tree)


def test_a_value_is_placed_once_and_never_overwrites_another() -> None:
    place = compile_place("Patient.birthDate", {})
    patient: dict[str, object] = {}
    assert place(patient, "1979-03-14") == PLACED
    assert place(patient, "1979-03-14") == PLACED
    assert place(patient, "1980-01-01") == REFUSED
    assert patient == {"birthDate": "1979-03-14"}


def test_a_refused_value_leaves_nothing_behind() -> None:
    place = compile_place("Encounter.participant[].individual.display", {}, {"type": [{"text": "x"}]})
    encounter: dict[str, object] = {}
    assert place(encounter, "A") == 0
    assert place(encounter, "B") == 1
    assert encounter == {
        "participant": [
            {"individual": {"display": "A"}, "type": [{"text": "x"}]},
            {"individual": {"display": "B"}, "type": [{"text": "x"}]},
        ]
    }


def test_a_primitive_brings_its_extensions_along() -> None:
    resource: dict[str, object] = {}
    compile_place("ServiceRequest.priority", {})(resource, Primitive("routine", [{"url": "u"}]))
    assert resource == {"priority": "routine", "_priority": {"extension": [{"url": "u"}]}}


@pytest.mark.parametrize("path", ["Patient", "Patient.name..x[", "Patient.extension(nothing).valueString"])
def test_a_malformed_target_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match=r"target path|extension"):
        compile_place(path, {})


def test_what_a_row_says_is_data_in_the_generated_function() -> None:
    odd = "'] or open('x') #\n"
    row = {"id": odd, "v2": "ZVR-2", "to": "ServiceRequest.note[]", "as": "Annotation", "source": "ours"}
    condition = ["or", ["=", "ZVR-1", odd], ["in", "ZVR-1", [odd, "OH"]]]
    roles = {"ServiceRequest": {"type": "ServiceRequest", "create": "shared"}}
    data = {"segment": "ZVR", "home": "ServiceRequest", "roles": roles, "rows": [{**row, "when": condition}]}
    source, names = rows_source(read_segment_map(data).flavours[0])
    assert "open(" not in source
    assert odd in names.constants.values()
    assert frozenset({odd, "OH"}) in names.constants.values()
