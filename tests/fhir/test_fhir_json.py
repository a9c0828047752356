"""FHIR JSON: what goes in comes out, decimals included; what is wrong is said with its place."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vrfhir.errors import UnreadableError
from vrfhir.fhir.json import WrittenDecimal, parse, serialize

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), VALUES, max_size=5), st.booleans())
def test_what_is_written_is_read_back(resource: dict[str, Any], pretty: bool) -> None:
    assert parse(serialize(resource, pretty=pretty)).resource == resource


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_input_is_a_resource_or_unreadable(data: bytes | str) -> None:
    try:
        outcome: object = parse(data).resource
    except UnreadableError as problem:
        outcome = problem.issues[0].severity
    assert isinstance(outcome, dict) or outcome == "fatal"


@pytest.mark.parametrize(
    "text", ["1.0", "1.00", "0.0000001", "1E-22", "1e2", "-1.000E+245", "0.10", "-0.0", "12345678901234567890.12"]
)
def test_decimals_keep_their_text(text: str) -> None:
    data = f'{{"value":{text}}}'.encode()
    parsed = parse(data)
    assert isinstance(parsed.resource["value"], Decimal)
    assert parsed.resource["value"] == Decimal(text)
    assert serialize(parsed.resource) == data


def test_decimals_made_in_python_are_written_without_exponent() -> None:
    assert serialize({"a": Decimal("1E-7"), "b": [Decimal("1E+3")]}) == b'{"a":0.0000001,"b":[1000]}'
    with pytest.raises(ValueError, match="not a JSON number"):
        serialize({"a": Decimal("NaN")})


def test_pretty_output_with_and_without_decimals_has_one_layout() -> None:
    resource = {"a": [1, {"b": "x", "c": []}], "d": {}}
    with_decimal = serialize({**resource, "e": Decimal("1.50")}, pretty=True).decode()
    assert with_decimal == json.dumps({**resource, "e": 1.5}, indent=2).replace("1.5", "1.50")


def test_text_is_not_escaped_beyond_need() -> None:
    assert serialize({"family": 'Müller \u2028 "q" \n'}) == '{"family":"Müller \u2028 \\"q\\" \\n"}'.encode()


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse(b'\xef\xbb\xbf{"a":1}').resource == {"a": 1}


UNREADABLE = [
    ('{"a": 1,\n "b": }', 2, 7),
    ('{\n"a": [1,2\n}', 3, 1),
    ("", 1, 1),
    ("[1]", 1, 1),
    ('"text"', 1, 1),
    ('{"a": 1} x', 1, 10),
]


@pytest.mark.parametrize(("text", "line", "column"), UNREADABLE)
def test_malformed_text_is_refused_with_line_and_column(text: str, line: int, column: int) -> None:
    with pytest.raises(UnreadableError) as raised:
        parse(text, source="file.json")
    issue = raised.value.issues[0]
    assert (issue.severity, issue.line, issue.column, issue.source) == ("fatal", line, column, "file.json")


@pytest.mark.parametrize(
    "data",
    [
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": "\xff"}',
        '{"a": "ü"}'.encode("utf-16"),
        b'{"a": "\\ud800"}',
        b'{"\\udc00": 1}',
        b'{"a": ' * 300 + b"1" + b"}" * 300,
        b'{"a": ' + b"[" * 100_000,
    ],
    ids=["nan", "infinity", "digits", "latin-1", "utf-16", "surrogate", "surrogate-key", "deep", "very-deep"],
)
def test_hostile_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError):
        parse(data)


def test_limits_are_settings() -> None:
    nested = '{"a":{"b":{"c":1}}}'
    assert parse(nested, max_depth=3).resource
    with pytest.raises(UnreadableError, match="more than 2 levels"):
        parse(nested, max_depth=2)
    with pytest.raises(UnreadableError, match="larger than 10 bytes"):
        parse(nested, max_bytes=10)


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert parse(b'{"a": "\\ud83d\\ude00"}').resource == {"a": "\N{GRINNING FACE}"}


def test_of_a_repeated_key_the_first_is_kept_and_the_second_reported() -> None:
    text = '{\n  "resourceType": "Patient",\n  "name": [{"family": "A",\n    "family": "B"}]\n}'
    parsed = parse(text)
    assert parsed.resource["name"] == [{"family": "A"}]
    (issue,) = parsed.issues
    assert (issue.id, issue.severity, issue.expression) == ("DUPLICATE_JSON_PROPERTY_KEY", "error", "Patient.name[0]")
    assert issue.line == 3
    assert "family" in issue.text


def test_comments_and_extra_commas_are_findings_not_failures() -> None:
    text = '{\n  // a word\n  "a": ["// not one", 1,],\n  "b": "x" /* two\n lines */\n}'
    parsed = parse(text)
    assert parsed.resource == {"a": ["// not one", 1], "b": "x"}
    assert [(issue.id, issue.line) for issue in parsed.issues] == [
        ("JSON_COMMENTS_NOT_ALLOWED", 2),
        ("JSON_COMMENTS_NOT_ALLOWED", 4),
        ("JSON_COMMA_EXTRA", 3),
    ]
    assert all(issue.severity == "error" for issue in parsed.issues)


POSITIONS = """{
  "resourceType" : "Patient",
  "active": true,
  "name": [
    { "family": "A", "given": ["x", "yy"] },
    {}
  ],
  "maritalStatus": {
    "text": "s"
  }
}"""


@pytest.mark.parametrize(
    ("path", "position"),
    [
        ((), (1, 2)),
        (("resourceType",), (2, 29)),
        (("active",), (3, 17)),
        (("name",), (4, 4)),
        (("name", 0), (5, 6)),
        (("name", 0, "family"), (5, 20)),
        (("name", 0, "given", 1), (5, 41)),
        (("name", 1), (6, 6)),
        (("name", 1, "family"), (6, 6)),
        (("name", 7), (4, 4)),
        (("maritalStatus",), (8, 4)),
        (("maritalStatus", "text"), (9, 16)),
        (("gender",), (1, 2)),
    ],
    ids=str,
)
def test_positions_are_those_of_hl7s_validator(path: tuple[str | int, ...], position: tuple[int, int]) -> None:
    assert parse(POSITIONS).position(path) == position


def test_keys_with_escapes_have_positions_too() -> None:
    assert parse('{"a\\"b": {"c": 12}}').position(('a"b', "c")) == (1, 18)


@pytest.mark.shared
def test_recorded_positions_of_primitives_and_list_items_are_ours(shared: Any) -> None:
    """HL7's validator wrote down where it found each empty or mistyped primitive of the mutants; so do we."""
    folder = shared / "data" / "reference-cases"
    compared = 0
    for line in (folder / "cases.jsonl").read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        for issue in case["expected"]["issues"]:
            if issue["messageId"] == "Type_Specific_Checks_DT_Primitive_NotEmpty" and "/*" not in issue["expression"]:
                path = _path(issue["expression"])
                if path is None:
                    continue
                parsed = parse((folder / "files" / case["resource"]).read_bytes())
                assert parsed.position(path) == (issue["line"], issue["col"]), case["id"]
                compared += 1
    assert compared > 20


def _path(expression: str) -> tuple[str | int, ...] | None:
    if "ofType" in expression or "[x]" in expression:
        return None
    steps: list[str | int] = []
    for part in expression.split(".")[1:]:
        name, _, index = part.partition("[")
        steps.append(name)
        if index:
            steps.append(int(index.rstrip("]")))
    return tuple(steps)


def test_written_decimals_are_decimals() -> None:
    value = WrittenDecimal("1e2")
    assert value == 100
    assert value.text == "1e2"
    assert value + 1 == 101


@pytest.mark.parametrize("pretty", [False, True])
def test_half_of_a_surrogate_pair_beside_a_decimal_is_refused(pretty: bool) -> None:
    for resource in (
        {"a": Decimal("1.10"), "b": "\ud800"},
        {"a": [Decimal("1.10"), "\ud800", Decimal("2.0")]},
        {"\ud800": Decimal("1.10")},
    ):
        with pytest.raises(UnicodeEncodeError):
            serialize(resource, pretty=pretty)


def test_decimals_are_written_where_they_stand() -> None:
    resource = {"a": [Decimal("1.10"), '"', Decimal("0.000"), {"b": Decimal("-3.5E+2")}], "c": "\\ud800"}
    assert serialize(resource) == b'{"a":[1.10,"\\"",0.000,{"b":-350}],"c":"\\\\ud800"}'


def test_sound_resources_are_written_the_same_way() -> None:
    resource = {"a": [Decimal("1.10"), None, 3, True], "b": WrittenDecimal("1e2"), "c": 'ü "q" \u2028\n\t\x01'}
    assert serialize(resource, sound=True) == serialize(resource)
    assert parse(serialize(resource, sound=True)).resource == resource
