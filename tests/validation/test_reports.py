"""The formats of reports: what each promises its readers, and that nothing of the input can break out of them."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vrfhir import Validator
from vrfhir.issues import Issue
from vrfhir.validation import Report
from vrfhir.validation.reports import FORMATS, Checked, Summary, format_of, render
from vrfhir.validation.reports.excerpts import excerpts_of, pointed, visible
from vrfhir.validation.reports.fingerprints import fingerprints

BAD = b'{"resourceType": "Patient",\n "gender": "fmale", "nam": [{}],\n "name": [{"family": " Example"}]}'

texts = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)
issues = st.builds(
    Issue,
    st.sampled_from(["fatal", "error", "warning", "information"]),
    st.sampled_from(["invalid", "structure"]),
    texts.filter(bool),
    texts,
    texts,
    st.none() | st.integers(1, 500),
    st.none() | st.integers(1, 500),
    texts,
)


@pytest.fixture(scope="module")
def checked() -> list[Checked]:
    validator = Validator()
    bad = validator.validate(BAD, source="in/bad file.json")
    good = validator.validate(b'{"resourceType": "Patient", "active": true}', source="rows.ndjson:7")
    later = validator.validate(b'{"resourceType": "Patient", "active": 1}', source="rows.ndjson:9")
    broken = validator.validate(b'{"resourceType" "Patient"}', source="broken.json")
    return [
        Checked(bad, "in/bad file.json", 1, excerpts_of(BAD, bad.issues), fingerprints(json.loads(BAD), bad.issues)),
        Checked(good, "rows.ndjson", 7),
        Checked(later, "rows.ndjson", 9),
        Checked(broken, "broken.json"),
    ]


def test_the_format_follows_the_longest_ending() -> None:
    names = ["a.json", "a.outcome.json", "a.sarif.json", "A.SARIF", "a.xml", "a.html", "a.txt", "a.pdf", "json"]
    expected = ["json", "operation-outcome", "sarif", "sarif", "junit", "html", "text", None, None]
    assert [format_of(each) for each in names] == expected


def test_text_shows_the_line_and_marks_what_is_meant(checked: list[Checked]) -> None:
    lines = render("text", checked).splitlines()
    assert lines[0] == "in/bad file.json: not valid (3 errors, 1 warning)"
    at = next(number for number, line in enumerate(lines) if "[Terminology_TX_NoValid_16]" in line)
    shown, marks = lines[at + 2], lines[at + 3]
    assert shown == '    2 |  "gender": "fmale", "nam": [{}],'
    assert [shown[number] for number, mark in enumerate(marks) if mark == "^"] == list('"fmale"')
    assert lines[-1] == "4 checked, 3 not valid"


@pytest.mark.parametrize(
    ("line", "column", "word"),
    [
        ('{"active": "yes"}', 17, '"yes"'),
        ('{"active": 12.5}', 16, "12.5"),
        ('{"a": 1, "maritalStatus": {}}', 11, '"maritalStatus"'),
        ('{"a": "x \\" y"}', 15, '"x \\" y"'),
        ('<Patient><gender value="x"/>', 29, '<gender value="x"/>'),
        ('{"a": ""}', 9, '""'),
    ],
)
def test_what_is_meant_at_a_place(line: str, column: int, word: str) -> None:
    excerpt = pointed(line, column)
    assert excerpt is not None
    assert "".join(each for each, mark in zip(excerpt[0], excerpt[1], strict=False) if mark == "^") == word


@settings(max_examples=200, deadline=None)
@given(line=texts | st.text(max_size=3000), column=st.integers(-1, 3100))
def test_any_place_of_any_line_is_shown_or_not(line: str, column: int) -> None:
    excerpt = pointed(line, column)
    if excerpt is not None:
        shown, marks = excerpt
        assert len(shown) <= 102
        assert shown == visible(shown)
        assert "^" in marks


def test_a_line_of_ten_million_characters_is_cut() -> None:
    data = b'{"family": "' + b"x" * 10_000_000 + b'"}'
    found = excerpts_of(data, [Issue("error", "invalid", "X", "", "", 1, 10_000_014)])
    ((text, marks),) = found.values()
    assert len(text) <= 102
    assert marks.strip("^ ") == ""


def test_nothing_commands_the_terminal() -> None:
    report = Report([Issue("error", "invalid", "X\x1b[2J", "a\x1b]0;x\x07b\u202e", "Patient\r\n")], "n\x1b[31m")
    text = render("text", [Checked(report, excerpts={(1, 1): pointed("a\x1b[2J", 1) or ("", "")})])
    assert not set(text) & {"\x1b", "\x07", "\r", "\u202e"}


def test_json_keeps_every_attribute(checked: list[Checked]) -> None:
    document = json.loads(render("json", checked, Summary.of(checked, stale=["x"])))
    assert (document["valid"], document["checked"], document["notValid"], document["stale"]) == (False, 4, 3, ["x"])
    assert document["reports"][0] == checked[0].report.to_dict()


def test_operation_outcomes_carry_the_extensions_of_hl7s_engine(checked: list[Checked]) -> None:
    bundle = json.loads(render("operation-outcome", checked))
    assert [each["resource"]["resourceType"] for each in bundle["entry"]] == ["OperationOutcome"] * 4
    row = next(each for each in bundle["entry"][2]["resource"]["issue"])
    values = {
        each["url"].rpartition("/")[2]: {k: v for k, v in each.items() if k != "url"} for each in row["extension"]
    }
    assert list(values) == [
        "operationoutcome-issue-line",
        "operationoutcome-issue-col",
        "operationoutcome-issue-source",
        "operationoutcome-message-id",
    ]
    assert values["operationoutcome-issue-line"] == {"valueInteger": 9}
    assert values["operationoutcome-issue-col"] == {"valueInteger": checked[2].report.issues[0].column}
    assert values["operationoutcome-message-id"] == {"valueCode": checked[2].report.issues[0].id}
    good = bundle["entry"][1]["resource"]
    assert good["issue"] == [{"severity": "information", "code": "informational", "details": {"text": "All OK"}}]
    alone = json.loads(render("operation-outcome", checked[:1]))
    assert alone["resourceType"] == "OperationOutcome"
    assert alone["extension"][0]["valueString"] == "in/bad file.json"


def sarif_faults(log: Any) -> list[str]:
    """What the schema of SARIF 2.1.0 asks of the parts that are used here."""
    faults = []
    if log.get("version") != "2.1.0" or set(log) != {"$schema", "version", "runs"}:
        faults.append("log")
    for run in log["runs"]:
        rules = run["tool"]["driver"]["rules"]
        if len({each["id"] for each in rules}) != len(rules):
            faults.append("rule ids repeat")
        for result in run["results"]:
            if result["level"] not in ("none", "note", "warning", "error"):
                faults.append("level")
            if rules[result["ruleIndex"]]["id"] != result["ruleId"] or not result["message"]["text"]:
                faults.append("rule or message")
            for location in result["locations"]:
                physical = location["physicalLocation"]
                uri = physical["artifactLocation"]["uri"]
                if not re.fullmatch(r"[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*", uri):
                    faults.append(f"uri {uri}")
                region = physical.get("region", {"startLine": 1})
                if region["startLine"] < 1 or region.get("startColumn", 1) < 1:
                    faults.append("region")
            if not all(isinstance(each, str) for each in result.get("partialFingerprints", {}).values()):
                faults.append("fingerprint")
    return faults


def test_sarif(checked: list[Checked]) -> None:
    log = json.loads(render("sarif", checked))
    assert sarif_faults(log) == []
    first, *_, last = log["runs"][0]["results"]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "in/bad%20file.json"},
        "region": {"startLine": 2, "startColumn": 22},
    }
    assert first["partialFingerprints"]["vrfhirIssue/v1"] == checked[0].fingerprints[0]
    assert (last["ruleId"], last["level"]) == ("Error_parsing_JSON_", "error")
    later = [each for each in log["runs"][0]["results"] if "rows.ndjson" in json.dumps(each)]
    assert {each["locations"][0]["physicalLocation"]["region"]["startLine"] for each in later} == {9}
    assert "{" not in log["runs"][0]["tool"]["driver"]["rules"][0]["shortDescription"]["text"]


def test_junit(checked: list[Checked]) -> None:
    root = ElementTree.fromstring(render("junit", checked))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("4", "2", "1")
    cases = root.findall("testsuite/testcase")
    assert [each.get("name") for each in cases] == [each.report.source for each in checked]
    assert [[child.tag for child in each] for each in cases] == [["failure", "system-out"], [], ["failure"], ["error"]]
    assert "9:" in str(cases[2][0].text)


class Page(HTMLParser):
    """The tags and scripts of a page, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_html_stands_alone(checked: list[Checked]) -> None:
    text = render("html", checked)
    page = Page(text)
    assert not [attrs for _, attrs in page.tags if {"src", "href"} & set(attrs)]
    policy = next(attrs["content"] for tag, attrs in page.tags if attrs.get("http-equiv"))
    assert str(policy).startswith("default-src 'none'; style-src 'sha256-")
    assert [attrs["data-severity"] for tag, attrs in page.tags if tag == "article"] == [
        issue.severity for each in checked for issue in each.report.issues
    ]
    assert {attrs["value"] for tag, attrs in page.tags if attrs.get("type") == "checkbox"} >= {"error", "valid"}


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(issues, max_size=4), name=texts)
def test_no_content_breaks_a_format(rows: list[Issue], name: str) -> None:
    checked = [Checked(Report(rows, name), name, excerpts={(1, 1): (visible(name), "^")})]
    tags = {"article": len(rows), "script": 1, "details": 1}
    written = {each: render(each, checked).encode("utf-8", "replace").decode() for each in FORMATS}
    for format_ in ("json", "operation-outcome", "sarif"):
        json.loads(written[format_])
    assert len(ElementTree.fromstring(written["junit"].encode()).findall("testsuite/testcase")) == 1
    found = [tag for tag, _ in Page(written["html"]).tags]
    assert {tag: found.count(tag) for tag in tags} == tags


def test_fingerprints_know_place_and_content() -> None:
    patient = {"resourceType": "Patient", "name": [{"family": "A"}, {"family": "B"}], "deceasedBoolean": True}
    rows = [
        Issue("error", "invalid", "R", "x", "Patient.name[0].family", 1, 1),
        Issue("error", "invalid", "R", "x", "Patient.name[1].family", 1, 1),
        Issue("error", "invalid", "R", "x", "Patient.deceased.ofType(boolean)", 1, 1),
    ]
    before = fingerprints(patient, rows)
    assert len(set(before)) == 3
    moved = [issue.at(99, 3) for issue in rows]
    other = patient | {"gender": "female"}
    assert fingerprints(other, moved) == before
    changed = other | {"name": [{"family": "A"}, {"family": "C"}], "deceasedBoolean": False}
    after = fingerprints(changed, rows)
    assert [one == two for one, two in zip(before, after, strict=True)] == [True, False, False]
    inside = {"resourceType": "Bundle", "entry": [{"resource": patient}]}
    entry = Issue("error", "invalid", "R", "x", "Bundle.entry[0].resource/*Patient/null*/.name[1].family")
    changed_inside = {"resourceType": "Bundle", "entry": [{"resource": changed}]}
    assert fingerprints(inside, [entry]) != fingerprints(changed_inside, [entry])
