"""What a rule means: its words, the clause it comes from, an example that breaks it and the same mended, what to do."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import NamedTuple

from vrfhir.definitions import CORE_CANONICAL, Definitions
from vrfhir.validation.rules import RULES

__all__ = ["Explanation", "explanation", "general", "known_rules", "nearest"]

_EXAMPLES = Path(__file__).with_name("examples.toml")
_R4 = "https://hl7.org/fhir/R4/"

_CLAUSES = (
    (
        r"DUPLICATE_JSON|JSON_|ERROR_PARSING_JSON|Error_parsing_JSON|THIS_PROPERTY|THIS__CANNOT|ARRAY_|OBJECT_",
        "json.html",
    ),
    (r"UNABLE_TO_FIND|RESOURCETYPE|UNRECOGNISED", "json.html#resources"),
    (r"Error_parsing_XML|VR-XML|UNICODE_XML|XML_ENCODING|ELEMENT_MUST|Node_type", "xml.html"),
    (r"ERROR_PARSING_XHTML|XHTML_|Language_XHTML|.*Narrative#", "narrative.html"),
    (
        r"(?i)type_specific_checks_dt_(boolean|date|datetime|instant|time|decimal|integer|base64|code|id)_",
        "datatypes.html#{0}",
    ),
    (
        r"(?i)type_specific_checks_dt_(?:uri|oid|uuid|url|canonical)|type_specific_checks_canonical",
        "datatypes.html#uri",
    ),
    (r"(?i)type_specific_checks_dt_identifier", "datatypes.html#identifier"),
    (r"(?i)type_specific_checks_dt_att", "datatypes.html#attachment"),
    (r"(?i)type_specific_checks_dt_qty", "datatypes.html#quantity"),
    (r"(?i)type_specific_checks_dt_string|SECURITY_STRING", "datatypes.html#string"),
    (r"(?i)type_specific_checks", "datatypes.html#primitive"),
    (r"(?i)resource_res_id|duplicate_id|FHIR_RESOURCE_ID", "resource.html#id"),
    (r"META_", "resource.html#Meta"),
    (r"RESOURCE_DUPLICATE_CONTAINED|CONTAINED_", "references.html#contained"),
    (r"(?i).*slice|SLICING", "profiling.html#slicing"),
    (r"_DT_Fixed|TYPE_CHECKS_PATTERN|Fixed_Type|Profile_VAL|Terminology_TX_Coding_Count", "elementdefinition.html"),
    (r"(?i)validation_val_profile|Validation_VAL_Unknown|Extension_PROF", "profiling.html"),
    (r"(?i)extension_extp_context|extension_extm_context|Profile_EXT", "defining-extensions.html#context"),
    (r"(?i)extension_|EXT_", "extensibility.html"),
    (
        r"(?i)terminology_|unknown_code|display_name|no_valid_display|coding_has|codesystem_cs_no_supp",
        "terminologies.html",
    ),
    (r"INACTIVE_CONCEPT|DEPRECATED_CONCEPT", "codesystem.html#status"),
    (r"(?i)reference_", "references.html"),
    (r"(?i)bundle_link_search|bundle_search", "search.html#return"),
    (r"(?i)bundle_|validation_bundle", "bundle.html"),
    (r"(?i)questionnaire_qr", "questionnaireresponse.html"),
    (r"(?i)questionnaire_q_", "questionnaire.html"),
    (r"(?i)codesystem_", "codesystem.html"),
    (r"VALUESET_", "valueset.html"),
    (r"(?i)conceptmap_", "conceptmap.html"),
    (r"SEARCHPARAMETER_|ED_SEARCH", "searchparameter.html"),
    (r"CapabalityStatement", "capabilitystatement.html"),
    (r"SD_|ED_|ERROR_GENERATING_SNAPSHOT|Unable_to_find_base|VR-VAL-010[5-9]|VR-VAL-011", "structuredefinition.html"),
    (r"INVALID_DISPLAY_NAME", "resource.html#Resource"),
    (r"(?i)measure_mr_", "measurereport.html"),
    (r"MEASURE_", "measure.html"),
    (r"OPDEF_", "operationdefinition.html"),
    (r"VR-VAL-01", "questionnaire.html"),
    (r"VR-VAL-000|Details_for", "profiling.html"),
    (r"Error_validating_code|UNABLE_TO_INFER", "terminologies.html"),
    (r"OPDEF_", "operationdefinition.html"),
    (r".*Element#", "element.html"),
    (r".*DomainResource#", "domainresource.html"),
    (r"All_observations", "observation.html"),
    (r"PROBLEM_PROCESSING", "conformance-rules.html#constraints"),
)

_READING = {
    "Error_parsing_JSON_": ("fatal", "The text is no JSON.", "Mend it at the place named."),
    "Error_parsing_XML_": ("fatal", "The text is no well-formed XML.", "Mend it at the place named."),
    "DUPLICATE_JSON_PROPERTY_KEY": (
        "error",
        "A property stands twice in its object; only the first is read.",
        "Keep one.",
    ),
    "JSON_COMMENTS_NOT_ALLOWED": ("error", "JSON has no comments.", "Remove the comment."),
    "JSON_COMMA_EXTRA": ("error", "A comma is followed by nothing.", "Remove the comma."),
}
"""The rules of the readers of JSON and XML: severity, what is wrong, what to do."""


_REMEDIES = (
    (
        r"(?i)terminology_|unknown_code|unable_to_infer",
        "Use a code of the value set; the finding names what is near or allowed.",
    ),
    (r"(?i)display_name|no_valid_display", "Write the display that the code system has, or leave it out."),
    (r"(?i)valueset_(value|supplement)", "Leave the version out, or load the package that the value set was made for."),
    (r"(?i)(inactive|deprecated)_concept", "See what the code system has in its place."),
    (r"(?i)coding_has", "Add the system of the code."),
    (r"(?i)type_specific", "Write the value in the form that its type asks for."),
    (r"(?i).*profile_minimum", "Add what is missing."),
    (r"(?i).*profile_maximum", "Remove what is too much."),
    (r"(?i)_DT_Fixed|fixed_type|type_checks_pattern|profile_val", "Use the value that the profile names."),
    (r"(?i)extension_|ext_|profile_ext", "Use the extension as its definition says: where, and with which value."),
    (r"(?i)bundle_|validation_bundle", "Build the Bundle as its type asks for."),
    (r"(?i)xhtml_", "Keep to the elements and attributes that a narrative may have."),
    (r"(?i)questionnaire_qr", "Answer as the questionnaire asks."),
    (r"(?i)reference_", "Point to a resource of the type and in the place that the element asks for."),
)
"""What to do where the rule itself does not say it."""


class Explanation(NamedTuple):
    """All there is to say about a rule; what is not known is empty."""

    id: str
    severity: str
    text: str
    remedy: str = ""
    clause: str = ""
    where: str = ""
    wrong: str = ""
    right: str = ""


def explanation(rule: str, definitions: Definitions) -> Explanation | None:
    """A rule by its id; a constraint by ``profile#key``, or by its key alone. None when it is not known."""
    wrong, right = _examples().get(rule, ("", ""))
    row = RULES.get(rule)
    if row is not None:
        text, remedy = general(row.text), general(row.hint) or _remedy(rule)
        return Explanation(rule, row.severity, text, remedy, _clause(rule), "", wrong, right)
    if rule in _READING:
        severity, text, remedy = _READING[rule]
        return Explanation(rule, severity, text, remedy, _clause(rule), "", wrong, right)
    return _constraint(rule, definitions)


def known_rules(definitions: Definitions) -> Iterator[str]:
    """The ids of the rules in code, and the keys of the constraints of VR, UK Core and R4's own types."""
    from vrfhir.validation.definition_rules import DEFINITION_RULES

    yield from RULES
    yield from DEFINITION_RULES
    yield from _READING
    for _, key, _ in _constraints(definitions):
        yield key


def nearest(rule: str, known: list[str]) -> list[str]:
    """What may have been meant."""
    folded = {each.casefold(): each for each in known}
    near = get_close_matches(rule.casefold(), list(folded), n=5, cutoff=0.6)
    near += [each for each in folded if rule.casefold() in each and each not in near]
    return [folded[each] for each in near[:5]]


def _constraint(rule: str, definitions: Definitions) -> Explanation | None:
    profile, _, key = rule.rpartition("#")
    for url, found, (where, row) in _constraints(definitions):
        if found == key and profile in ("", url):
            identity = f"{url}#{key}"
            wrong, right = _examples().get(identity, ("", ""))
            words = str(row.get("human") or "")
            expression = str(row.get("expression") or "")
            text = f"{words} It is checked as: {expression}" if words else f"It demands: {expression}"
            clause = _page(url, definitions)
            remedy = _remedy("")
            return Explanation(identity, str(row.get("severity")), text, remedy, clause, where, wrong, right)
    return None


def _constraints(definitions: Definitions) -> Iterator[tuple[str, str, tuple[str, dict[str, str]]]]:
    """Canonical, key, and where it stands with the constraint itself; where it is defined, not where it is inherited."""
    seen = set()
    for canonical in definitions.canonicals("StructureDefinition"):
        structure = definitions.structure(canonical)
        if structure is None:
            continue
        rows = structure.get("snapshot") or structure.get("differential") or {}
        for element in rows.get("element", ()):
            for row in element.get("constraint", ()):
                source, key = str(row.get("source") or structure.get("url")), str(row.get("key"))
                if source.partition("|")[0] == structure.get("url") and (source, key) not in seen:
                    seen.add((source, key))
                    yield str(structure["url"]), key, (str(element.get("id") or element.get("path")), row)


def _page(url: str, definitions: Definitions) -> str:
    """Where a definition is explained: R4's own page, else its canonical."""
    name = url.removeprefix(f"{CORE_CANONICAL}")
    base = definitions.type(name) if name != url else None
    if base is None:
        return url
    return _R4 + (f"datatypes.html#{name}" if base.get("kind") == "complex-type" else f"{name.lower()}.html#invs")


@cache
def _examples() -> dict[str, tuple[str, str]]:
    rows = tomllib.loads(_EXAMPLES.read_text(encoding="utf-8"))
    return {rule: (row["wrong"], row["right"]) for rule, row in rows.items()}


def _remedy(rule: str) -> str:
    for pattern, words in _REMEDIES:
        if re.match(pattern, rule):
            return words
    return "Change the element so that the rule holds."


def _clause(rule: str) -> str:
    for pattern, page in _CLAUSES:
        found = re.match(pattern, rule)
        if found is not None:
            return _R4 + page.format(*(each.lower() for each in found.groups()))
    return ""


def general(text: str) -> str:
    """The words of a rule with an ellipsis for what is filled in."""
    words = re.sub(r"\s+", " ", re.sub(r"\{\w+\}", "…", text)).removesuffix(" …").replace("'…'", "…").strip()
    return words if re.search(r"\w", words) else ""
