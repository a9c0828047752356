"""What all pages share: head, navigation, search, footer; and a few pieces of content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from vrfhir.guide.markup import Content, Html, join, tag

__all__ = ["NAVIGATION", "Page", "document", "facts", "first_sentence", "grid", "section", "tabs"]

SITE = "VR referrals"
NAVIGATION = (
    ("index.html", "Home"),
    ("flow.html", "Flow"),
    ("profiles.html", "Profiles"),
    ("extensions.html", "Extensions"),
    ("terminology.html", "Terminology"),
    ("forms.html", "Forms"),
    ("exchange.html", "Exchange"),
    ("stories.html", "Examples"),
    ("systems.html", "Systems"),
    ("coverage.html", "Coverage"),
    ("downloads.html", "Downloads"),
)


@dataclass(frozen=True)
class Page:
    """One page: its file name, what it is, its content; ``keywords`` and ``summary`` are for the search."""

    name: str
    title: str
    kind: str
    body: Html
    crumb: tuple[str, str] = ("", "")
    summary: str = ""
    keywords: str = ""
    source: str = ""
    scripts: tuple[str, ...] = ()


def document(page: Page, version: str) -> bytes:
    """The whole HTML document. It loads nothing but the style sheet and the script beside it."""
    here = page.crumb[0] or page.name
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="description", content=" ".join(page.summary.split())[:200] or page.title),
        tag("title", f"{page.title} – {SITE} {version}" if page.name != "index.html" else f"{page.title} {version}"),
        tag("link", rel="stylesheet", href="style.css"),
        tag("link", rel="icon", href="data:,"),
        [tag("script", src=each, defer=True) for each in ("guide.js", *page.scripts)],
    )
    body = tag(
        "body",
        tag("a", "Skip to content", href="#content", class_="skip"),
        _banner(here, version),
        tag("main", _heading(page), page.body, id="content", tabindex="-1"),
        tag(
            "footer",
            tag("p", f"uk.vrfhir.r4 version {version} for FHIR R4 (4.0.1), draft. Apache-2.0."),
            tag(
                "p",
                "Made from the artefacts by ",
                tag("code", "vrfhir ig site"),
                ". All people and places in examples are invented.",
            ),
        ),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en-GB')}\n".encode()


def _banner(here: str, version: str) -> Html:
    links = [
        tag("li", tag("a", words, href=target, aria_current="page" if target == here else None))
        for target, words in NAVIGATION
    ]
    search = tag(
        "form",
        tag("label", "Search", for_="search", class_="hidden"),
        tag(
            "input",
            id="search",
            type="search",
            placeholder="Search the guide",
            autocomplete="off",
            role="combobox",
            aria_expanded="false",
            aria_controls="results",
            aria_autocomplete="list",
        ),
        tag("p", id="found", class_="hidden", role="status"),
        tag("ul", id="results", role="listbox", aria_label="Search results", hidden=True),
        role="search",
        class_="search",
    )
    name = tag(
        "a", tag("span", "VR", class_="mark"), " Vocational rehabilitation referrals", href="index.html", class_="site"
    )
    return tag(
        "header",
        tag("div", name, tag("span", version, class_="version"), search, class_="bar"),
        tag("nav", tag("ul", links), aria_label="Guide"),
    )


def _heading(page: Page) -> Html:
    target, words = page.crumb
    kinds = ("json",) if page.kind == "Invalid example" else ("json", "xml")
    stem = page.source.removesuffix(".json")
    source = [tag("a", each.upper(), href=f"{stem}.{each}", class_="download", download=True) for each in kinds]
    return join(
        tag("p", tag("a", words, href=target), " / ", page.kind, class_="crumb") if target else None,
        tag("div", tag("h1", page.title), source if page.source else None, class_="title"),
    )


def section(identity: str, heading: str, *content: Content) -> Html:
    """A section with its heading, to be linked to."""
    return tag(
        "section", tag("h2", heading, id=f"{identity}-h"), *content, id=identity, aria_labelledby=f"{identity}-h"
    )


def facts(rows: Iterable[tuple[str, Content]]) -> Html:
    """Short facts, each with its label."""
    return tag("dl", [tag("div", tag("dt", label), tag("dd", content)) for label, content in rows], class_="facts")


def tabs(views: Sequence[tuple[str, str, Html]]) -> Html:
    """Views of one thing, the first shown; one below the other where scripts do not run."""
    buttons = [
        tag(
            "button",
            words,
            type="button",
            role="tab",
            id=f"tab-{identity}",
            aria_controls=identity,
            aria_selected="true" if at == 0 else "false",
            tabindex="0" if at == 0 else "-1",
        )
        for at, (identity, words, _) in enumerate(views)
    ]
    panels = [
        tag("div", content, role="tabpanel", id=identity, aria_labelledby=f"tab-{identity}")
        for identity, _, content in views
    ]
    return tag("div", tag("div", buttons, role="tablist", aria_label="Views"), panels, class_="tabs")


def grid(cards: Iterable[tuple[str, str, Content]]) -> Html:
    """Cards that lead somewhere: address, title, words."""
    return tag(
        "ul",
        [tag("li", tag("h3", tag("a", title, href=target)), tag("p", words)) for target, title, words in cards],
        class_="grid",
    )


def first_sentence(text: str) -> str:
    """The first sentence of a description."""
    return text.partition(". ")[0].rstrip(".") + "."
