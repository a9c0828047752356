"""What definitions of exchange say, as tables: REST and messages of a capability, the focus of a message, parameters, populations."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vrfhir.guide.frame import section
from vrfhir.guide.links import canonical_link, linked
from vrfhir.guide.markup import Content, Html, tag
from vrfhir.guide.sources import Guide, Json
from vrfhir.guide.terminology import Row, row, table

__all__ = ["definition_tables"]


def definition_tables(guide: Guide, resource: Json) -> list[Html]:
    """The sections that a definition has something for."""
    found = []
    for identity, heading, columns, rows_of in _TABLES:
        if rows := list(rows_of(guide, resource)):
            found.append(section(identity, heading, table(columns, rows)))
    return found


def _messages(guide: Guide, resource: Json) -> Iterator[Row]:
    for messaging in resource.get("messaging", ()):
        for each in messaging.get("supportedMessage", ()):
            yield row("sends" if each["mode"] == "sender" else "takes", canonical_link(guide, each["definition"]))


def _rest(guide: Guide, resource: Json) -> Iterator[Row]:
    for rest in resource.get("rest", ()):
        for each in rest.get("resource", ()):
            urls = [url for url in (each.get("profile"), *each.get("supportedProfile", ())) if url]
            operations = [canonical_link(guide, one["definition"]) for one in each.get("operation", ())]
            yield row(
                each["type"],
                rest.get("mode", ""),
                _lines([canonical_link(guide, url) for url in urls]),
                ", ".join(one["code"] for one in each.get("interaction", ())),
                ", ".join(one["name"] for one in each.get("searchParam", ())),
                _lines(operations),
            )


def _focus(guide: Guide, resource: Json) -> Iterator[Row]:
    if resource["resourceType"] == "MessageDefinition":
        for each in resource.get("focus", ()):
            profile = canonical_link(guide, each["profile"]) if each.get("profile") else None
            yield row(each["code"], f"{each.get('min', 0)}..{each.get('max', '*')}", profile)


def _answers(guide: Guide, resource: Json) -> Iterator[Row]:
    for each in resource.get("allowedResponse", ()):
        yield row(canonical_link(guide, each["message"]), each.get("situation", ""))


def _parameters(guide: Guide, resource: Json) -> Iterator[Row]:
    if resource["resourceType"] == "OperationDefinition":
        for each in resource.get("parameter", ()):
            count = f"{each['min']}..{each['max']}"
            profiles = [canonical_link(guide, url) for url in each.get("targetProfile", ())]
            kind: list[Content] = [each.get("type", ""), " ", _lines(profiles)]
            yield row(tag("code", each["name"]), each["use"], count, kind, each.get("documentation", ""))


def _populations(guide: Guide, resource: Json) -> Iterator[Row]:
    for group in resource.get("group", ()) if resource["resourceType"] == "Measure" else ():
        for each in group.get("population", ()):
            coding = _coding(each)
            expression = each.get("criteria", {}).get("expression", "")
            yield row(
                coding.get("display", coding.get("code", "")),
                each.get("description", ""),
                tag("code", linked(guide, expression)),
            )
        for each in group.get("stratifier", ()):
            coding = _coding(each)
            expression = each.get("criteria", {}).get("expression", "")
            name = guide.terminology.display(coding.get("system", ""), coding.get("code", "")) or coding.get("code", "")
            yield row(f"by {name}", each.get("description", ""), tag("code", linked(guide, expression)))


def _names(guide: Guide, resource: Json) -> Iterator[Row]:
    for each in resource.get("uniqueId", ()):
        yield row(tag("code", each["value"]), each["type"], "preferred" if each.get("preferred") else "")


def _coding(holder: Json) -> Json:
    codings: list[Json] = holder.get("code", {}).get("coding", [])
    return codings[0] if codings else {}


def _lines(parts: list[Html]) -> list[Html]:
    return [tag("span", each, class_="line") for each in parts]


_TABLES: tuple[tuple[str, str, tuple[str, ...], Callable[[Guide, Json], Iterator[Row]]], ...] = (
    ("messages", "Messages", ("Direction", "Message"), _messages),
    ("rest", "REST", ("Type", "Mode", "Profiles", "Interactions", "Search", "Operations"), _rest),
    ("focus", "What the message is about", ("Type", "Card.", "Profile"), _focus),
    ("answers", "What answers it", ("Message", "When"), _answers),
    ("parameters", "Parameters", ("Name", "Use", "Card.", "Type", "What it is"), _parameters),
    ("populations", "What is counted", ("Population", "What it is", "Criteria (FHIRPath)"), _populations),
    ("names", "Names", ("Value", "Type", ""), _names),
)
