"""Fit notes, reports, single observations, documents and items of the prescription as OBR and OBX."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from vrfhir.mappers.conversions.observations import VALUE_TYPE
from vrfhir.mappers.vocabulary import known_display
from vrfhir.mappers.writing.draft import Draft
from vrfhir.mappers.writing.parts import in_parts
from vrfhir.mappers.writing.registry import Parts, key
from vrfhir.mappers.writing.rows import back_rows, write_row, write_rows
from vrfhir.mappers.writing.segments import add_sample, notes
from vrfhir.mappers.writing.vital_signs import without_additions

if TYPE_CHECKING:
    from vrfhir.mappers.writing.scope import Writing

__all__ = ["documents", "fit_note", "items", "observation", "report"]

_TICKS = frozenset(
    {
        "775281000000100",
        "775301000000104",
        "775321000000108",
        "775351000000103",
        "reassessment-needed",
        "condition-six-months",
    }
)
_APART = frozenset({"referral-trigger"})
"""Items of which each value has an OBX of its own."""
_WORDS = {
    "pathway-point": "Point of the pathway",
    "rehabilitation-phase": "Phase of rehabilitation",
    "referral-route": "Route",
    "referral-trigger": "Trigger",
    "patient-wish": "Wish of the patient",
    "funding-source": "Who pays",
    "contact-mode": "Contact preferred",
    "wish-review-date": "Ask again on",
    "priority-reason": "Reason for the priority",
    "override-reason": "Reason for another level",
}
"""What OBX-3.2 calls an item, where that is not its code in words."""
_CERTIFICATE = "18381000000107"


def _codes(resource: dict[str, Any]) -> set[str]:
    return {str(each.get("code", "")) for each in resource.get("code", {}).get("coding", ())}


def _final(draft: Draft) -> Draft:
    draft.fields.setdefault(11, [{key(1): "F"}])
    return draft


def _coded_type(writing: Writing) -> str:
    return "CE" if writing.is_old else "CWE"


def items(writing: Writing, request: dict[str, Any]) -> list[Draft]:
    """The prescription's extensions and interventions: one OBX for each kind, in the order of the extensions."""
    found: list[tuple[int, list[Draft]]] = []
    standing, place = list(request.get("extension", ())), -1
    for row, run in back_rows("OBX", "referral-item", writing.version):
        code = row.when[2] if isinstance(row.when, list) and row.when[0] == "=" else ""
        if isinstance(row.when, list) and row.when[0] == "and":
            code = row.when[1][2]
        if not code or row.field != 5:
            continue
        draft = Draft("OBX")
        if not run(draft, {"ServiceRequest": request}, writing):
            continue
        if row.id == "OBX/intervention":
            draft.fields[5] = [cell for cell in draft.fields[5] if cell]
        kind = {"override-reason": "ST", "wish-review-date": "DT"}.get(code, _coded_type(writing))
        draft.put(2, {key(1): kind})
        words = _WORDS.get(code) or code.replace("-", " ").capitalize()
        draft.put(3, {key(1): code, key(2): words, key(3): "vr-referral-item"})
        cells = draft.fields[5] if code in _APART else []
        left = {id(each) for each in request.get("extension", ())}
        place = next((number for number, each in enumerate(standing) if each and id(each) not in left), place)
        standing = [each if id(each) in left else None for each in standing]
        found.append((place, [_alone(draft, cell) for cell in cells] or [_final(draft)]))
    return [draft for _, drafts in sorted(found, key=lambda each: each[0]) for draft in drafts]


def _alone(draft: Draft, cell: Parts) -> Draft:
    """An OBX of one of the values."""
    one = Draft(draft.name)
    one.fields = {field: [dict(each) for each in cells] for field, cells in draft.fields.items()} | {5: [cell]}
    return _final(one)


def fit_note(writing: Writing, url: str) -> list[Draft]:
    """A statement of fitness: OBR, its value, ticks, method, comment."""
    original = writing.originals[url]
    resource = writing.resources[url]
    if "fitness-for-work" not in _codes(resource) or "valueCodeableConcept" not in original:
        return []
    writing.placed.add(url)
    head = Draft("OBR")
    head.roles = {"Fitness": url}
    if not any(c.get("code") == _CERTIFICATE for each in resource.get("category", ()) for c in each.get("coding", ())):
        head.put(
            4,
            {
                key(1): _CERTIFICATE,
                key(2): known_display("http://snomed.info/sct", _CERTIFICATE) or "Sickness certificates",
                key(3): "SCT",
            },
        )
    status = resource.get("status")
    write_rows(head, "fit-note", {"Fitness": resource}, writing)
    if len(head.fields.get(4, ())) > 1:
        head.fields[4] = head.fields[4][-1:]
    drafts = [head]
    value = Draft("OBX")
    if status is not None and 25 in head.fields:
        resource["status"] = status
    for row in ("OBX/fitness-3", "OBX/fitness-5", "OBX/fitness-11", "OBX/fitness-14"):
        write_row(value, row, "fitness", {"Fitness": resource}, writing)
    value.put(2, {key(1): _coded_type(writing)})
    if not writing.from_v2 and 3 in value.fields and key(3) not in value.fields[3][0]:
        value.fields[3] = [{key(1): "fitness-for-work", key(2): "Fitness for work", key(3): "vr-observation"}]
    drafts.append(_final(value))
    if writing.from_v2:
        drafts += list(notes(writing, resource))
    drafts += list(_parts(writing, resource))
    profession = Draft("OBX")
    if write_row(profession, "OBX/issuer-profession", "issuer-profession", {"Fitness": resource}, writing):
        profession.put(2, {key(1): _coded_type(writing)})
        profession.put(3, {key(1): "issuer-profession", key(2): "Issuer profession", key(3): "vr-referral-item"})
        drafts.append(_final(profession))
    if not writing.from_v2:
        drafts += list(notes(writing, resource))
    return drafts


def _parts(writing: Writing, resource: dict[str, Any]) -> Iterator[Draft]:
    for component in list(resource.get("component", ())):
        codes = _codes(component)
        role = {"Fitness": {"component": [component]}}
        draft = Draft("OBX")
        if codes & _TICKS and isinstance(component.get("valueBoolean"), bool):
            value = component["valueBoolean"]
            write_row(draft, "OBX/tick-3", "fitness-tick", role, writing)
            draft.put(5, {key(1): "Y" if value else "N", key(2): "Yes" if value else "No", key(3): "HL70136"})
            component.pop("valueBoolean")
        elif "assessment-method" in codes and "valueCodeableConcept" in component:
            write_row(draft, "OBX/method-3", "fitness-method", role, writing)
            write_row(draft, "OBX/method-5", "fitness-method", role, writing)
        else:
            continue
        if 3 not in draft.fields or 5 not in draft.fields:
            continue
        draft.put(2, {key(1): _coded_type(writing)})
        yield _final(draft)


def report(writing: Writing, url: str) -> list[Draft]:
    """A DiagnosticReport with its results."""

    original, resource = writing.originals[url], writing.resources[url]
    head = Draft("OBR")
    head.roles, roles = {"DiagnosticReport": url}, {"DiagnosticReport": resource}
    for reference in original.get("basedOn", ())[:1]:
        order = writing.copy(reference)
        if order is not None and order.get("resourceType") == "ServiceRequest" and writing.from_v2:
            roles["Order"], head.roles["Order"] = order, writing.url_of(reference)
    add_sample(writing, original, head, roles)
    write_rows(head, "report", roles, writing)
    writing.placed.add(url)
    drafts = [head]
    if "Order" in roles:
        drafts += list(notes(writing, roles["Order"]))
    for reference in original.get("result", ()):
        drafts += observation(writing, writing.url_of(reference), forced=True)
    return drafts


def observation(writing: Writing, url: str, *, forced: bool = False) -> list[Draft]:
    """One observation as OBX, when OBX can say it."""

    original = writing.originals.get(url, {})
    if url in writing.placed or original.get("resourceType") != "Observation":
        return []
    if not forced and not writing.from_v2 and not _fits(original):
        return []
    writing.placed.add(url)
    resource = writing.resources[url]
    draft = Draft("OBX")
    draft.roles, roles = {"Observation": url}, {"Observation": resource}
    if writing.from_v2:
        writing.superseded |= without_additions(resource)
        _performers(writing, draft, roles)
    tags = resource.get("meta", {}).get("tag", ())
    kept = next((str(each.get("code", "")) for each in tags if each.get("system") == VALUE_TYPE), "")
    writing.kind = kept
    write_rows(draft, "", roles, writing)
    if kept or (writing.kind and 5 in draft.fields):
        draft.put(2, {key(1): kept or writing.kind})
    return [_final(draft) if not writing.from_v2 else draft, *notes(writing, resource)]


def _performers(writing: Writing, draft: Draft, roles: dict[str, dict[str, Any]]) -> None:
    """OBX-23 to 25: the laboratory is the organisation with an address, or the second; its director says so by the role."""
    observation = roles["Observation"]
    references = observation.get("performer", [])
    found = [(each, writing.url_of(each)) for each in references]
    organizations = [
        (each, url) for each, url in found if writing.originals.get(url, {}).get("resourceType") == "Organization"
    ]
    laboratory = next((each for each in organizations if writing.originals[each[1]].get("address")), None)
    if laboratory is None and len(organizations) > 1:
        laboratory = organizations[-1]
    director = next((each for each in found if _directs(writing.originals.get(each[1], {}))), None)
    for role, chosen in (("Laboratory", laboratory), ("Director", director)):
        if chosen is not None:
            reference, url = chosen
            references.remove(reference)
            roles[role], draft.roles[role] = writing.copy(reference) or {}, url
    if not references:
        observation.pop("performer", None)


def _directs(role: Mapping[str, Any]) -> bool:
    return any(c.get("code") == "MDIR" for each in role.get("code", ()) for c in each.get("coding", ()))


def _fits(observation: Mapping[str, Any]) -> bool:
    """OBX-5 holds its value, and nothing of it is in components."""
    if "component" in observation or "hasMember" in observation or "category" in observation:
        return False
    codings = observation.get("code", {}).get("coding", ())
    return bool(codings) and any(name.startswith("value") for name in observation)


def documents(writing: Writing) -> list[Draft]:
    """Documents with their content."""
    drafts: list[Draft] = []
    for url, original in writing.originals.items():
        if original.get("resourceType") != "DocumentReference" or url in writing.transport or url in writing.placed:
            continue
        content = original.get("content", [{}])[0].get("attachment", {})
        if not (content.get("data") or content.get("url")):
            continue
        writing.placed.add(url)
        draft = Draft("OBX")
        draft.roles = {"DocumentReference": url}
        writing.kind = ""
        write_rows(draft, "document", {"DocumentReference": writing.resources[url]}, writing)
        draft.put(2, {key(1): writing.kind or "RP"})
        if 3 not in draft.fields:
            draft.put(3, {key(1): "document", key(2): "Document", key(3): "99VRF"})
        drafts += in_parts(_final(draft), original.get("content", ()))
    return drafts
