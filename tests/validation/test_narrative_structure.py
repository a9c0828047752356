"""What may stand inside what in a narrative, as HL7's validator has it."""

import pytest

from vrfhir import Validator

START = '<div xmlns="http://www.w3.org/1999/xhtml">'
RULES = [
    ("<caption>c</caption>", {"XHTML_XHTML_OUT_OF_PLACE"}),
    ("<ul><li>a</li></ul><table><tr><td>1</td></tr></table>", set()),
    ("<ul>\n <li>a</li>\n</ul>", set()),
    ("<ul>words<li>a</li></ul>", {"XHTML_XHTML_ILLEGAL_CHILDREN"}),
    ("<table><p>x</p></table>", {"XHTML_XHTML_ILLEGAL_CHILDREN"}),
    ("<b>a <i><b>c</b></i></b>", {"XHTML_XHTML_NO_RECURSION"}),
    ("<span><table><tr><td>1</td></tr></table></span>", {"XHTML_XHTML_BLOCK_IN_PARA"}),
    ("<br>a</br>", {"XHTML_XHTML_NO_CHILDREN"}),
    ('<p id="a">1</p><p id="a">2</p>', {"XHTML_XHTML_DUPLICATE_IDS"}),
    ('<div xml:lang="en">a</div><p>b</p>', {"XHTML_XHTML_MIXED_LANG"}),
    ('<a href="urn:isbn:1">a</a>', {"TYPE_SPECIFIC_CHECKS_DT_XHTML_LITERAL_HREF"}),
    ('<img src="data:image/png;base64,QUJD" alt="x"/>', set()),
    ('<img src="data:image/png;base64,??" alt="x"/>', {"XHTML_URL_INVALID"}),
    ('<a href="http://x.test/a&quot;b">a</a>', {"XHTML_URL_INVALID"}),
]


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator()


@pytest.mark.parametrize(("markup", "expected"), RULES, ids=[each for each, _ in RULES])
def test_a_narrative(validator: Validator, markup: str, expected: set[str]) -> None:
    div = f"{START}{markup}<p>words</p></div>"
    report = validator.validate(
        {"resourceType": "Basic", "code": {"text": "x"}, "text": {"status": "generated", "div": div}}
    )
    assert {issue.id for issue in report.issues if issue.severity != "information"} == expected
    assert {issue.expression for issue in report.issues if issue.id in expected} <= {"Basic.text.div"}
