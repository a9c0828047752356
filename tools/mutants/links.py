"""Changes to references, extensions and the profiles that a resource claims."""

from __future__ import annotations

from typing import Any

from mutants.operators import Subject, operator
from mutants.sites import Site, sites

__all__: list[str] = []

VR = "https://vrfhir.org/fhir/StructureDefinition/"
R4 = "http://hl7.org/fhir/StructureDefinition/"
UK_CORE = "https://fhir.hl7.org.uk/StructureDefinition/"


def _reference(site: Site) -> bool:
    return isinstance(site.value, dict) and site.type == "Reference"


def _extension(site: Site) -> bool:
    return isinstance(site.value, dict) and site.type == "Extension"


@operator("reference-target", times=4)
def reference_target(subject: Subject) -> bool:
    """A reference to nothing, to another type, to a type that does not exist, or written wrongly."""
    site = subject.site(lambda one: _reference(one) and isinstance(one.value.get("reference"), str))
    if site is None:
        return False
    site.value["reference"] = subject.pick((
        "#nothing", "Medication/m1", "Patient/none-such", "Planet/earth", "patient/p1", "Patient", "", "urn:uuid:not-one", "Organization/with space",
        "urn:uuid:c757873d-ec9a-4326-a141-556f43239520", "http://example.org/fhir/Patient/p1", "http://example.org/anything", "#", "/Patient/1",
        "Patient/1/_history/2", "Patient/p1#part", "Practitioner/p1", "Location/l1", "http://example.org/fhir/Planet/p1", "Patient?identifier=x|y",
    ))  # fmt: skip
    return True


@operator("reference-type", times=2)
def reference_type(subject: Subject) -> bool:
    """A reference that names the type of its target, sometimes another than it has."""
    site = subject.site(_reference)
    if site is None:
        return False
    site.value["type"] = subject.pick(
        ("Patient", "Medication", "Planet", "Practitioner", "http://hl7.org/fhir/StructureDefinition/Patient", "")
    )
    return True


@operator("reference-kind", times=2)
def reference_kind(subject: Subject) -> bool:
    """A reference in words only, by identifier only, or with nothing in it."""
    site = subject.site(_reference)
    if site is None:
        return False
    site.holder[site.key] = subject.pick((
        {"display": "somebody"}, {"identifier": {"system": "http://example.org/ids", "value": "1"}}, {"type": "Patient"},
        {"identifier": {"value": "1"}, "type": "Organization"}, {"identifier": {"use": "usual"}},
    ))  # fmt: skip
    return True


EXTENSIONS: tuple[dict[str, Any], ...] = (
    {"url": "http://example.org/extension", "valueString": "unknown"},
    {"url": VR + "Extension-VR-NoSuchThing", "valueString": "unknown, of ours"},
    {"url": R4 + "no-such-extension", "valueString": "unknown, of HL7"},
    {"url": UK_CORE + "Extension-UKCore-NoSuchThing", "valueBoolean": True},
    {"url": R4 + "patient-birthPlace", "valueAddress": {"city": "Leeds"}},
    {"url": R4 + "patient-birthPlace", "valueString": "Leeds"},
    {"url": R4 + "data-absent-reason", "valueCode": "unknown"},
    {"url": R4 + "data-absent-reason", "valueCode": "mislaid"},
    {"url": R4 + "data-absent-reason", "valueString": "unknown"},
    {"url": VR + "Extension-VR-ReferralRoute", "valueCode": "x"},
    {"url": VR + "Extension-VR-PatientWish", "extension": [{"url": "none-such", "valueString": "x"}]},
    {"url": VR + "Extension-VR-SupportLevel", "valueString": "complex extension with a value"},
    {"url": VR + "Extension-VR-V2Content", "extension": [{"url": "path", "valueString": "PID[1]-5[1].1"}]},
    {"url": R4 + "iso21090-nullFlavor", "valueCode": "UNK"},
    {
        "url": R4 + "translation",
        "extension": [{"url": "lang", "valueCode": "cy"}, {"url": "content", "valueString": "x"}],
    },
    {"url": R4 + "translation", "extension": [{"url": "lang", "valueCode": "cy"}]},
    {"url": R4 + "rendering-markdown", "valueMarkdown": "*x*"},
    {"url": R4 + "humanname-own-name", "valueString": "x"},
    {"url": "relative", "valueString": "x"},
    {"url": "urn:oid:1.2.3", "valueString": "x"},
    {"url": "not a uri", "valueString": "x"},
    {"valueString": "without url"},
    {"url": "", "valueString": "empty url"},
    {"url": "http://example.org/extension"},
    {"url": "http://example.org/extension", "valueString": "x", "extension": [{"url": "inner", "valueString": "y"}]},
    {"url": "http://example.org/extension", "valueString": "x", "valueCode": "y"},
    {
        "url": "http://example.org/extension",
        "extension": [{"url": "inner", "extension": [{"url": "deep", "valueString": "y"}]}],
    },
    {"url": "http://example.org/extension", "value": "x"},
    {"url": UK_CORE + "Extension-UKCore-EthnicCategory", "valueCodeableConcept": {"text": "x"}},
    {"url": UK_CORE + "Extension-UKCore-DeathNotificationStatus", "valueString": "x"},
    {"url": R4 + "regex", "valueString": "["},
    {"url": "http://hl7.org/fhir/5.0/StructureDefinition/extension-ServiceRequest.reason", "valueString": "x"},
)


@operator("extension-added", times=5)
def extension_added(subject: Subject) -> bool:
    """An extension that is unknown, malformed, or not allowed where it stands."""
    holder = subject.pick(_objects(subject.resource))
    if holder is None:
        return False
    holder.setdefault("extension", []).append(dict(subject.pick(EXTENSIONS) or EXTENSIONS[0]))
    return True


@operator("extension-on-value", times=2)
def extension_on_value(subject: Subject) -> bool:
    """An extension on a simple value, which stands beside it or in its place."""
    site = subject.site(lambda one: not one.in_list and isinstance(one.value, (str, bool, int)))
    if site is None:
        return False
    how = subject.pick(("beside", "instead", "empty", "list", "id", "text", "unknown"))
    name = f"_{site.key}"
    beside: Any = {"extension": [dict(subject.pick(EXTENSIONS[4:10]) or EXTENSIONS[4])]}
    if how == "instead":
        del site.holder[site.key]
    elif how == "empty":
        beside = {}
    elif how == "list":
        beside = [beside]
    elif how == "id":
        beside = {"id": "has space"}
    elif how == "text":
        beside = "text"
    elif how == "unknown":
        beside["colour"] = "blue"
    site.holder[name] = beside
    return True


@operator("modifier-extension", times=2)
def modifier_extension(subject: Subject) -> bool:
    """An extension that changes the meaning, unknown or one that must not."""
    holder: Any = subject.resource
    if subject.pick((True, False)):
        site = subject.site(
            lambda one: isinstance(one.value, dict) and (one.type == "BackboneElement" or one.type == "Identifier")
        )
        holder = site.value if site else holder
    holder["modifierExtension"] = [
        dict(subject.pick((EXTENSIONS[0], EXTENSIONS[1], EXTENSIONS[4], EXTENSIONS[6])) or EXTENSIONS[0])
    ]
    return True


@operator("extension-url", times=3)
def extension_url(subject: Subject) -> bool:
    """An extension in place with another url: unknown, of another extension, or with a version."""
    site = subject.site(lambda one: _extension(one) and isinstance(one.value.get("url"), str))
    if site is None:
        return False
    url = site.value["url"]
    site.value["url"] = subject.pick(
        (
            url + "x",
            url + "|0.1.0",
            url.upper(),
            VR + "Extension-VR-ReferralRoute",
            "inner",
            R4 + "data-absent-reason",
            "",
        )
    )
    return True


@operator("extension-inside", times=2)
def extension_inside(subject: Subject) -> bool:
    """An extension in place with an unknown part, a part twice, or both parts and a value."""
    site = subject.site(_extension)
    if site is None:
        return False
    value = site.value
    how = subject.pick(("part", "twice", "value", "empty"))
    if how == "part":
        value.setdefault("extension", []).append({"url": "none-such", "valueString": "x"})
    elif how == "twice" and value.get("extension"):
        value["extension"].append(dict(value["extension"][0]))
    elif how == "empty":
        for key in [key for key in value if key != "url"]:
            del value[key]
    else:
        value["valueString"] = "as well"
    return True


@operator("profile", times=3)
def profile(subject: Subject) -> bool:
    """A resource that claims another profile: unknown, of another type, or not even a canonical."""
    claimed = subject.pick((
        VR + "VR-Patient", VR + "VR-NoSuch", R4 + "Patient", UK_CORE + "UKCore-Patient", "relative", "http://example.org/profile", "", R4 + "vitalsigns",
        R4 + subject.resource["resourceType"], VR + "VR-Prescription|9.9.9", VR + "VR-Prescription|0.1.0", VR + "Extension-VR-PatientWish",
        "http://hl7.org/fhir/ValueSet/request-status", UK_CORE + "UKCore-ServiceRequest", R4 + "DomainResource",
    ))  # fmt: skip
    subject.resource.setdefault("meta", {})["profile"] = [claimed]
    return True


@operator("profile-twice")
def profile_twice(subject: Subject) -> bool:
    """A profile claimed twice, or beside the base type."""
    claimed = (
        subject.resource.get("meta", {}).get("profile") if isinstance(subject.resource.get("meta"), dict) else None
    )
    if not isinstance(claimed, list) or not claimed:
        return False
    claimed.append(
        subject.pick((claimed[0], R4 + subject.resource["resourceType"], R4 + "DomainResource", VR + "VR-Patient"))
    )
    return True


@operator("rules")
def rules(subject: Subject) -> bool:
    """Rules that a receiver would have to know, tags and labels."""
    subject.resource.setdefault("meta", {}).update(subject.pick((
        {"tag": [{"system": "http://example.org/tags", "code": "t"}]}, {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]},
        {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "ZZ"}]}, {"versionId": "has space"},
        {"versionId": "1"}, {"source": "has space"}, {"source": "#abc"}, {"unknown": "x"},
    )) or {})  # fmt: skip
    return True


def _objects(resource: dict[str, Any]) -> list[dict[str, Any]]:
    return [resource, *(one.value for one in sites(resource) if isinstance(one.value, dict) and one.type != "Resource")]
