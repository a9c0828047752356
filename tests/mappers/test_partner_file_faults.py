"""A partner file that says something wrong is refused: every fault at once, with its path and its line, never a traceback."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from mapped_messages import only

from vrfhir.cli import main
from vrfhir.errors import DefinitionError
from vrfhir.mappers import Partner, to_fhir
from vrfhir.mappers.partner_file import KINDS, line_of
from vrfhir.mappers.rows import load_maps

AUTHORITY = '[[authority]]\nkind = "patient"\nnamespace = "RXX"\nsystem = "https://trust.example/Id/mrn"\n'
CODE = '[[code]]\ntable = "0280"\ncode = "X"\nto = "urgent"\n'
ROW = '[[segment]]\nname = "ZVR"\n[[segment.row]]\nv2 = "ZVR-2"\nto = "ServiceRequest.note[]"\nas = "Annotation"\n'

FAULTS = [
    ("id = 5", "id", 1),
    ('id = ""', "id", 1),
    ("colour = 1", "colour", 1),
    ('message = "x"', "message", 1),
    ('[message]\ntimezone = "Europe/London"', "message.timezone", 2),
    ('[message]\n\ncharset = "latin-foo"', "message.charset", 3),
    ("[message]\ncharset = 5", "message.charset", 2),
    ('[message]\ntime_zone = "Europe/Londn"', "message.time_zone", 2),
    ("[message]\ntime_zone = 5", "message.time_zone", 2),
    ('[message]\ntime_zone = "../../etc/passwd"', "message.time_zone", 2),
    ('[message]\ncountry = "Britain"', "message.country", 2),
    ('[message]\nnull = ["delete"]', "message.null", 2),
    ('[message]\nacknowledgement = "orig"', "message.acknowledgement", 2),
    ('[message]\nvocational_rehabilitation = "yes"', "message.vocational_rehabilitation", 2),
    ('versions = ["2.4"]', "versions", 1),
    ('[versions]\nread = "2.4"', "versions.read", 2),
    ("[versions]\nread = [2.4]", "versions.read", 2),
    ('[versions]\nread = ["9.9"]', "versions.read", 2),
    ("[versions]\nread = []", "versions.read", 2),
    ('authority = "x"', "authority", 1),
    ('[authority]\nnamespace = "X"\nsystem = "https://a.example"', "authority", 1),
    (AUTHORITY + '\n[[authority]]\nnamespace = "Y"', "authority[2]", 6),
    (AUTHORITY.replace('"patient"', '"patents"'), "authority[1].kind", 2),
    (AUTHORITY.replace('"RXX"', "7"), "authority[1].namespace", 3),
    (AUTHORITY.replace('"https://trust.example/Id/mrn"', '"the trust"'), "authority[1].system", 4),
    (AUTHORITY + 'sytem = "x"', "authority[1].sytem", 5),
    (AUTHORITY + AUTHORITY.replace("mrn", "crn"), "authority[2].namespace", 7),
    ('[nhs_number]\ntype = ["NH"]', "nhs_number.type", 2),
    ('[nhs_number]\ntypes = "NH"', "nhs_number.types", 2),
    ("[nhs_number]\ntypes = [1]", "nhs_number.types", 2),
    ('nhs_number = ["NH"]', "nhs_number", 1),
    ('[code_systems]\n"99PAS" = 5', "code_systems.99PAS", 2),
    ('[code_systems]\nX = "our own"', "code_systems.X", 2),
    ('code_systems = ["x"]', "code_systems", 1),
    ('[code]\ntable = "0280"\ncode = "X"\nto = "urgent"', "code", 1),
    (CODE.replace("0280", "HL70280"), "code[1].table", 2),
    (CODE.replace("urgent", "urgentish"), "code[1].to", 4),
    (CODE + 'for = "z"', "code[1].for", 5),
    (CODE + CODE, "code[2]", 5),
    (CODE + 'system = "SNOMED"', "code[1].system", 5),
    ('unit = "/min"', "unit", 1),
    ('[[unit]]\ncode = "8867-4"', "unit[1]", 1),
    ('[[unit]]\ncode = "8867-4"\nunit = 5', "unit[1].unit", 3),
    ('[[unit]]\ncode = "8867-4"\nunit = "a b"', "unit[1].unit", 3),
    ('[[unit]]\ncode = "8867-4"\nunit = "/min"\nsystem = "x"', "unit[1].system", 4),
    ('[[unit]]\ncode = "8867-4"\nunit = "/min"\n[[unit]]\ncode = "8867-4"\nunit = "Hz"', "unit[2]", 4),
    ('segment = "ZVR"', "segment", 1),
    (ROW.replace('name = "ZVR"', 'name = "PID"'), "segment[1].name", 2),
    (ROW + ROW, "segment[2].name", 8),
    (ROW.replace('"ZVR-2"', '"ZVR"'), "segment[1].row[1]", 3),
    (ROW.replace(".note[]", ".nonsense"), "segment[1].row[1]", 3),
    (ROW.replace(".note[]", ".note"), "segment[1].row[1]", 3),
    (ROW.replace(".note[]", ".note[].txt"), "segment[1].row[1]", 3),
    (ROW.replace("Annotation", "boolean"), "segment[1].row[1]", 3),
    (ROW.replace("Annotation", "Anotation"), "segment[1].row[1]", 3),
    (ROW + 'vocabulary = "0280"', "segment[1].row[1]", 3),
    (ROW + "id = 4", "segment[1].row[1]", 3),
    (ROW + 'direction = "forward"', "segment[1].row[1]", 3),
    (ROW + ROW[ROW.index("[[segment.row]]") :], "segment[1].row[2]", 7),
    ('endpoint = "x"', "endpoint", 1),
]


def load(tmp_path: Path, text: str) -> Partner:
    path = tmp_path / "trust.toml"
    path.write_text(text, encoding="utf-8")
    return Partner.load(path)


@pytest.mark.parametrize(("text", "path", "line"), FAULTS, ids=[f"{path}-{n}" for n, (_, path, _) in enumerate(FAULTS)])
def test_a_fault_is_named_with_its_place(tmp_path: Path, text: str, path: str, line: int) -> None:
    tomllib.loads(text)
    with pytest.raises(DefinitionError) as caught:
        load(tmp_path, text)
    (issue,) = caught.value.issues
    assert (issue.id, issue.source, issue.expression, issue.line) == ("VR-V2-0801", "trust.toml", path, line)


def test_all_faults_are_told_at_once_with_their_lines(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "trust.toml"
    path.write_text('[message]\nnull = "del"\ncharset = "latin-foo"\n' + ROW.replace("note", "nte"), encoding="utf-8")
    assert main(["partner", "check", str(path), "--sample", str(tmp_path)]) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("vrfhir: fatal VR-V2-0801: ")]
    assert [line.split(": ")[2] for line in told] == ["trust.toml:3", "trust.toml:2", "trust.toml:6"]


def test_an_element_that_is_nearly_right_is_suggested(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match=r"no element occurrenceDatetime; near: occurrenceDateTime"):
        load(tmp_path, ROW.replace("note[]", "occurrenceDatetime").replace("Annotation", "dateTime"))


@pytest.mark.parametrize("each", ["ServiceRequest.occurrenceDateTime", "Task.restriction.period.end"])
def test_a_right_row_is_taken(tmp_path: Path, each: str) -> None:
    assert (
        "ZVR" in load(tmp_path, ROW.replace("ServiceRequest.note[]", each).replace("Annotation", "dateTime")).segments
    )


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert load(tmp_path, '\ufeffid = "trust"\n').id == "trust"


def test_an_authority_without_a_kind_holds_in_every_field(tmp_path: Path, message: Any) -> None:
    trust = load(tmp_path, '[[authority]]\nnamespace = "RXX"\nsystem = "https://trust.example/Id/any"\n' + AUTHORITY)
    bundle = to_fhir(message(PID="PID|1||7^^^RXX^MR||A^B", RF1="RF1|P||18781004^^SCT|||VR-1^RXX"), partner=trust).bundle
    assert only(bundle, "Patient")["identifier"][0]["system"] == "https://trust.example/Id/mrn"
    assert only(bundle, "ServiceRequest")["identifier"][0]["system"] == "https://trust.example/Id/any"


def test_the_kinds_are_those_of_the_map() -> None:
    used = {
        row.options["kind"]
        for each in load_maps().values()
        for f in each.flavours
        for row in f.rows
        if "kind" in row.options
    }
    assert used <= set(KINDS)


def test_the_shipped_file_has_no_fault(tmp_path: Path) -> None:
    text = (files("vrfhir.mappers") / "partners" / "default.toml").read_text(encoding="utf-8")
    assert load(tmp_path, text).id == "default"
    assert line_of("nhs_number.types", text) == 1 + text[: text.index('types = ["NH"')].count("\n")
