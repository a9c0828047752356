"""The site as people see it: opened from the file system in a headless Chromium, at the width of a desk and of a phone.

Optional: needs ``chromium`` and ``chromedriver`` (Debian: ``apt-get install chromium chromium-driver``); skipped where they are not.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Browser, missing

from vrfhir import fhirpath
from vrfhir.definitions import Definitions
from vrfhir.guide.forms import items_of
from vrfhir.guide.systems import systems

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()}"),
]

PAGES = (
    "index.html",
    "flow.html",
    "profiles.html",
    "terminology.html",
    "exchange.html",
    "stories.html",
    "systems.html",
    "coverage.html",
    "downloads.html",
    "StructureDefinition-VR-Prescription.html",
    "StructureDefinition-VR-Plan.html",
    "StructureDefinition-Extension-VR-SupportLevel.html",
    "CodeSystem-vr-adjustment.html",
    "ValueSet-vr-intervention.html",
    "ConceptMap-vr-referral-status-to-v2.html",
    "Questionnaire-VR-WorkNeedsAssessment.html",
    "Questionnaire-VR-FitNoteForm.html",
    "CapabilityStatement-vr-receiver.html",
    "story-driver.html",
    "example-driver-prescription.html",
    "message-driver-ref-i12.html",
)
CONTRAST = r"""
const parts = (text) => text.match(/[\d.]+/g).map(Number);
const light = (rgb) => rgb.slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
  .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const found = parts(getComputedStyle(node).backgroundColor);
    if (found.length < 4 || found[3] === 1) return found;
  }
  return [255, 255, 255];
};
const poor = new Set();
for (const node of document.querySelectorAll("body *")) {
  const own = [...node.childNodes].some((each) => each.nodeType === 3 && each.textContent.trim());
  const box = node.getBoundingClientRect();
  if (!own || box.width < 2 || box.height < 2 || node.closest("svg, [hidden], .skip, .off")) continue;
  const style = getComputedStyle(node);
  const [a, b] = [light(parts(style.color)), light(behind(node))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < 4.5) poor.add(node.tagName + "." + node.className + " " + ratio.toFixed(1));
}
return [...poor];
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> Path:
    folder = tmp_path_factory.mktemp("site")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(1280, profile=tmp_path_factory.mktemp("desk")) as browser:
        yield browser


@pytest.fixture(scope="module")
def phone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(390, 844, scheme="dark", profile=tmp_path_factory.mktemp("phone")) as browser:
        yield browser


def test_every_kind_of_page_fits_a_phone_and_a_desk(site: Path, desk: Browser, phone: Browser) -> None:
    for name in PAGES:
        for browser, width in ((desk, 1280), (phone, 390)):
            browser.load((site / name).as_uri())
            assert browser.run("return document.documentElement.scrollWidth") == width, (name, width)
            assert browser.run("return document.body.innerText.length") > 200
            assert browser.console() == [], name


def test_text_can_be_read_in_light_and_in_the_dark(site: Path, desk: Browser, phone: Browser) -> None:
    for name in PAGES:
        for browser in (desk, phone):
            browser.load((site / name).as_uri())
            assert browser.run(CONTRAST) == [], name


def test_text_is_not_tiny(site: Path, phone: Browser) -> None:
    tiny = (
        "return [...document.querySelectorAll('main *')].filter((each) => [...each.childNodes].some((one) => one.nodeType === 3 "
        "&& one.textContent.trim()) && !each.closest('svg') && parseFloat(getComputedStyle(each).fontSize) < 12)"
        ".map((each) => each.outerHTML.slice(0, 80))"
    )
    for name in PAGES:
        phone.load((site / name).as_uri())
        assert phone.run(tiny) == [], name


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("prescription", "StructureDefinition-VR-Prescription.html"),
        ("phased-return", "CodeSystem-vr-intervention.html#phased-return"),
        ("vr-fitness-3", "StructureDefinition-VR-FitnessForWork.html#vr-fitness-3"),
        ("orderDetail", "StructureDefinition-VR-Prescription.html#ServiceRequest.orderDetail"),
        ("install", "downloads.html"),
    ],
)
def test_the_search_finds(site: Path, desk: Browser, asked: str, wanted: str) -> None:
    desk.load((site / "index.html").as_uri())
    desk.run(
        "const field = document.getElementById('search'); field.focus(); field.value = arguments[0];"
        "field.dispatchEvent(new Event('input'))",
        asked,
    )
    found = desk.until(
        "const links = [...document.querySelectorAll('#results a')].map((each) => each.getAttribute('href'));"
        "return links.length ? links : null"
    )
    assert wanted in found
    assert "found" in desk.run("return document.getElementById('found').textContent")


def test_the_search_opens_its_first_result_by_keyboard(site: Path, desk: Browser) -> None:
    desk.load((site / "index.html").as_uri())
    desk.run(
        "const field = document.getElementById('search'); field.focus(); field.value = 'VR Prescription';"
        "field.dispatchEvent(new Event('input'))"
    )
    desk.until("return document.querySelector('#results a') !== null")
    desk.run("document.querySelector('form.search').requestSubmit()")
    assert desk.until("return document.title.startsWith('VR Prescription')")


def test_views_are_tabs_and_a_link_to_an_element_opens_the_view_it_is_in(site: Path, desk: Browser) -> None:
    shown = (
        "return [...document.querySelectorAll('[role=tabpanel]')].filter((each) => !each.hidden).map((each) => each.id)"
    )
    page = (site / "StructureDefinition-VR-Prescription.html").as_uri()
    desk.load(page)
    assert desk.run(shown) == ["key"]
    desk.run("document.getElementById('tab-differential').click()")
    assert desk.run(shown) == ["differential"]
    desk.load("about:blank")
    desk.load(page + "#ServiceRequest.instantiatesUri")
    assert desk.run(shown) == ["snapshot"]
    desk.load("about:blank")
    desk.load(page + "#ServiceRequest.orderDetail")
    assert desk.run(shown) == ["key"]


def _answer(browser: Browser, link: str, value: Any) -> None:
    browser.run(
        "const item = document.querySelector(`[data-link='${arguments[0]}']`);"
        "const box = [...item.querySelectorAll('input[data-answer]')].find((each) => { const said = JSON.parse(each.dataset.answer);"
        "return said.valueBoolean === arguments[1] || (said.valueCoding || {}).code === arguments[1] });"
        "const field = box || item.querySelector('input, textarea');"
        "if (box) box.checked = true; else field.value = arguments[1];"
        "field.dispatchEvent(new Event('input', { bubbles: true }))",
        link,
        value,
    )


def _is_shown(browser: Browser, link: str) -> bool:
    return bool(
        browser.run(
            "const item = document.querySelector(`[data-link='${arguments[0]}']`);"
            "return item.checkVisibility() && item.getBoundingClientRect().height > 0",
            link,
        )
    )


def test_questions_appear_when_their_conditions_hold(site: Path, desk: Browser) -> None:
    desk.load((site / "Questionnaire-VR-WorkNeedsAssessment.html").as_uri())
    assert not _is_shown(desk, "job-title")
    assert not _is_shown(desk, "cancer-stage")
    _answer(desk, "job-status", "01")
    assert _is_shown(desk, "job-title")
    assert not _is_shown(desk, "absence-since")
    _answer(desk, "absence-now", True)
    assert _is_shown(desk, "absence-since")
    _answer(desk, "health-groups", "cancer")
    assert _is_shown(desk, "cancer-stage")
    assert not _is_shown(desk, "neuro-course")
    _answer(desk, "job-status", "02")
    assert not _is_shown(desk, "job-title")
    assert not _is_shown(desk, "absence-since")
    desk.run("document.getElementById('show-all').click()")
    assert _is_shown(desk, "neuro-course")
    desk.run("document.getElementById('clear').click()")
    assert desk.console() == []


def test_scores_are_calculated_as_our_own_engine_calculates_them(site: Path, desk: Browser) -> None:
    name = "Questionnaire-VR-WorkNeedsAssessment"
    questionnaire = json.loads((site / f"{name}.json").read_text(encoding="utf-8"))
    desk.load((site / f"{name}.html").as_uri())
    _answer(desk, "wish-work-ability", "4")
    _answer(desk, "wish-hna-concern", "7")
    for barrier in ("health", "travel", "confidence"):
        _answer(desk, "barriers-list", barrier)
    _answer(desk, "function-lifting", "severe")
    _answer(desk, "function-sitting", "cannot")
    _answer(desk, "function-walking", "mild")
    response = json.loads(desk.run("return document.getElementById('response').textContent"))
    expected = {"score-work-ability": "4", "score-hna-concern": "7", "score-barriers": "3", "score-function": "2"}
    environment = fhirpath.Environment(fields=Definitions.default().fields, resource=response)
    calculated = {}
    for item in items_of(questionnaire["item"]):
        for each in item.get("extension", ()):
            if each["url"].endswith("calculatedExpression"):
                expression = fhirpath.compile(each["valueExpression"]["expression"])
                [found] = expression.evaluate(response, environment=environment)
                calculated[item["linkId"]] = str(fhirpath.atom(found))
    shown = {
        link: desk.run("return document.querySelector(`[data-link='${arguments[0]}'] input`).value", link)
        for link in calculated
    }
    assert shown == calculated
    assert expected.items() <= shown.items()


def test_diagrams_show_every_word_inside_their_frame(site: Path, phone: Browser) -> None:
    phone.load((site / "flow.html").as_uri())
    outside = phone.run(
        "return [...document.querySelectorAll('svg.diagram')].flatMap((svg) => { const frame = svg.getBoundingClientRect();"
        "return [...svg.querySelectorAll('text')].filter((each) => { const box = each.getBoundingClientRect();"
        "return box.left < frame.left - 1 || box.right > frame.right + 1 || box.height < 8 }).map((each) => each.textContent) })"
    )
    assert outside == []


def test_print_shows_the_key_elements_and_no_navigation(site: Path, desk: Browser) -> None:
    desk.load((site / "StructureDefinition-VR-Prescription.html").as_uri())
    pages = desk.pdf()
    assert pages.startswith(b"%PDF")
    assert 4 < len(re.findall(rb"/Type\s*/Page[^s]", pages)) < 60
    desk.command("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        shown = "return arguments[0].map((each) => getComputedStyle(document.querySelector(each)).display)"
        assert desk.run(shown, ["header nav", ".search", "#snapshot", "#differential"]) == ["none"] * 4
        assert desk.run(shown, ["#key"]) == ["block"]
    finally:
        desk.command("Emulation.setEmulatedMedia", {"media": ""})


def test_every_system_can_be_reached(site: Path, desk: Browser) -> None:
    desk.load((site / "systems.html").as_uri())
    for system in systems():
        assert desk.run("return document.getElementById(arguments[0]).offsetTop", system["id"]) > 0
