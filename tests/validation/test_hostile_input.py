"""Malformed, hostile and huge input: bounded time and memory, a finding with a place, no traceback."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from vrfhir.validation import Report, Validator

Json = dict[str, Any]

SECONDS = 20.0
"""What none of these may take, on a slow and busy machine; most take well below one."""

MEGABYTES = 300


def laughs() -> bytes:
    entities = "".join(
        f'<!ENTITY l{number} "{(f"&l{number - 1};" if number > 1 else "ha") * 10}">' for number in range(1, 10)
    )
    return (
        f'<?xml version="1.0"?><!DOCTYPE x [{entities}]>'
        '<Patient xmlns="http://hl7.org/fhir"><name><family value="&l9;"/></name></Patient>'
    ).encode()


PATIENT = '{"resourceType": "Patient", '
CASES = {
    "10,000 arrays deep": PATIENT + '"a": ' + "[" * 10_000 + "]" * 10_000 + "}",
    "10,000 objects deep": PATIENT + '"a": ' + '{"a": ' * 10_000 + "1" + "}" * 10_000 + "}",
    "never closed": "[" * 1_000_000,
    "a string never closed": PATIENT + '"a": "' + '\\"' * 1_000_000,
    "half a comment": PATIENT + "/*" + "*" * 1_000_000,
    "a million comments": PATIENT + "/*/" * 300_000,
    "a million slashes": PATIENT + "/" * 1_000_000,
    "a million commas": PATIENT + '"a": [' + "," * 1_000_000,
    "commas and spaces": PATIENT + '"a": [' + (", " + " " * 2_000) * 500,
    "a string of 10 MB": PATIENT + '"gender": "' + "x" * 10_000_000 + '"}',
    "a string of 10 MB, and a comma too many": PATIENT + '"gender": "' + "x" * 10_000_000 + '",}',
    "a number of 100,000 digits": PATIENT + '"multipleBirthInteger": ' + "9" * 100_000 + "}",
    "an exponent of a billion": PATIENT + '"multipleBirthInteger": 1e999999999}',
    "not a number": PATIENT + '\n"multipleBirthInteger": NaN}',
    "half a character": PATIENT + '"language": "\\ud83d"}',
    "20,000 keys twice": PATIENT + ", ".join(f'"a{n}": 1, "a{n}": 2' for n in range(20_000)) + "}",
    "5,000 unknown keys": PATIENT + ", ".join(f'"k{n}": 1' for n in range(5_000)) + "}",
    "not UTF-8": PATIENT.encode() + b'"id": "\xff"}',
    "UTF-16": (PATIENT + '"id": "a"}').encode("utf-16"),
    "nothing": b"",
    "billion laughs": laughs(),
    "a file by entity": b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><Patient xmlns="http://hl7.org/fhir"><id value="&e;"/></Patient>',
    "10,000 elements deep": b'<Patient xmlns="http://hl7.org/fhir">'
    + b"<a>" * 10_000
    + b"</a>" * 10_000
    + b"</Patient>",
    "an attribute of 9 MB": b'<Patient xmlns="http://hl7.org/fhir"><gender value="'
    + b"x" * 9_000_000
    + b'"/></Patient>',
    "narrative 5,000 deep": PATIENT
    + '"text": {"status": "generated", "div": "<div xmlns=\\"http://www.w3.org/1999/xhtml\\">'
    + "<b>" * 5_000
    + "</b>" * 5_000
    + '</div>"}}',
}


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator()


@pytest.mark.parametrize("name", CASES)
def test_each_is_refused_with_a_place_and_in_time(validator: Validator, name: str) -> None:
    started = time.process_time()
    report = validator.validate(CASES[name])
    assert time.process_time() - started < SECONDS
    assert not report.valid
    assert all(issue.line and issue.column for issue in report.issues)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs the memory figures of Linux")
def test_memory_stays_bounded(tmp_path: Path) -> None:
    """In one process with a limit on its memory; text of 10 MB may take a few times that, not a hundred times."""
    names = [each for each in CASES if "MB" in each or "never" in each or "laughs" in each]
    for number, name in enumerate(names):
        data = CASES[name]
        (tmp_path / f"{number}.txt").write_bytes(data.encode() if isinstance(data, str) else data)
    code = (
        "import sys, pathlib\n"
        "from vrfhir import Validator\n"
        "validator = Validator()\n"
        "for path in sys.argv[1:]:\n"
        "    assert not validator.validate(pathlib.Path(path).read_bytes()).valid\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(int(status.partition('VmHWM:')[2].split()[0]) // 1024)\n"
    )
    files = [str(each) for each in sorted(tmp_path.iterdir())]
    limit = MEGABYTES * 2 * 1024 * 1024
    done = subprocess.run(
        [sys.executable, "-c", code, *files],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)),
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MEGABYTES


def test_repeated_ids_are_found(validator: Validator) -> None:
    entry = {"fullUrl": "https://gp.example/Patient/1", "resource": {"resourceType": "Patient", "id": "1"}}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [entry] * 2_000}
    report = validator.validate(json.dumps(bundle))
    assert not report.valid
    contained = {"resourceType": "Organization", "id": "o", "name": "Surgery"}
    patient = {
        "resourceType": "Patient",
        "contained": [contained] * 500,
        "managingOrganization": {"reference": "#o"},
    }
    assert "RESOURCE_DUPLICATE_CONTAINED_ID" in {each.id for each in validator.validate(json.dumps(patient)).issues}


# Definitions that mean ill

CANONICAL = "https://ill.example/StructureDefinition/"
R4 = "http://hl7.org/fhir/StructureDefinition/"


def profile(name: str, base: str, *elements: Json, type_: str = "Patient", **more: Any) -> Json:
    return {
        "resourceType": "StructureDefinition",
        "id": name,
        "url": CANONICAL + name,
        "name": name,
        "status": "active",
        "kind": "complex-type" if type_ == "Extension" else "resource",
        "abstract": False,
        "type": type_,
        "baseDefinition": base,
        "derivation": "constraint",
        "differential": {"element": list(elements) or [{"id": type_, "path": type_}]},
        **more,
    }


def rule(name: str, expression: str) -> Json:
    constraint = {"key": "x-1", "severity": "error", "human": "ill", "expression": expression}
    return profile(name, R4 + "Patient", {"id": "Patient", "path": "Patient", "constraint": [constraint]})


def imposing(name: str, other: str) -> Json:
    url = R4 + "structuredefinition-imposeProfile"
    return profile(name, R4 + "Patient", extension=[{"url": url, "valueCanonical": CANONICAL + other}])


ILL = [
    profile("circle-a", CANONICAL + "circle-b"),
    profile("circle-b", CANONICAL + "circle-a"),
    profile("itself", CANONICAL + "itself"),
    profile(
        "within",
        R4 + "Patient",
        {
            "id": "Patient.contained",
            "path": "Patient.contained",
            "type": [{"code": "Patient", "profile": [CANONICAL + "within"]}],
        },
        {
            "id": "Patient.link.other",
            "path": "Patient.link.other",
            "type": [{"code": "Reference", "targetProfile": [CANONICAL + "within"]}],
        },
    ),
    profile(
        "nested",
        R4 + "Extension",
        {"id": "Extension", "path": "Extension"},
        {
            "id": "Extension.extension",
            "path": "Extension.extension",
            "slicing": {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"},
        },
        {
            "id": "Extension.extension:me",
            "path": "Extension.extension",
            "sliceName": "me",
            "type": [{"code": "Extension", "profile": [CANONICAL + "nested"]}],
        },
        {"id": "Extension.url", "path": "Extension.url", "fixedUri": CANONICAL + "nested"},
        type_="Extension",
        context=[{"type": "element", "expression": "Element"}],
    ),
    imposing("impose-a", "impose-b"),
    imposing("impose-b", "impose-a"),
    rule("conforms", f"conformsTo('{CANONICAL}conforms')"),
    rule("pattern-a", "name.family.matches('^(a+)+$')"),
    rule("pattern-b", "name.family.all(matches('(a|aa)+b'))"),
    rule("pattern-c", r"name.family.all(matches('(a*)*(a*)*c\\1'))"),
    rule("pattern-d", "name.family.all(replaceMatches('(a+)+$', 'x') = 'y')"),
    rule("endless", "(1 | 2).repeat($this + 1).count() > 0"),
    rule("deep", "(" * 3_000 + "true" + ")" * 3_000),
    rule("growing", "name.family.all(" + "replace('a', 'aaaaaaaaaa')." * 9 + "length() > 0)"),
]
CODES = {
    "resourceType": "CodeSystem",
    "id": "codes",
    "url": "https://ill.example/codes",
    "status": "active",
    "content": "complete",
    "concept": [{"code": "a" * 40 + "!"}],
}


def value_set(name: str, include: Json) -> Json:
    url = f"https://ill.example/ValueSet/{name}"
    return {"resourceType": "ValueSet", "id": name, "url": url, "status": "active", "compose": {"include": [include]}}


def filtered(name: str, pattern: str) -> Json:
    code_filter = {"property": "code", "op": "regex", "value": pattern}
    return value_set(name, {"system": CODES["url"], "filter": [code_filter]})


SETS = [
    value_set("round-a", {"valueSet": ["https://ill.example/ValueSet/round-b"]}),
    value_set("round-b", {"valueSet": ["https://ill.example/ValueSet/round-a"]}),
    filtered("filter-a", "(a|aa)+"),
    filtered("filter-b", "(((a+)))+"),
]


def bound(name: str) -> Json:
    binding = {"strength": "required", "valueSet": f"https://ill.example/ValueSet/{name}"}
    return profile(
        f"bound-{name}",
        R4 + "Patient",
        {"id": "Patient.maritalStatus", "path": "Patient.maritalStatus", "binding": binding},
    )


@pytest.fixture(scope="module")
def ill(tmp_path_factory: pytest.TempPathFactory) -> Validator:
    folder = tmp_path_factory.mktemp("ill") / "package"
    folder.mkdir()
    manifest = {"name": "ill.example", "version": "1.0.0", "fhirVersions": ["4.0.1"]}
    (folder / "package.json").write_text(json.dumps(manifest))
    for each in [*ILL, CODES, *SETS, *(bound(one["id"]) for one in SETS)]:
        (folder / f"{each['resourceType']}-{each['id']}.json").write_text(json.dumps(each))
    return Validator(packages=[folder.parent])


VICTIM: Json = {
    "resourceType": "Patient",
    "name": [{"family": "a" * 40 + "!"}],
    "maritalStatus": {"coding": [{"system": CODES["url"], "code": "a" * 40 + "!"}]},
    "extension": [
        {"url": CANONICAL + "nested", "extension": [{"url": CANONICAL + "nested", "valueString": "x"}]},
    ],
    "contained": [
        {"resourceType": "Patient", "id": "c", "link": [{"other": {"reference": "#"}, "type": "seealso"}]},
    ],
    "link": [{"other": {"reference": "#c"}, "type": "seealso"}],
}


@pytest.mark.parametrize("name", [each["id"] for each in ILL] + [f"bound-{each['id']}" for each in SETS])
def test_definitions_that_mean_ill_end_in_time(ill: Validator, name: str) -> None:
    from vrfhir.errors import DefinitionError

    started = time.process_time()
    try:
        report = ill.validate(json.dumps(VICTIM), profiles=[CANONICAL + name])
    except DefinitionError as problem:  # no snapshot can be made of a circle
        assert (name in ("circle-a", "circle-b", "itself"), str(problem)[-13:]) == (True, "is not known.")  # noqa: PT017
    else:
        assert isinstance(report, Report)
        assert all(issue.line for issue in report.issues)
    assert time.process_time() - started < SECONDS


def test_a_pattern_that_runs_away_is_still_decided(ill: Validator) -> None:
    """Not given up, but run on an engine that does not backtrack: the answers are right."""
    wrong = ill.validate(json.dumps(VICTIM), profiles=[CANONICAL + "pattern-a"])
    right = ill.validate(json.dumps(VICTIM | {"name": [{"family": "a" * 40}]}), profiles=[CANONICAL + "pattern-a"])
    assert CANONICAL + "pattern-a#x-1" in {each.id for each in wrong.issues}
    assert CANONICAL + "pattern-a#x-1" not in {each.id for each in right.issues}


def many_contained(size: int) -> Json:
    names = [f"o{number}" for number in range(size)]
    return {
        "resourceType": "Patient",
        "contained": [{"resourceType": "Organization", "id": name, "name": "Surgery"} for name in names],
        "generalPractitioner": [{"reference": f"#{name}"} for name in names],
    }


def many_conditions(size: int) -> Json:
    items = [
        {
            "linkId": str(number),
            "type": "string",
            "text": "x",
            "enableWhen": [{"question": str(number * 7 % size), "operator": "exists", "answerBoolean": True}],
        }
        for number in range(size)
    ]
    questionnaire = {"resourceType": "Questionnaire", "id": "q", "status": "active", "item": items}
    answers = [{"linkId": str(number), "text": "x", "answer": [{"valueString": "a"}]} for number in range(size)]
    return {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "questionnaire": "#q",
        "contained": [questionnaire],
        "item": answers,
    }


def many_entries(size: int) -> Json:
    base = "https://gp.example/fhir/Patient/"
    rows = [
        {
            "resourceType": "Patient",
            "id": str(number),
            "link": [{"other": {"reference": f"Patient/{number * 7 % size}"}, "type": "seealso"}],
        }
        for number in range(size)
    ]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"fullUrl": base + row["id"], "resource": row} for row in rows],
    }


@pytest.mark.parametrize("make", [many_contained, many_conditions, many_entries])
def test_what_is_large_takes_time_in_proportion(validator: Validator, make: Any) -> None:
    seconds = []
    for size in (500, 4_000):
        resource_ = make(size)
        started = time.process_time()
        assert isinstance(validator.validate(resource_), Report)
        seconds.append(time.process_time() - started)
    assert seconds[1] < 8 * seconds[0] * 3 + 0.5  # eight times as much; three times that for a busy machine
