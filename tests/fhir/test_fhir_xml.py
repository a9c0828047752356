"""FHIR XML to the shape of FHIR JSON and back."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest

from vrfhir.definitions import Definitions
from vrfhir.errors import UnreadableError
from vrfhir.fhir.json import parse as parse_json
from vrfhir.fhir.json import serialize as serialize_json
from vrfhir.fhir.xml import parse, serialize

FIELDS = Definitions.default().fields

PATIENT = b"""<?xml version="1.0" encoding="UTF-8"?>
<Patient xmlns="http://hl7.org/fhir">
  <!-- a comment -->
  <id value="p1"/>
  <text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml"><p>A &lt; <b>B</b></p></div></text>
  <contained><Organization><id value="o1"/><active value="false"/></Organization></contained>
  <extension url="https://example.org/e"><valueDecimal value="1.50"/></extension>
  <name id="n1">
    <given value="Ann"/>
    <given><extension url="https://example.org/absent"><valueCode value="unknown"/></extension></given>
    <given value="Mary" id="g3"/>
  </name>
  <birthDate value="1970-01-02"><extension url="https://example.org/t"><valueInteger value="3"/></extension></birthDate>
  <multipleBirthInteger value="2"/>
  <contact><name><family value="X"/></name></contact>
</Patient>"""

EXPECTED = {
    "resourceType": "Patient",
    "id": "p1",
    "text": {"status": "generated", "div": '<div xmlns="http://www.w3.org/1999/xhtml"><p>A &lt; <b>B</b></p></div>'},
    "contained": [{"resourceType": "Organization", "id": "o1", "active": False}],
    "extension": [{"url": "https://example.org/e", "valueDecimal": Decimal("1.50")}],
    "name": [
        {
            "id": "n1",
            "given": ["Ann", None, "Mary"],
            "_given": [
                None,
                {"extension": [{"url": "https://example.org/absent", "valueCode": "unknown"}]},
                {"id": "g3"},
            ],
        }
    ],
    "birthDate": "1970-01-02",
    "_birthDate": {"extension": [{"url": "https://example.org/t", "valueInteger": 3}]},
    "multipleBirthInteger": 2,
    "contact": [{"name": {"family": "X"}}],
}


def test_xml_is_read_to_the_shape_of_json() -> None:
    parsed = parse(PATIENT, FIELDS)
    assert parsed.issues == []
    assert parsed.resource == EXPECTED
    assert next(iter(parsed.resource)) == "resourceType"
    assert str(parsed.resource["extension"][0]["valueDecimal"]) == "1.50"


def test_what_is_written_is_read_back() -> None:
    again = parse(serialize(EXPECTED, FIELDS), FIELDS)
    assert again.resource == EXPECTED
    assert again.issues == [], "elements are written in the order of their definition"


@pytest.mark.parametrize(
    ("path", "position"),
    [
        ((), (2, 38)),
        (("id",), (4, 19)),
        (("contained", 0), (6, 14)),
        (("contained", 0, "active"), (6, 67)),
        (("name", 0), (8, 17)),
        (("name", 0, "given", 1), (10, 12)),
        (("name", 0, "given", 2), (11, 34)),
        (("name", 0, "family"), (8, 17)),
        (("contact", 0, "name", "family"), (15, 37)),
    ],
    ids=str,
)
def test_positions_are_the_ends_of_start_tags(path: tuple[str | int, ...], position: tuple[int, int]) -> None:
    assert parse(PATIENT, FIELDS).position(path) == position


def _patient(inside: str, attributes: str = 'xmlns="http://hl7.org/fhir"') -> bytes:
    return f"<Patient {attributes}>{inside}</Patient>".encode()


def test_values_that_are_not_of_their_type_stay_text_for_validation_to_report() -> None:
    resource = parse(
        _patient('<active value="yes"/><birthDate value=""/><multipleBirthInteger value="1.5"/>'), FIELDS
    ).resource
    assert resource == {"resourceType": "Patient", "active": "yes", "birthDate": "", "multipleBirthInteger": "1.5"}


def test_an_element_too_many_becomes_a_list_for_validation_to_report() -> None:
    assert parse(_patient('<gender value="male"/><gender value="female"/>'), FIELDS).resource["gender"] == [
        "male",
        "female",
    ]


def test_an_element_without_a_value_is_kept_as_empty() -> None:
    assert parse(_patient("<implicitRules/>"), FIELDS).resource == {"resourceType": "Patient", "_implicitRules": {}}


def test_unknown_elements_are_kept() -> None:
    resource = parse(_patient('<shoeSize value="9"/><hat><size value="7"/><size value="8"/></hat>'), FIELDS).resource
    assert resource["shoeSize"] == "9"
    assert resource["hat"] == {"size": ["7", "8"]}


ISSUES = [
    (_patient('<gender value="male"/><active value="true"/>'), "Validation_VAL_Profile_OutOfOrder", "Patient.active"),
    (_patient("stray"), "Text_should_not_be_present", "/f:Patient"),
    (_patient('<name>x<family value="A"/></name>'), "Text_should_not_be_present", "/f:Patient/f:name"),
    (_patient('<active valu="true"/>'), "Undefined_attribute__on__for_type__", "/f:Patient/f:active"),
    (_patient('<active xmlns="urn:x" value="true"/>'), "Wrong_namespace__expected_", "/f:Patient/?:active"),
    (_patient("<?php x ?>"), "Node_type__is_not_allowed", "/f:Patient"),
    (_patient("") + b"<?php x ?>", "No_processing_instructions_allowed_in_resources", "(document)"),
    (_patient("<active/>"), "ELEMENT_MUST_HAVE_SOME_CONTENT", "/f:Patient/f:active"),
    (b"<Patient/>", "This__cannot_be_parsed_as_a_FHIR_object_no_namespace", "Patient"),
    (
        b'<Patient xmlns="urn:x"/>',
        "This_does_not_appear_to_be_a_FHIR_resource_unknown_namespacename_",
        "Patient",
    ),
    (_patient("<contained/>"), "VR-XML-0003", "Patient.contained[0]"),
]


@pytest.mark.parametrize(("data", "id_", "expression"), ISSUES, ids=[each[1] for each in ISSUES])
def test_what_is_wrong_with_the_xml_is_an_issue(data: bytes, id_: str, expression: str) -> None:
    found = [(issue.id, issue.expression) for issue in parse(data, FIELDS).issues]
    assert (id_, expression) in found
    assert all(issue.line == 1 and (issue.column or 0) > 1 for issue in parse(data, FIELDS).issues)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        b"<Patient xmlns='http://hl7.org/fhir'>",
        b"<!DOCTYPE Patient [<!ENTITY a 'b'>]><Patient xmlns='http://hl7.org/fhir'/>",
        b"<!DOCTYPE Patient SYSTEM 'file:///etc/hostname'><Patient xmlns='http://hl7.org/fhir'/>",
        b"<Patient xmlns='http://hl7.org/fhir'>&nbsp;</Patient>",
        b"<?xml version='1.0' encoding='no-such'?><a/>",
        b"<a>" * 5_000 + b"</a>" * 5_000,
    ],
    ids=["empty", "text", "cut", "entities", "external", "html-entity", "encoding", "deep"],
)
def test_hostile_or_malformed_xml_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError) as raised:
        parse(data, FIELDS, source="x.xml")
    assert raised.value.issues[0].source == "x.xml"


def test_bytes_in_another_encoding_than_claimed_are_replaced_and_reported() -> None:
    data = '<Patient xmlns="http://hl7.org/fhir"><name><family value="M\u00fcller"/></name></Patient>'.encode("latin-1")
    parsed = parse(data, FIELDS)
    assert parsed.resource["name"][0]["family"] == "M\ufffdller"
    assert [issue.id for issue in parsed.issues] == ["VR-XML-0005"]


def test_a_declared_encoding_is_honoured() -> None:
    text = '<?xml version="1.0" encoding="ISO-8859-1"?><Patient xmlns="http://hl7.org/fhir"><name><family value="M\u00fcller"/></name></Patient>'
    parsed = parse(text.encode("latin-1"), FIELDS)
    assert parsed.resource["name"][0]["family"] == "Müller"
    assert [(each.id, each.expression) for each in parsed.issues] == [("XML_ENCODING_INVALID", "XML")]


def test_a_narrative_that_is_no_xhtml_cannot_be_written() -> None:
    for markup in ("<div>no namespace</div>", "<div", '<p xmlns="http://www.w3.org/1999/xhtml"/>'):
        with pytest.raises(UnreadableError):
            serialize({"resourceType": "Patient", "text": {"status": "empty", "div": markup}}, FIELDS)


@pytest.mark.shared
def test_all_public_xml_cases_are_read(shared: Any) -> None:
    files = sorted((shared / "data" / "fhir-validator-cases" / "files").rglob("*.xml"))
    refused = []
    for path in files:
        try:
            parsed = parse(path.read_bytes(), FIELDS)
        except UnreadableError:
            refused.append(path.name)
            continue
        assert parsed.resource["resourceType"]
        parsed.position(("nothing",))
        serialize_json(parsed.resource)
    assert len(files) > 100
    assert refused == ["xml-bad-entities.xml"]


@pytest.mark.shared
def test_official_examples_survive_the_way_through_xml(shared: Any) -> None:
    folder = shared / "data" / "reference-cases"
    count = 0
    for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        expected = case["expected"]
        if case["module"] == "mutant" or expected["error"] or expected["fatal"]:
            continue
        resource = parse_json((folder / "files" / case["resource"]).read_bytes()).resource
        if "fhir_comments" in json.dumps(resource, default=str):
            continue
        again = parse(serialize(resource, FIELDS), FIELDS)
        assert again.issues == [], case["id"]
        assert _without_markup(again.resource) == _without_markup(resource), case["id"]
        count += 1
        if count == 250:
            break
    assert count == 250


def _without_markup(value: Any) -> Any:
    """Narratives compare by their text: quotes, namespaces and entities may be spelt in another way."""
    if isinstance(value, dict):
        kept = {key: _without_markup(item) for key, item in value.items() if key != "div"}
        return {key: item for key, item in kept.items() if item is not None}
    return [_without_markup(item) for item in value] if isinstance(value, list) else value
