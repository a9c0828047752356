"""What each function gives, one or more examples for each: http://hl7.org/fhirpath/N1/#functions and the R4 additions."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fhirpath_patient import Evaluate

from vrfhir.fhirpath import Environment, FhirPathError, compile  # noqa: A004 - the engine's own name
from vrfhir.fhirpath.functions import FUNCTIONS

D = Decimal

EXAMPLES: dict[str, list[Any]] = {
    # existence
    "name.empty()": [False],
    "name.exists(use = 'maiden')": [True],
    "name.exists($index = 2)": [True],
    "name.all(use.exists())": [True],
    "(true | false).allTrue()": [False],
    "(true | false).anyTrue()": [True],
    "(true | false).allFalse()": [False],
    "(true | false).anyFalse()": [True],
    "(1 | 2).subsetOf(1 | 2 | 3)": [True],
    "(1 | 2).supersetOf(2 | 3)": [False],
    "name.count()": [3],
    "(1).combine(1).distinct()": [1],
    "(1).combine(1.0).isDistinct()": [False],
    "active.not()": [False],
    "'text counts as true'.not()": [False],
    # filtering and projection
    "name.where(use = 'official').family": ["Example"],
    "name.select(use)": ["official", "nickname", "maiden"],
    "name.select($index)": [0, 1, 2],
    "(1 | 2 | 3).aggregate($total + $this, 10)": [16],
    "(3 | 1 | 2).aggregate(iif($total.empty() or $this > $total, $this, $total))": [3],
    "(3 | 1 | 2).sort()": [1, 2, 3],
    "('a' | 'b').sort(-$this)": ["b", "a"],
    "name.sort(use desc).use": ["official", "nickname", "maiden"],
    "name.sort(given.first()).use": ["official", "nickname", "maiden"],
    "name.sort(-given.first()).use": ["maiden", "nickname", "official"],
    "repeat(contact | name).count()": [5],
    # subsetting
    "(1 | 2 | 3)[1]": [2],
    "(1 | 2 | 3)[3]": [],
    "name[name.count() - 1].use": ["maiden"],
    "(7).single()": [7],
    "(1 | 2 | 3).first()": [1],
    "(1 | 2 | 3).last()": [3],
    "(1 | 2 | 3).tail()": [2, 3],
    "(1 | 2 | 3).skip(2)": [3],
    "(1 | 2 | 3).take(2)": [1, 2],
    "(1 | 2 | 3).take(-1)": [],
    "(1 | 2).intersect(2 | 3)": [2],
    "(1 | 2 | 3).exclude(2)": [1, 3],
    # combining
    "(1 | 2).union(2 | 3)": [1, 2, 3],
    "(1).combine(1)": [1, 1],
    "name.select(use.union(given)).count()": [6],
    "coalesce({}, 2, 3)": [2],
    # conversion
    "iif(true, 1, 1 + 'a')": [1],
    "iif({}, 1, 2)": [2],
    "iif(false, 1)": [],
    "('x').iif($this = 'x', 'yes', 'no')": ["yes"],
    "'Y'.toBoolean()": [True],
    "0.0.toBoolean()": [False],
    "2.toBoolean()": [],
    "'+12'.toInteger()": [12],
    "true.toInteger()": [1],
    "'1.0'.toInteger()": [],
    "'1.50'.toDecimal().toString()": ["1.50"],
    "'1e3'.toDecimal()": [],
    "1.toDecimal().convertsToDecimal()": [True],
    "(1.50 * 2).toString()": ["3.00"],
    "4 days.toString()": ["4 days"],
    "1 'wk'.toString()": ["1 'wk'"],
    "name.first().toString()": [],
    "'2014-01-02T10:00:00Z'.toDate().toString()": ["2014-01-02"],
    "birthDate.toDateTime() is DateTime": [True],
    "'10:30'.toTime().toString()": ["10:30"],
    "'1 \\'mg\\''.toQuantity().toString()": ["1 'mg'"],
    "'1 mg'.toQuantity()": [],
    "1 'g'.toQuantity('mg').value": [D(1000)],
    "'1 day'.convertsToQuantity()": [True],
    "'x'.convertsToDate()": [False],
    "'2014-02'.convertsToDate()": [True],
    "'2014-02-02T10'.convertsToDateTime()": [True],
    "'25:00'.convertsToTime()": [False],
    "'tRuE'.convertsToBoolean()": [True],
    "'1'.convertsToInteger()": [True],
    "'.5'.convertsToDecimal()": [False],
    "name.first().convertsToString()": [False],
    # text
    "'abcabc'.indexOf('ca')": [2],
    "'abc'.indexOf('x')": [-1],
    "'abcabc'.lastIndexOf('a')": [3],
    "'abc'.substring(1)": ["bc"],
    "'abc'.substring(1, 1)": ["b"],
    "'abc'.substring(3)": [],
    "'abc'.substring(0, {})": ["abc"],
    "'abc'.startsWith('')": [True],
    "birthDate.startsWith('1980')": [True],
    "'abc'.endsWith('bc')": [True],
    "'abc'.contains('b')": [True],
    "'aB'.upper()": ["AB"],
    "'aB'.lower()": ["ab"],
    "'aXbX'.replace('X', '-')": ["a-b-"],
    "'ab'.replace('', '.')": [".a.b."],
    "'a\\nb'.matches('a.b')": [True],
    "'abc'.matches('b')": [True],
    "'abc'.matchesFull('b')": [False],
    "'30/11'.replaceMatches('(\\\\d+)/(?<month>\\\\d+)', '${month}-$1')": ["11-30"],
    "'a\u00e9'.length()": [2],
    "'ab'.toChars()": ["a", "b"],
    "' a '.trim()": ["a"],
    "'a,,b'.split(',')": ["a", "", "b"],
    "(1 | 2).join('+')": ["1+2"],
    "'a?'.encode('base64')": ["YT8="],
    "'YT8='.decode('base64')": ["a?"],
    "'a~~~'.encode('urlbase64').decode('urlbase64')": ["a~~~"],
    "'ab'.encode('hex')": ["6162"],
    "'zz'.decode('hex')": [],
    "'a'.encode('rot13')": [],
    "'<\"&'.escape('html')": ["&lt;&quot;&amp;"],
    "'&lt;&#39;'.unescape('html')": ["<'"],
    "'a\"b'.escape('json')": ['a\\"b'],
    "'a\\\\\"b'.unescape('json')": ['a"b'],
    # numbers
    "(-5.5).abs()": [D("5.5")],
    "(-5 'mg').abs().value": [D(5)],
    "1.1.ceiling()": [2],
    "(-1.1).floor()": [-2],
    "(-1.9).truncate()": [-1],
    "0.exp()": [D(1)],
    "1.ln()": [D(0)],
    "16.log(2)": [D(4)],
    "2.power(3)": [8],
    "2.power(-1)": [D("0.5")],
    "(-1).power(0.5)": [],
    "2.5.round()": [D(3)],
    "3.14159.round(2)": [D("3.14")],
    "81.sqrt()": [D(9)],
    "(-1).sqrt()": [],
    # trees and types
    "contact.children().count()": [2],
    "contact.descendants().count()": [4],
    "name.type().name.distinct()": ["HumanName"],
    "contact.type().name": ["BackboneElement"],
    "1.type().namespace": ["System"],
    "type().baseType": ["FHIR.DomainResource"],
    "active is boolean": [True],
    "active.as(boolean)": [True],
    "children().ofType(HumanName).count()": [3],
    # environment
    "today().toString()": ["2026-11-22"],
    "now().toString()": ["2026-11-22T10:00:00.000+00:00"],
    "timeOfDay().toString()": ["10:00:00.000"],
    "name.trace('names').count()": [3],
    "defineVariable('n', name.count()).select(%n + 1)": [4],
    # FHIR
    "birthDate.extension(%`ext-patient-birthTime`).value.toString()": ["1980-02-29T08:15:00+00:00"],
    "name.family.hasValue()": [False],
    "birthDate.hasValue()": [True],
    "name.hasValue()": [False],
    "gender.getValue()": ["female"],
    "managingOrganization.resolve().name": ["Practice of the example"],
    "gender.memberOf('http://example.org/unknown')": [],
    "conformsTo('http://hl7.org/fhir/StructureDefinition/Patient')": [True],
    "conformsTo('http://hl7.org/fhir/StructureDefinition/Group')": [False],
    "text.div.htmlChecks()": [True],
    "name.checkModifiers().count()": [3],
    # precision
    "1.587.lowBoundary()": [D("1.58650000")],
    "1.587.highBoundary(1)": [D("1.6")],
    "1.5 'mg'.highBoundary(2).value": [D("1.55")],
    "@2014.lowBoundary(6).toString()": ["2014-01"],
    "@2014-02.highBoundary().toString()": ["2014-02-28"],
    "1.500.precision()": [3],
    "@2014-01-05T10:30:00.000.precision()": [17],
    "1 'cm'.comparable(1 '[in_i]')": [True],
    "1 'cm'.comparable(1 's')": [False],
}


@pytest.mark.parametrize("expression", EXAMPLES)
def test_example(evaluate: Evaluate, expression: str) -> None:
    assert evaluate(expression) == EXAMPLES[expression]


def test_every_function_has_an_example() -> None:
    text = " ".join(EXAMPLES)
    assert [name for name in sorted(FUNCTIONS) if f"{name}(" not in text and f" {name} " not in text] == []


@pytest.mark.parametrize(
    "expression",
    [
        "name.single()", "name.as(HumanName)", "name is HumanName", "name.given.length()", "1.length()", "'a'.allTrue()", "'a'.abs()", "name and true",
        "(1 | 2) & 'a'", "1 & 'a'", "1 + 'a'", "'a' - 'b'", "1 < 'a'", "true < false", "@2014 < @T10", "-'a'", "iif(1 | 2, 3, 4)", "(1 | 2).iif(true, 3, 4)",
        "(1 | 2).toString()", "name['a']", "skip()", "name.skip('a')", "'a'.substring('b')", "%unknown", "name.ofType(Nonsense)", "'a'.matches('(')",
        "1.comparable(1 'mg')", "identifier.conformsTo('http://example.org/p') | conformsTo('http://example.org/p')", "1 in (1 | 2).skip(0) and name in name",
        "'a'.matches('(') or true", "1.round(-1)", "@2014 + 1 'mo'", "@2014 + 1 'cm'", "@T10 + 1 day",
    ],
)  # fmt: skip
def test_what_has_no_result_is_an_error(evaluate: Evaluate, expression: str) -> None:
    with pytest.raises(FhirPathError):
        evaluate(expression)


@pytest.mark.parametrize(
    "div",
    [
        '<div xmlns="http://www.w3.org/1999/xhtml"><p>a <b>b</b><br/><img src="#x"/></p></div>',
        '<div xmlns="http://www.w3.org/1999/xhtml" xml:lang="en-GB"><table><tr><td colspan="2">&amp;</td></tr></table></div>',
    ],
)
def test_narrative_that_is_fine(evaluate: Evaluate, div: str) -> None:
    assert evaluate("text.div.htmlChecks()", {"resourceType": "Patient", "text": {"div": div}}) == [True]


@pytest.mark.parametrize(
    "div",
    [
        "<div>no namespace</div>",
        '<p xmlns="http://www.w3.org/1999/xhtml">not a div</p>',
        '<div xmlns="http://www.w3.org/1999/xhtml"> </div>',
        '<div xmlns="http://www.w3.org/1999/xhtml"><script>x</script></div>',
        '<div xmlns="http://www.w3.org/1999/xhtml" onclick="x">x</div>',
        '<div xmlns="http://www.w3.org/1999/xhtml">x',
        '<!DOCTYPE div [<!ENTITY e "x">]><div xmlns="http://www.w3.org/1999/xhtml">&e;</div>',
    ],
)
def test_narrative_that_is_not(evaluate: Evaluate, div: str) -> None:
    assert evaluate("text.div.htmlChecks()", {"resourceType": "Patient", "text": {"div": div}}) == [False]


def test_modifier_extensions_must_be_known(evaluate: Evaluate) -> None:
    resource = {"resourceType": "Patient", "modifierExtension": [{"url": "http://example.org/m", "valueBoolean": True}]}
    assert evaluate("checkModifiers('http://example.org/m').count()", resource) == [1]
    with pytest.raises(FhirPathError):
        evaluate("checkModifiers('http://example.org/other')", resource)


def test_the_documentation_names_every_function(root: Path) -> None:
    page = (root / "docs" / "fhirpath.md").read_text(encoding="utf-8")
    assert [name for name in sorted(FUNCTIONS) if f"`{name}`" not in page] == []


_DIV = '<div xmlns="http://www.w3.org/1999/xhtml">{}</div>'


@pytest.mark.parametrize(
    ("content", "allowed"),
    [
        ("<address>x</address>", True),
        ('<p><bdo dir="ltr">x</bdo> <kbd>y</kbd></p>', True),
        ('<p scope="x" colspan="2">x</p>', True),
        ('<table border="1"><tr><td nowrap="nowrap">x</td></tr></table>', True),
        ('<table><tr><th nowrap="nowrap">x</th></tr></table>', False),
        ('<ol start="3"><li>x</li></ol>', False),
        ('<ul compact="compact"><li>x</li></ul>', False),
    ],
)
def test_html_checks_as_hl7s_engine(content: str, allowed: bool) -> None:
    resource = {"resourceType": "Basic", "text": {"status": "generated", "div": _DIV.format(content)}}
    assert compile("text.`div`.htmlChecks()").evaluate(resource, environment=Environment()) == [allowed]
