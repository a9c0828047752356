"""The site: complete, made from the artefacts alone, without dead links, and without a request to anywhere."""

import json
import re
from collections import Counter
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from vrfhir.fhir import xml
from vrfhir.guide.diagrams import referral_flow, state_machine
from vrfhir.guide.forms import questionnaire_page
from vrfhir.guide.frame import Page, document
from vrfhir.guide.links import page_of
from vrfhir.guide.markdown import blocks
from vrfhir.guide.markup import tag
from vrfhir.guide.receivers import place_of, rows, what_a_receiver_does
from vrfhir.guide.site import site_files
from vrfhir.guide.sources import Guide, own_rules
from vrfhir.guide.structures import structure_page
from vrfhir.guide.systems import systems, unknown_names
from vrfhir.guide.terminology import code_system_page, concept_map_page
from vrfhir.profiles import artefacts
from vrfhir.workflow import BUSINESS_STATUSES, TRANSITIONS

ROOT = Path(__file__).parents[2]


class Reader(HTMLParser):
    """What a page links to and loads, its ids, and whether its elements are closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: list[str] = []
        self.tags: Counter[str] = Counter()
        self.open: list[str] = []
        self.text = ""
        self.unlinked = ""
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, name: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags[name] += 1
        assert not [key for key in given if key == "style" or key.startswith("on")], given
        if name not in ("meta", "link", "input", "br", "hr", "img"):
            self.open.append(name)
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if name == "a" and given.get("href") is not None:
            self.links.append(str(given["href"]))
        elif name in ("script", "link", "img", "iframe", "source", "image", "use"):
            self.loaded.append(str(given.get("src") or given.get("href")))

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_data(self, data: str) -> None:
        self.text += data
        self.unlinked += "" if "a" in self.open else f"{data} "


@pytest.fixture(scope="module")
def read(files: dict[str, bytes]) -> dict[str, Reader]:
    return {name: Reader(content.decode()) for name, content in files.items() if name.endswith(".html")}


def test_every_artefact_example_and_invalid_example_has_a_page_and_its_source(
    files: dict[str, bytes], guide: Guide
) -> None:
    names = [f"{one.resource_type}-{one.id}" for one in artefacts()]
    names += [each.page.removesuffix(".html") for each in guide.examples]
    names += [each.page.removesuffix(".html") for each in guide.invalid]
    assert len(names) == len(set(names)) > 100
    missing = [name for name in names if not {f"{name}.html", f"{name}.json"} <= files.keys()]
    assert missing == []
    for one in artefacts():
        assert json.loads(files[f"{one.resource_type}-{one.id}.json"]) == json.loads(
            one.path.read_text(encoding="utf-8")
        )


def test_every_link_leads_somewhere(files: dict[str, bytes], read: dict[str, Reader]) -> None:
    dead = []
    for name, page in read.items():
        for link in page.links:
            target, _, anchor = link.partition("#")
            if target.startswith(("https://", "http://")):
                continue
            where = target or name
            if where not in files or (anchor and anchor not in read[where].ids):
                dead.append((name, link))
    assert dead == []


def test_every_canonical_of_ours_is_a_link(read: dict[str, Reader], guide: Guide) -> None:
    pattern = re.compile(r"https://vrfhir\.org/fhir/[A-Za-z]+/[A-Za-z0-9-]+")
    plain = []
    for name, page in read.items():
        for url in set(pattern.findall(page.unlinked)):
            own = guide.artefact(url)
            if own is not None and page_of(own) != name:
                plain.append((name, url))
    assert plain == []


def test_every_artefact_and_example_is_there_as_xml_too(files: dict[str, bytes], guide: Guide) -> None:
    names = [f"{one.resource_type}-{one.id}" for one in artefacts()]
    names += [each.page.removesuffix(".html") for each in guide.examples]
    assert [name for name in names if f"{name}.xml" not in files] == []
    for name in (names[0], "StructureDefinition-VR-Prescription", "example-driver-prescription", "example-driver-plan"):
        parsed = xml.parse(files[f"{name}.xml"], guide.definitions.fields)
        assert parsed.issues == []
        assert json.loads(json.dumps(parsed.resource, default=float)) == json.loads(files[f"{name}.json"])


def test_the_downloads_name_every_artefact_and_the_digest_of_the_package(
    files: dict[str, bytes], read: dict[str, Reader], guide: Guide
) -> None:
    page = read["downloads.html"]
    archive = next(name for name in files if name.endswith(".tgz"))
    assert archive in page.links
    assert sha256(files[archive]).hexdigest() in page.text
    for one in artefacts():
        assert {f"{one.resource_type}-{one.id}.{kind}" for kind in ("html", "json", "xml")} <= set(page.links)
    assert f"## {guide.version} " in (ROOT / "vrfhir" / "guide" / "changes.md").read_text(encoding="utf-8")


def test_nothing_is_fetched_from_elsewhere(files: dict[str, bytes], read: dict[str, Reader]) -> None:
    for page in read.values():
        assert set(page.loaded) - {"fhirpath.js", "form.js"} == {"style.css", "guide.js", "data:,"}
    assert not re.search(rb"url\(|@import|https?://", files["style.css"])
    scripts = [name for name in files if name.endswith(".js") and name != "search-index.js"]
    assert sorted(scripts) == ["fhirpath.js", "form.js", "guide.js"]
    for name in scripts:
        code = re.sub(rb"^\s*//.*$", b"", files[name], flags=re.M)
        assert not re.search(rb"fetch\(|XMLHttpRequest|eval\(|innerHTML|https?://", code)


def test_every_page_is_built_for_everybody(read: dict[str, Reader]) -> None:
    for name, page in read.items():
        for landmark in ("h1", "main", "nav", "header", "footer", "title"):
            assert page.tags[landmark] == (1 if landmark != "title" else page.tags["svg"] + 1), (name, landmark)
        twice = [identity for identity, count in Counter(page.ids).items() if count > 1]
        assert twice == [], name
        assert page.links[0] == "#content"


def test_a_profile_page_shows_every_element_in_both_views_and_every_rule(guide: Guide) -> None:
    for structure in guide.profiles + guide.extensions:
        text = structure_page(guide, structure).body
        views = re.split(r'role="tabpanel" id="(\w+)"', text)
        rows = {name: view.count('role="rowheader"') for name, view in zip(views[1::2], views[2::2], strict=True)}
        assert rows["snapshot"] == len(structure["snapshot"]["element"])
        assert rows["differential"] == len(structure["differential"]["element"])
        assert 0 < rows["key"] <= rows["snapshot"]
        for rule, _ in own_rules(structure):
            assert f'id="{rule["key"]}"' in text
            assert str(tag("p", rule["human"])) in text
            for each in guide.broken_by(structure["url"], rule["key"]):
                assert f'href="{each.page}"' in text


def test_the_key_elements_hold_all_that_must_be_sent_or_supported(guide: Guide) -> None:
    structure = guide.by_url["https://vrfhir.org/fhir/StructureDefinition/VR-Prescription"]
    body = structure_page(guide, structure).body
    view = body[body.index('id="key"') : body.index('id="differential"')]
    for element in structure["snapshot"]["element"]:
        if element.get("mustSupport"):
            assert f'title="{element["id"]}"' in view
    assert 'title="ServiceRequest.subject"' in view
    assert 'title="ServiceRequest.instantiatesUri"' not in view


def test_every_code_stands_in_its_table(guide: Guide) -> None:
    for system in guide.of_type("CodeSystem"):
        body = code_system_page(guide, system).body
        for concept in system["concept"]:
            assert f'id="{concept["code"]}"' in body
            assert str(tag("span", concept["display"], class_="line")) in body


def test_the_search_finds_pages_rules_and_codes(files: dict[str, bytes], guide: Guide) -> None:
    text = files["search-index.js"].decode()
    assert "<" not in text
    rows = json.loads(text.removeprefix("window.vrfhirSearch(").removesuffix(");\n"))
    addresses = {row[0] for row in rows}
    assert {name for name in files if name.endswith(".html")} <= addresses
    assert any(address.endswith("#vr-prescription-2") for address in addresses)
    assert "CodeSystem-vr-intervention.html#phased-return" in addresses
    assert all(address.partition("#")[0] in files for address in addresses)


def test_two_runs_are_equal(files: dict[str, bytes]) -> None:
    again = site_files(ROOT / "examples", ROOT / "conformance")
    assert again.keys() == files.keys()
    assert [name for name in files if files[name] != again[name]] == []


def test_the_diagrams_show_every_state_move_and_milestone() -> None:
    states = state_machine()
    moves = sum(after != "entered-in-error" for targets in TRANSITIONS.values() for after in targets)
    assert states.count('class="move ') == moves
    for name in TRANSITIONS.keys() - {"entered-in-error"}:
        assert f">{name}</text>" in states
    flow = referral_flow()
    assert flow.count('class="move ') == len(BUSINESS_STATUSES) + 1
    for each in BUSINESS_STATUSES.values():
        assert f">{each.display}</text>" in flow


def test_the_coverage_page_counts(files: dict[str, bytes], guide: Guide) -> None:
    text = Reader(files["coverage.html"].decode()).text
    assert f"{sum(1 for _ in guide.examples)} valid, {len(guide.invalid)} invalid" in text
    for each in guide.profiles:
        assert each["title"] in text


def test_every_system_is_served_by_what_exists(files: dict[str, bytes], guide: Guide) -> None:
    assert [each["id"] for each in systems()] == [f"S{number}" for number in range(1, 14)]
    assert unknown_names(guide) == []
    page = Reader(files["systems.html"].decode())
    for system in systems():
        assert system["id"] in page.ids
        assert any(clause.get("serves") for clause in system["clause"])
        for clause in system["clause"]:
            assert clause["says"] in page.text
            assert clause.keys() & {"serves", "elsewhere", "open"}
            assert clause.keys() <= {"says", "serves", "codes", "examples", "elsewhere", "open"}


@pytest.mark.parametrize(
    "claim",
    [
        {"serves": ["VR-Nothing"]},
        {"serves": ["VR-Prescription#ServiceRequest.nothing"]},
        {"serves": ["ValueSet/vr-prescription-1"]},
        {"codes": ["vr-intervention#phased-return+nothing"]},
        {"codes": ["vr-nothing#A"]},
        {"examples": ["driver/nothing"]},
    ],
)
def test_a_claim_that_nothing_backs_is_found(guide: Guide, claim: dict[str, Any], monkeypatch: Any) -> None:
    rows = ({"id": "S1", "name": "x", "source": "x", "clause": [{"says": "x", **claim}]},)
    monkeypatch.setattr("vrfhir.guide.systems.systems", lambda: rows)
    assert len(unknown_names(guide)) == 1


def test_what_a_receiver_does_is_told_for_every_element_that_must_be_supported(guide: Guide) -> None:
    structures = guide.profiles + guide.extensions
    supported = [
        (structure, each)
        for structure in structures
        for each in structure["snapshot"]["element"]
        if each.get("mustSupport") and each["max"] != "0"
    ]
    assert len(supported) > 400
    untold = [(each[0]["id"], each[1]["id"]) for each in supported if not what_a_receiver_does(*each)]
    assert untold == []
    told = {place for each in supported if (place := place_of(*each))}
    assert [(table, key) for table, keys in rows().items() for key in keys if (table, key) not in told] == []


def test_a_key_element_says_what_sender_and_receiver_do_and_which_codes_are_allowed(guide: Guide) -> None:
    body = structure_page(guide, guide.by_url["https://vrfhir.org/fhir/StructureDefinition/VR-Prescription"]).body
    key = body[body.index('id="key"') : body.index('id="differential"')]
    rows_of = dict(re.findall(r'<tr [^>]*id="([^"]+)"[^>]*>(.*?)</tr>', key))
    level = Reader(rows_of["ServiceRequest.extension:supportLevel"]).text
    for words in (
        "level: VR Support Level",
        "required",
        "A Level A: advice",
        "Sender must be sent when known.",
        "Receiver uses",
    ):
        assert words in level
    assert "Sender must be sent." in Reader(rows_of["ServiceRequest.identifier"]).text
    assert "Receiver" not in Reader(rows_of["ServiceRequest.extension"]).text


QUESTIONNAIRE: dict[str, Any] = {
    "resourceType": "Questionnaire",
    "id": "q",
    "url": "https://example.org/q",
    "version": "1",
    "status": "draft",
    "title": "Form",
    "item": [
        {
            "linkId": "g",
            "type": "group",
            "text": "Work",
            "item": [
                {"linkId": "a", "type": "boolean", "text": "Are you working?", "required": True},
                {
                    "linkId": "b",
                    "type": "choice",
                    "text": "Which wish?",
                    "answerValueSet": "https://vrfhir.org/fhir/ValueSet/vr-patient-wish",
                    "enableWhen": [{"question": "a", "operator": "=", "answerBoolean": True}],
                },
                {
                    "linkId": "c",
                    "type": "integer",
                    "text": "How able?",
                    "enableBehavior": "any",
                    "enableWhen": [
                        {"question": "a", "operator": "exists", "answerBoolean": False},
                        {"question": "b", "operator": "=", "answerCoding": {"code": "x", "display": "Unsure"}},
                    ],
                    "extension": [
                        {"url": "http://hl7.org/fhir/StructureDefinition/minValue", "valueInteger": 0},
                        {"url": "http://hl7.org/fhir/StructureDefinition/maxValue", "valueInteger": 10},
                    ],
                },
                {
                    "linkId": "d",
                    "type": "open-choice",
                    "text": "Why?",
                    "repeats": True,
                    "answerOption": [{"valueString": "Pain"}],
                },
                {
                    "linkId": "e",
                    "type": "integer",
                    "text": "How many?",
                    "readOnly": True,
                    "extension": [
                        {
                            "url": "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-calculatedExpression",
                            "valueExpression": {"language": "text/fhirpath", "expression": "%resource.item.count()"},
                        }
                    ],
                },
            ],
        }
    ],
}


def test_a_questionnaire_is_a_form_that_says_when_a_question_appears(guide: Guide) -> None:
    body = questionnaire_page(guide, QUESTIONNAIRE).body
    text = Reader(body).text
    assert "Are you working? (required)" in text
    assert "Only when “Are you working?” is Yes" in text
    assert "Only when “Are you working?” is not answered or “Which wish?” is Unsure" in text
    wishes = guide.by_url["https://vrfhir.org/fhir/CodeSystem/vr-patient-wish"]["concept"]
    assert all(each["display"] in text for each in wishes)
    assert 'min="0"' in body
    assert 'max="10"' in body
    assert body.count('type="checkbox" name="q-d"') == body.count('type="checkbox" name=') == 1
    assert "Other: " in text
    assert 'href="#q-a"' in body
    assert 'data-calculated="%resource.item.count()"' in body
    said = [json.loads(unescape(each)) for each in re.findall(r'data-answer="([^"]*)"', body)]
    assert {"valueBoolean": True} in said
    assert {"valueString": "Pain"} in said
    system = "https://vrfhir.org/fhir/CodeSystem/vr-patient-wish"
    assert {"valueCoding": {"system": system, "code": "not-now", "display": "Not now"}} in said


def test_a_concept_map_is_a_table(guide: Guide) -> None:
    concept_map = {
        "resourceType": "ConceptMap",
        "id": "m",
        "url": "https://example.org/m",
        "version": "1",
        "status": "draft",
        "title": "Map",
        "group": [
            {
                "source": "https://vrfhir.org/fhir/CodeSystem/vr-patient-wish",
                "target": "http://snomed.info/sct",
                "element": [
                    {
                        "code": "a",
                        "display": "A",
                        "target": [{"code": "1", "equivalence": "wider", "comment": "nearly"}],
                    },
                    {"code": "b", "display": "B", "target": [{"equivalence": "unmatched"}]},
                ],
            }
        ],
    }
    text = Reader(concept_map_page(guide, concept_map).body).text
    for words in ("SNOMED CT", "wider", "nearly", "unmatched", "A", "B"):
        assert words in text


def test_words_of_artefacts_are_text_never_markup(guide: Guide) -> None:
    evil = '<script>alert(1)</script> [x](javascript:alert(1)) **bold** "&'
    structure = dict(guide.profiles[0]) | {"description": evil, "purpose": evil, "title": evil}
    page = structure_page(guide, structure)
    html = document(page, "1").decode()
    assert "<script>alert" not in html
    assert 'href="javascript' not in html
    assert "<strong>bold</strong>" in html


def test_markdown() -> None:
    text = "# One\n\nA *b* `c` [d](https://e.example) f.\n\n- g\n  h\n- i\n\n| j | k |\n|---|---|\n| l \\| m | n |\n\n```\n<o>\n```"
    html = str(blocks(text))
    assert html.startswith('<h2>One</h2><p>A <em>b</em> <code>c</code> <a href="https://e.example">d</a> f.</p>')
    assert "<ul><li>g h</li><li>i</li></ul>" in html
    assert '<th scope="col">j</th>' in html
    assert "<td>n</td>" in html
    assert "<code>&lt;o&gt;</code>" in html


def test_a_page_is_a_document() -> None:
    html = document(Page("x.html", "T & U", "Page", tag("p", "v")), "9").decode()
    assert html.startswith('<!DOCTYPE html>\n<html lang="en-GB">')
    assert "<h1>T &amp; U</h1>" in html


def test_definitions_of_other_artefacts_are_shown_too(tmp_path: Path) -> None:
    """Artefacts without a page of their own kind get the common one."""
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"name": "x", "version": "1", "date": "20260101000000"}))
    for kind in ("MessageDefinition", "CapabilityStatement", "Measure", "NamingSystem", "SearchParameter"):
        resource = {
            "resourceType": kind,
            "id": "x",
            "url": f"https://example.org/{kind}",
            "title": f"The {kind}",
            "description": "D.",
        }
        (folder / f"{kind}-x.json").write_text(json.dumps(resource))
    (tmp_path / "examples").mkdir()
    files = site_files(tmp_path / "examples", tmp_path, folder)
    listing = Reader(files["exchange.html"].decode())
    for kind in ("MessageDefinition", "CapabilityStatement", "Measure", "NamingSystem", "SearchParameter"):
        assert f"{kind}-x.html" in listing.links
        assert f"The {kind}" in Reader(files[f"{kind}-x.html"].decode()).text
