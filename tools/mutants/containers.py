"""Changes to what holds other resources or text: contained resources, Bundles, narrative, Parameters."""

from __future__ import annotations

import copy
from typing import Any

from mutants.operators import Subject, operator
from mutants.sites import sites

__all__: list[str] = []

_PATIENT = {"resourceType": "Patient", "id": "inner", "gender": "female"}


@operator("contained", times=3)
def contained(subject: Subject) -> bool:
    """A contained resource that nothing refers to, without id, with one of its own inside, twice, or of no known type."""
    if subject.resource["resourceType"] in ("Bundle", "Binary", "Parameters"):
        return False
    added: Any = subject.pick((
        [_PATIENT], [{"resourceType": "Patient", "gender": "female"}], [_PATIENT, _PATIENT], [{**_PATIENT, "contained": [_PATIENT]}],
        [{"resourceType": "Planet", "id": "inner"}], [{"id": "inner"}], [{**_PATIENT, "gender": "fmale"}], [{**_PATIENT, "meta": {"versionId": "1"}}],
        [{**_PATIENT, "id": "#inner"}], [{**_PATIENT, "text": {"status": "empty"}}], [], [{**_PATIENT, "meta": {"security": [{"code": "R"}]}}],
        [{"resourceType": "Bundle", "id": "inner", "type": "collection"}],
    ))  # fmt: skip
    subject.resource.setdefault("contained", []).extend(copy.deepcopy(added))
    return True


@operator("contained-used", times=2)
def contained_used(subject: Subject) -> bool:
    """A reference that leads to a contained resource, of a type that may not be allowed there."""
    site = subject.site(lambda one: isinstance(one.value, dict) and one.type == "Reference")
    if site is None or subject.resource["resourceType"] == "Bundle":
        return False
    kind = subject.pick(("Patient", "Organization", "Practitioner", "Medication", "PractitionerRole")) or "Patient"
    subject.resource.setdefault("contained", []).append(
        {"resourceType": kind, "id": "inner", "text": {"status": "generated", "div": DIV}}
    )
    site.holder[site.key] = {"reference": "#inner"}
    return True


DIV = '<div xmlns="http://www.w3.org/1999/xhtml"><p>words</p></div>'


@operator("narrative", times=3)
def narrative(subject: Subject) -> bool:
    """A narrative: wrong namespace, active content, not well-formed, empty, with a broken link or image, fine."""
    if subject.resource["resourceType"] in ("Bundle", "Binary", "Parameters"):
        return False
    start = '<div xmlns="http://www.w3.org/1999/xhtml">'
    div = subject.pick((
        DIV, "<div>without namespace</div>", "words only", start + "<p>open</div>", start + "</div>", start + "  </div>", start + "<script>x()</script></div>",
        start + '<p onclick="x()">p</p></div>', start + '<a href="#none">a</a></div>', start + '<img src="#none" alt="x"/></div>', start + "<form><input/></form></div>",
        start + '<p style="color: red" class="c" id="i">p</p></div>', start + "<p>&nbsp;&copy;&unknown;</p></div>", start + '<img src="http://example.org/a.png"/></div>',
        "<p xmlns='http://www.w3.org/1999/xhtml'>p</p>", start + "<table><tr><td>1</td></tr></table></div>", start + "<iframe src='x'/></div>", "",
        start + "<p>a < b</p></div>", "<!-- c -->" + DIV, start + "<b><p>inner</p></b></div>", start + '<a href="javascript:x()">a</a></div>',
    ))  # fmt: skip
    subject.resource["text"] = {"status": subject.pick(("generated", "generated", "empty", "written")), "div": div}
    return True


@operator("type-name")
def type_name(subject: Subject) -> bool:
    """A resource that says it is something else, or nothing."""
    name = subject.pick(("Planet", "patient", "DomainResource", "Resource", "Basic", "", None, 17))
    if name is None:
        del subject.resource["resourceType"]
    else:
        subject.resource["resourceType"] = name
    return True


_ENTRY = ("Bundle",)


@operator("bundle-type", only=_ENTRY, times=3)
def bundle_type(subject: Subject) -> bool:
    """A Bundle of another type."""
    others = (
        "document",
        "message",
        "transaction",
        "transaction-response",
        "batch",
        "batch-response",
        "history",
        "searchset",
        "collection",
        "heap",
    )
    subject.resource["type"] = subject.pick([one for one in others if one != subject.resource.get("type")])
    return True


@operator("bundle-entry", only=_ENTRY, times=8)
def bundle_entry(subject: Subject) -> bool:
    """An entry that is missing, doubled, moved to the front, without address, or with parts that its type forbids."""
    entries = subject.resource.get("entry")
    if not entries:
        return False
    index = int(subject.pick(range(len(entries))) or 0)
    entry = entries[index]
    how = subject.pick(("drop", "drop-first", "twice", "front", "no-url", "same-url", "other-url", "bad-url", "versioned", "request", "response", "search", "empty",
                        "no-resource", "no-id", "other-id", "link"))  # fmt: skip
    if how == "drop":
        del entries[index]
    elif how == "drop-first":
        del entries[0]
    elif how == "twice":
        entries.append(copy.deepcopy(entry))
    elif how == "front":
        entries.insert(0, entries.pop())
    elif how == "no-url":
        entry.pop("fullUrl", None)
    elif how == "same-url":
        entry["fullUrl"] = entries[0].get("fullUrl", "http://example.org/fhir/Patient/1")
    elif how == "other-url":
        entry["fullUrl"] = "http://example.org/fhir/Patient/other"
    elif how == "bad-url":
        entry["fullUrl"] = subject.pick(
            ("Patient/1", "urn:uuid:no", "", "#x", "urn:uuid:C757873D-EC9A-4326-A141-556F43239520")
        )
    elif how == "versioned":
        entry["fullUrl"] = str(entry.get("fullUrl", "")) + "/_history/1"
    elif how == "request":
        entry["request"] = subject.pick(
            ({"method": "PUT", "url": "Patient/1"}, {"method": "TAKE", "url": "Patient"}, {"method": "POST"})
        )
    elif how == "response":
        entry["response"] = subject.pick(({"status": "200 OK"}, {"location": "Patient/1"}))
    elif how == "search":
        entry["search"] = subject.pick(({"mode": "match"}, {"mode": "include", "score": 2}, {"mode": "lost"}))
    elif how == "empty":
        entries[index] = {}
    elif how == "no-resource":
        entry.pop("resource", None)
    elif how == "no-id":
        entry.get("resource", {}).pop("id", None)
    elif how == "other-id":
        entry.get("resource", {})["id"] = "other"
    else:
        entry["link"] = [{"relation": "self", "url": "http://example.org"}]
    return True


@operator("bundle-head", only=_ENTRY, times=4)
def bundle_head(subject: Subject) -> bool:
    """What a Bundle says of itself: total, links, identifier, timestamp, signature."""
    change: Any = subject.pick((
        {"total": 3}, {"link": [{"relation": "next", "url": "http://example.org"}]}, {"link": [{"relation": "self", "url": "a"}, {"relation": "self", "url": "b"}]},
        {"identifier": None}, {"timestamp": None}, {"timestamp": "2026-03-02"}, {"entry": None}, {"identifier": {"value": "x"}}, {"identifier": {"system": "urn:ietf:rfc:3986", "value": "x"}},
        {"signature": {"when": "2026-03-02T10:00:00Z"}}, {"implicitRules": "http://example.org/rules"}, {"id": None},
    ))  # fmt: skip
    for key, value in change.items():
        if value is None:
            subject.resource.pop(key, None)
        else:
            subject.resource[key] = value
    return True


@operator("parameter", only=("Parameters",), times=5)
def parameter(subject: Subject) -> bool:
    """A parameter with a value and parts, with nothing, without name."""
    found = [
        one.value
        for one in sites(subject.resource)
        if one.in_list and one.name in ("parameter", "part") and isinstance(one.value, dict)
    ]
    one = subject.pick(found)
    if one is None:
        return False
    change: Any = subject.pick(
        (
            {"part": [{"name": "p", "valueString": "x"}]},
            {"valueBoolean": True},
            {"name": None},
            {"resource": {"resourceType": "Patient"}},
            {"part": []},
        )
    )
    for key, value in change.items():
        if value is None:
            one.pop(key, None)
        else:
            one[key] = value
    return True
