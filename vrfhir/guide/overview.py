"""The pages that lead to the others: home, flow, and the lists."""

from __future__ import annotations

from vrfhir.guide.diagrams import referral_flow, state_machine
from vrfhir.guide.frame import Page, first_sentence, grid, section
from vrfhir.guide.links import page_of
from vrfhir.guide.markup import Html, join, tag
from vrfhir.guide.sources import Guide, Json, title_of
from vrfhir.guide.terminology import Row, concepts_of, row, table
from vrfhir.workflow import BUSINESS_STATUSES, TRANSITIONS, v2_status

__all__ = ["overview_pages"]


def overview_pages(guide: Guide) -> list[Page]:
    """Home, flow, profiles, extensions, terminology, forms, stories."""
    return [
        _home(guide),
        _flow(),
        _list(
            "profiles.html", "Profiles", "What a referral is made of, and what a receiver can rely on.", guide.profiles
        ),
        _list("extensions.html", "Extensions", "What UK Core and R4 have no element for.", guide.extensions),
        _terminology(guide),
        _list(
            "forms.html",
            "Forms",
            "Questionnaires as the people who fill them in see them.",
            guide.of_type("Questionnaire"),
        ),
        _stories(guide),
    ]


_CARDS = (
    "VR-Prescription",
    "VR-ReferralTask",
    "VR-FitnessForWork",
    "VR-WorkNeedsAssessment",
    "VR-Plan",
    "VR-EmployerStatement",
)
_STEPS = (
    ("I send referrals", "CapabilityStatement-vr-sender.html", "what a sender does", "vr-sender"),
    ("I receive them", "CapabilityStatement-vr-receiver.html", "what a receiver does", "vr-receiver"),
    ("I stand between", "CapabilityStatement-vr-hub.html", "what a hub does", "vr-hub"),
)


def _home(guide: Guide) -> Page:
    by_id = {each["id"]: each for each in guide.resources}
    cards = [
        (page_of(each), title_of(each), first_sentence(each.get("description", "")))
        for name in _CARDS
        if (each := by_id.get(name))
    ]
    roles = [
        tag("li", tag("strong", f"{words}: "), tag("a", link, href=target), ".")
        for words, target, link, name in _STEPS
        if name in by_id
    ]
    body = join(
        tag(
            "p",
            "How the systems that the NHS runs exchange vocational rehabilitation referrals: the prescription, the fit note, "
            "the work-needs assessment and the return-to-work plan, as FHIR R4 profiles on UK Core.",
            class_="lead",
        ),
        section("start", "What is exchanged", grid(cards)),
        section(
            "build",
            "Build against it",
            tag(
                "ol",
                tag(
                    "li",
                    "Read ",
                    tag("a", "how a referral goes", href="flow.html"),
                    ": who sends what, and who moves it on.",
                ),
                tag("li", "See what is expected of your side.", tag("ul", roles) if roles else None),
                tag(
                    "li",
                    "Open a profile. Each element says whether it must be sent, which codes are allowed, "
                    "and what a receiver does with it.",
                ),
                tag("li", "Copy an example from a ", tag("a", "story", href="stories.html"), "; every one is valid."),
                tag(
                    "li",
                    tag("a", "Install the package", href="downloads.html#install"),
                    " in your FHIR tool, and validate what your system sends.",
                ),
            ),
        ),
        section("inside", "In this version", tag("ul", _counts(guide), class_="counts")),
    )
    return Page(
        "index.html",
        "Vocational rehabilitation referrals",
        "Page",
        body,
        summary="Implementation guide for FHIR R4 and UK Core.",
    )


def _counts(guide: Guide) -> list[Html]:
    counted = (
        ("profiles.html", "profiles", len(guide.profiles)),
        ("extensions.html", "extensions", len(guide.extensions)),
        ("terminology.html#systems", "code systems", len(guide.of_type("CodeSystem"))),
        ("terminology.html#valueset", "value sets", len(guide.of_type("ValueSet"))),
        ("terminology.html#conceptmap", "maps", len(guide.of_type("ConceptMap"))),
        ("forms.html", "forms", len(guide.of_type("Questionnaire"))),
        ("stories.html", "valid examples", sum(1 for _ in guide.examples)),
        ("coverage.html#rules", "invalid examples", len(guide.invalid)),
    )
    return [
        tag("li", tag("a", tag("b", str(count)), " ", words, href=target)) for target, words, count in counted if count
    ]


def _flow() -> Page:
    moves = [
        row(tag("code", before), tag("code", after), "referring side" if role == "requester" else "service")
        for before, targets in TRANSITIONS.items()
        for after, role in targets.items()
    ]
    last = max(each.order for each in BUSINESS_STATUSES.values())
    endings = sum(each.order == last for each in BUSINESS_STATUSES.values())
    milestones = []
    for code, each in BUSINESS_STATUSES.items():
        shown = [status for status in TRANSITIONS if status in each.statuses]
        v2 = v2_status(shown[0], code)
        milestones.append(
            row(
                tag("a", tag("code", code), href=f"CodeSystem-vr-referral-status.html#{code}"),
                each.display,
                ", ".join(shown),
                tag("code", f"{v2.code}^{v2.text}^{v2.system}^{v2.local_code}"),
            )
        )
    body = join(
        tag(
            "p",
            "A referral is one Task. Its status says where it stands, its business status which milestone was reached; every step goes back to the sender.",
            class_="lead",
        ),
        section(
            "way",
            "The way of a referral",
            tag("p", f"Every milestone, in order; the last {endings} end a referral from where it stands."),
            referral_flow(),
        ),
        section(
            "states",
            "States",
            tag(
                "p",
                "Task.status. Whatever was entered in error can be marked so by the referring side, from every state.",
            ),
            state_machine(),
            tag("details", tag("summary", "The same as a table"), table(("From", "To", "By"), moves), class_="quiet"),
        ),
        section(
            "milestones",
            "Milestones",
            tag(
                "p",
                "Task.businessStatus, the states it goes with, and how HL7 v2 says it in RF1-1. Milestones only go forward.",
            ),
            table(("Code", "Milestone", "Task.status", "RF1-1"), milestones),
        ),
    )
    return Page(
        "flow.html",
        "How a referral goes",
        "Page",
        body,
        summary="Messages, states and milestones of a referral.",
        keywords="Task status businessStatus RF1-1 state machine",
    )


def _list(name: str, title: str, lead: str, resources: list[Json]) -> Page:
    rows = [
        row(
            tag("a", title_of(each), href=page_of(each)),
            each.get("type", ""),
            first_sentence(each.get("description", "")),
        )
        for each in resources
    ]
    listing = table(("Name", "Type", "What it is"), rows) if rows else tag("p", "None in this version.")
    return Page(name, title, "Page", join(tag("p", lead, class_="lead"), listing), summary=lead)


def _terminology(guide: Guide) -> Page:
    systems = [
        row(
            tag("a", title_of(each), href=page_of(each)),
            str(sum(1 for _ in concepts_of(each.get("concept", ())))),
            first_sentence(each.get("description", "")),
        )
        for each in guide.of_type("CodeSystem")
    ]
    parts = [section("systems", "Code systems", table(("Name", "Codes", "What it is"), systems))]
    for kind, heading in (("ValueSet", "Value sets"), ("ConceptMap", "Concept maps")):
        rows = [_described(each) for each in guide.of_type(kind)]
        if rows:
            parts.append(section(kind.lower(), heading, table(("Name", "What it is"), rows)))
    lead = "SNOMED CT where it has the concept, code systems of our own otherwise."
    return Page("terminology.html", "Terminology", "Page", join(tag("p", lead, class_="lead"), parts), summary=lead)


def _described(resource: Json) -> Row:
    return row(tag("a", title_of(resource), href=page_of(resource)), first_sentence(resource.get("description", "")))


def _stories(guide: Guide) -> Page:
    cards = []
    for each in guide.stories:
        told = each.readme.strip().partition("\n")[2].strip().partition("\n\n")[0]
        count = f"{len(each.examples)} resources" + (f", {len(each.messages)} v2 messages" if each.messages else "")
        cards.append((each.page, each.title, join(told, tag("span", count, class_="line quiet"))))
    lead = "Each story is one person's. All people, places and numbers are invented."
    return Page("stories.html", "Examples", "Page", join(tag("p", lead, class_="lead"), grid(cards)), summary=lead)
