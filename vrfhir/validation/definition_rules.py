"""The rules about definitions: code systems, value sets, maps, profiles, search parameters, measures.

Rows as in :mod:`vrfhir.validation.rules`, in a module of their own because few resources need them.
"""

from __future__ import annotations

from collections.abc import Mapping

from vrfhir.issues import Severity
from vrfhir.validation.rules import Rule

__all__ = ["DEFINITION_RULES"]

_E: Severity = "error"
_W: Severity = "warning"
_I: Severity = "information"

_CODE_SYSTEMS: dict[str, Rule] = {
    "CODESYSTEM_CS_COUNT_NO_CONTENT_ALLOWED": Rule(
        _E, "invalid", "The code system says that it has no content, but there are concepts."
    ),
    "CODESYSTEM_CS_COUNT_COMPLETE_WRONG": Rule(
        _E, "invalid", "The complete code system states {stated} concepts, but has {found}."
    ),
    "CODESYSTEM_CS_COUNT_FRAGMENT_WRONG": Rule(
        _W, "invalid", "The code system is only a part, yet has {found} concepts of the {stated} stated."
    ),
    "CODESYSTEM_CS_COUNT_SUPPLEMENT_WRONG": Rule(
        _E, "business-rule", "The supplement states {found} concepts, its code system {expected}."
    ),
    "CODESYSTEM_CS_COMPLETE_AND_EMPTY": Rule(_W, "invalid", "The code system is complete, but has no concepts."),
    "CODESYSTEM_CS_HL7_MISSING_ELEMENT_SHOULD": Rule(_W, "business-rule", "A code system of HL7 should say {name}."),
    "CODESYSTEM_CS_NONHL7_MISSING_ELEMENT": Rule(_I, "business-rule", "A code system should say {name}."),
    "CODESYSTEM_CS_HL7_PRESENT_ELEMENT_SUPPL": Rule(_E, "business-rule", "A supplement does not say {name}."),
    "CODESYSTEM_CS_HL7_PRESENT_ELEMENT_SUPPL_MISSING": Rule(
        _E, "business-rule", "A supplement names the code system that it supplements."
    ),
    "CODESYSTEM_CS_HL7_PRESENT_ELEMENT_SUPPL_WRONG": Rule(
        _E, "business-rule", "What supplements a code system has the content 'supplement'."
    ),
    "CODESYSTEM_CS_SUPP_NO_SUPP": Rule(_E, "business-rule", "It is not said which code system is supplemented."),
    "CODESYSTEM_CS_SUPP_CANT_CHECK": Rule(
        _W, "business-rule", "The code system {found} is not known, so the supplement's codes were not checked."
    ),
    "CODESYSTEM_CS_SUPP_HIERARCHY_MEANING": Rule(
        _E, "business-rule", "The hierarchyMeaning '{found}' differs from the code system's, '{expected}'."
    ),
    "CODESYSTEM_CS_SUPP_INVALID_CODE": Rule(
        _E, "business-rule", "'{found}' is not a code of {system}, which is supplemented."
    ),
    "CODESYSTEM_CS_NO_VS_NOTCOMPLETE": Rule(
        _I, "business-rule", "A code system that is not complete should name no value set of all its codes."
    ),
    "CodeSystem_CS_VS_Invalid": Rule(
        _E, "business-rule", "The value set {value_set} of all codes must include {system}, and only that."
    ),
    "CodeSystem_CS_VS_WrongSystem": Rule(
        _E, "business-rule", "The value set {value_set} of all codes includes {found} and not {system}."
    ),
    "CodeSystem_CS_VS_IncludeDetails": Rule(
        _E, "business-rule", "The value set {value_set} of all codes must include the whole of {system}."
    ),
    "CODESYSTEM_DUPLICATE_CODE": Rule(_E, "business-rule", "The code '{found}' is defined twice."),
    "CODESYSTEM_CONCEPT_NO_DISPLAY": Rule(_W, "business-rule", "Concepts of HL7's code systems should have a display."),
    "CODESYSTEM_CONCEPT_NO_DEFINITION": Rule(
        _W, "business-rule", "Concepts of HL7's code systems should have a definition."
    ),
    "CODESYSTEM_DESIGNATION_DISP_CLASH_NO_LANG": Rule(
        _W, "business-rule", "The designation '{found}' has neither language nor use to tell it from '{display}'."
    ),
    "CODESYSTEM_DESIGNATION_DISP_CLASH_LANG": Rule(
        _W, "business-rule", "The designation '{found}' is of the same language as '{display}' and has no use."
    ),
    "CODESYSTEM_PROPERTY_ABSOLUTE_URI": Rule(
        _E, "business-rule", "The URI of a property is absolute; found '{found}'."
    ),
    "CODESYSTEM_PROPERTY_DUPLICATE_CODE": Rule(_E, "invalid", "The property code '{found}' is defined twice."),
    "CODESYSTEM_PROPERTY_DUPLICATE_URI": Rule(_E, "invalid", "The property URI '{found}' is defined twice."),
    "CODESYSTEM_PROPERTY_BAD_HL7_URI": Rule(
        _E, "business-rule", "HL7 defines no property {found}; one of your own is not in HL7's name space."
    ),
    "CODESYSTEM_PROPERTY_URI_INVALID": Rule(_W, "invalid", "The code system of {found} has no such property."),
    "CODESYSTEM_PROPERTY_URI_UNKNOWN": Rule(_I, "not-found", "The property {found} is not known; its values are free."),
    "CODESYSTEM_PROPERTY_URI_UNKNOWN_BASE": Rule(
        _W, "not-found", "{found} is not known, so the values of the property were not checked."
    ),
    "CODESYSTEM_PROPERTY_URI_UNKNOWN_TYPE": Rule(
        _W, "not-found", "The property {found} is not known; its codes are taken for codes of this code system."
    ),
    "CODESYSTEM_PROPERTY_CODE_DEFAULT_WARNING": Rule(
        _I, "not-found", "The codes of property '{found}' are taken for codes of this code system."
    ),
    "CODESYSTEM_PROPERTY_UNKNOWN_CODE": Rule(
        _I, "business-rule", "The property '{found}' has no URI and so no defined meaning."
    ),
    "CODESYSTEM_PROPERTY_KNOWN_CODE_SUGGESTIVE": Rule(
        _W, "business-rule", "The property '{found}' has no URI; the one of that code is {expected}."
    ),
    "CODESYSTEM_PROPERTY_URI_CODE_MISMATCH": Rule(
        _E, "business-rule", "The property has the code '{found}', but its URI is that of '{expected}'."
    ),
    "CODESYSTEM_PROPERTY_URI_TYPE_MISMATCH": Rule(_E, "business-rule", "{uri} is of type {expected}, not {found}."),
    "CODESYSTEM_PROPERTY_CODE_TYPE_MISMATCH": Rule(
        _W, "business-rule", "The property '{code}' is of type {expected}, not {found}."
    ),
    "CODESYSTEM_PROPERTY_UNDEFINED": Rule(_W, "business-rule", "The property '{found}' is not defined."),
    "CODESYSTEM_PROPERTY_NO_VALUE": Rule(_E, "business-rule", "The property '{found}' has no value."),
    "CODESYSTEM_PROPERTY_WRONG_TYPE": Rule(
        _E, "business-rule", "The value of property '{name}' is of type {found}, but is defined as {expected}."
    ),
    "CODESYSTEM_PROPERTY_BAD_INTERNAL_REFERENCE": Rule(
        _W, "business-rule", "'{found}' is not a code of this code system."
    ),
    "CODESYSTEM_PROPERTY_SYNONYM_CHECK": Rule(_W, "business-rule", "The synonym '{found}' is not a code itself."),
    "CODESYSTEM_PROPERTY_VALUESET_NOT_FOUND": Rule(
        _W, "not-found", "The value set {found} is not known, so the property's codes were not checked."
    ),
    "CODESYSTEM_PROPERTY_BAD_PROPERTY_CODE": Rule(
        _E, "business-rule", "'{found}' is not in the value set {value_set} of the property."
    ),
}

_VALUE_SETS: dict[str, Rule] = {
    "VALUESET_INCLUDE_SYSTEM_ABSOLUTE": Rule(_E, "invalid", "The system must be absolute; found '{found}'."),
    "VALUESET_INCLUDE_SYSTEM_ABSOLUTE_FRAG": Rule(
        _E, "invalid", "The system must be the url of a code system, contained or not; found '{found}'."
    ),
    "VALUESET_IMPORT_UNION_INTERSECTION": Rule(
        _W, "business-rule", "One include with several value sets holds what is in all of them, not in any."
    ),
    "VALUESET_NO_SYSTEM_WARNING": Rule(
        _W, "business-rule", "Without a system, concepts and filters cannot be checked."
    ),
    "VALUESET_INCLUDE_WRONG_VS_HINT": Rule(
        _E, "business-rule", "{found} is a value set; the system of an include is a code system."
    ),
    "VALUESET_INCLUDE_WRONG_CS_OID": Rule(_E, "business-rule", "The system {found} is written {expected}."),
    "VALUESET_INCLUDE_CS_SUPPLEMENT": Rule(
        _E, "business-rule", "{found} is a supplement; an include names the code system it supplements ({expected})."
    ),
    "VALUESET_INCLUDE_CS_CONTENT": Rule(_W, "business-rule", "Of the code system {found} the content is '{content}'."),
    "VALUESET_INCLUDE_INVALID_CONCEPT_CODE": Rule(_W, "business-rule", "'{found}' is not a code of {system}."),
    "VALUESET_REFERENCE_INVALID_TYPE": Rule(_E, "invalid", "{found} is a {actual}, not a value set."),
    "VALUESET_REFERENCE_UNKNOWN": Rule(_W, "not-found", "The value set {found} is not known, so it was not checked."),
    "VALUESET_REFERENCE_INVALID_TYPE_NO_VERSION_0": Rule(
        _W, "business-rule", "The system '{found}' ends in '|'; a version is given in its own element."
    ),
    "VALUESET_REFERENCE_INVALID_TYPE_NO_VERSION_1": Rule(
        _E, "business-rule", "The version in the system '{found}' belongs into the element version."
    ),
    "VALUESET_REFERENCE_INVALID_TYPE_NO_VERSION_2": Rule(
        _E, "business-rule", "The version in the system '{found}' contradicts the element version."
    ),
    "VALUESET_REFERENCE_INVALID_TYPE_NO_VERSION_3": Rule(
        _E, "business-rule", "The version in the system '{found}' is said in the element version already."
    ),
    "VALUESET_UNKNOWN_FILTER_PROPERTY": Rule(_W, "not-found", "The code system {system} has no property '{found}'."),
    "VALUESET_UNKNOWN_FILTER_PROPERTY_NO_CS": Rule(
        _I, "not-found", "The code system {system} is not known, nor its property '{found}'."
    ),
    "VALUESET_BAD_FILTER_OP": Rule(
        _E, "not-found", "'{found}' is no operator for the property '{name}' of {system}; allowed: {expected}."
    ),
    "VALUESET_BAD_PROPERTY_NO_REGEX": Rule(_E, "invalid", "The property '{name}' cannot be filtered by a pattern."),
    "VALUESET_BAD_FILTER_VALUE_HAS_COMMA": Rule(
        _I, "invalid", "Only 'in' and 'not-in' take several values; here the comma belongs to the {kind}."
    ),
    "VALUESET_BAD_FILTER_VALUE_VALID_CODE": Rule(
        _E, "invalid", "The filter by '{name}' takes a code of {system}; '{found}' is none."
    ),
    "VALUESET_BAD_FILTER_VALUE_BOOLEAN": Rule(
        _E, "invalid", "The filter by '{name}' takes true or false, not '{found}'."
    ),
    "VALUESET_BAD_FILTER_VALUE_INTEGER": Rule(_E, "invalid", "The filter by '{name}' takes an integer, not '{found}'."),
    "VALUESET_BAD_FILTER_VALUE_DECIMAL": Rule(_E, "invalid", "The filter by '{name}' takes a number, not '{found}'."),
    "VALUESET_BAD_FILTER_VALUE_DATETIME": Rule(_E, "invalid", "The filter by '{name}' takes a date, not '{found}'."),
    "VALUESET_BAD_FILTER_VALUE_CODED": Rule(_E, "invalid", "The filter by '{name}' takes system#code, not '{found}'."),
    "VALUESET_BAD_FILTER_VALUE_CODED_INVALID": Rule(
        _E, "invalid", "The filter by '{name}' takes a code that exists; '{found}' does not."
    ),
    "VALUESET_BAD_FILTER_VALUE_INVALID": Rule(
        _E, "invalid", "'{found}' is not an expression constraint, so it is no value for '{name}'."
    ),
}

_CONCEPT_MAPS: dict[str, Rule] = {
    "CONCEPTMAP_VS_NOT_A_VS": Rule(_E, "invalid", "A value set belongs here, not a {found}."),
    "CONCEPTMAP_GROUP_TARGET_DUPLICATION": Rule(
        _W, "business-rule", "That {source_code} is {relation} to {target_code} has been said before."
    ),
    "CONCEPTMAP_GROUP_TARGET_DUPLICATION_DIFFERENT": Rule(
        _W,
        "business-rule",
        "{source_code} has been said to be {relation} to {target_code} before; this says otherwise.",
    ),
}

for _side, _words in (("SOURCE", "source"), ("TARGET", "target")):
    _CONCEPT_MAPS |= {
        f"CONCEPTMAP_GROUP_{_side}_MISSING": Rule(
            _W, "business-rule", f"The group has no {_words} code system, so its {_words} codes were not checked."
        ),
        f"CONCEPTMAP_GROUP_{_side}_SERVER_SIDE": Rule(
            _I, "business-rule", f"The {_words} codes of {{found}} were not checked; that needs a terminology service."
        ),
        f"CONCEPTMAP_GROUP_{_side}_UNKNOWN": Rule(
            _W, "not-found", f"The {_words} code system {{found}} is not known, so its codes were not checked."
        ),
        f"CONCEPTMAP_GROUP_{_side}_INCOMPLETE": Rule(
            _W, "business-rule", f"Of the {_words} code system {{found}} the content is '{{content}}'; not checked."
        ),
        f"CONCEPTMAP_GROUP_{_side}_CODE_INVALID": Rule(
            _E, "business-rule", f"The {_words} code '{{found}}' is not in the code system {{system}}."
        ),
        f"CONCEPTMAP_GROUP_{_side}_CODE_INVALID_VS": Rule(
            _E, "business-rule", f"The {_words} code '{{found}}' is not in the value set {{value_set}}."
        ),
        f"CONCEPTMAP_GROUP_{_side}_DISPLAY_INVALID": Rule(
            _W, "business-rule", f"The {_words} display '{{found}}' is not that of the code; expected {{expected}}."
        ),
    }

_SEARCHES: dict[str, Rule] = {
    "ED_SEARCH_EXPRESSION_ERROR": Rule(_E, "exception", "The expression {found} does not work here: {problem}."),
    "SEARCHPARAMETER_BAD_CHAR": Rule(
        _W, "business-rule", "The code '{found}' holds a character that searches reserve."
    ),
    "SEARCHPARAMETER_MISSING_COMPONENTS": Rule(
        _E, "business-rule", "A composite parameter has two components or more."
    ),
    "SEARCHPARAMETER_NOTFOUND": Rule(
        _W, "not-found", "The parameter {found} is not known, so the derivation was not checked."
    ),
    "SEARCHPARAMETER_TYPE_WRONG": Rule(
        _E, "business-rule", "The type is {found}, but {expected} in the parameter it is derived from."
    ),
    "SEARCHPARAMETER_BASE_WRONG": Rule(_E, "business-rule", "{found} is no base of {origin}, the parameter's origin."),
    "SEARCHPARAMETER_EXP_WRONG": Rule(
        _W, "business-rule", "The expression is not that of {origin}, the parameter's origin."
    ),
    "CapabalityStatement_CS_SP_WrongType": Rule(
        _E, "invalid", "The search parameter is defined with type {expected}, not {found}."
    ),
}

_STRUCTURES: dict[str, Rule] = {
    "DUPLICATE_ID": Rule(_E, "business-rule", "The id '{found}' is given to more than one element."),
    "ERROR_GENERATING_SNAPSHOT": Rule(_E, "exception", "No snapshot can be made of the profile: {problem}."),
    "Unable_to_find_base__for_": Rule(
        _W, "not-found", "The base {found} is not known, so the differential was not checked."
    ),
    "SD_NO_SLICING_ON_ROOT": Rule(_E, "invalid", "The root of a profile cannot be sliced."),
    "SD_PATH_NOT_VALID": Rule(_E, "invalid", "The discriminator '{found}' does not fit {element}."),
    "SD_PATH_TYPE_MISMATCH": Rule(_E, "invalid", "The path {found} must start with {expected}, the type."),
    "SD_CONSTRAINED_TYPE_NO_MATCH": Rule(_E, "invalid", "The type {found} must be that of the base, {expected}."),
    "SD_CONSTRAINED_KIND_NO_MATCH": Rule(_E, "invalid", "The kind {found} must be that of the base, {expected}."),
    "SD_DERIVATION_KIND_MISMATCH": Rule(_E, "invalid", "A profile of a {expected} cannot be of the kind {found}."),
    "SD_MUST_HAVE_DERIVATION": Rule(_E, "invalid", "With a baseDefinition there must be a derivation."),
    "SD_TYPE_NOT_DERIVED": Rule(_E, "invalid", "The type {found} is used only to constrain its own definition."),
    "SD_NO_CONTEXT_WHEN_NOT_EXTENSION": Rule(_E, "invalid", "Only extensions have a context; this is a {found}."),
    "SD_CONTEXT_SHOULD_ELEMENT_NOT_FOUND": Rule(_E, "invalid", "There is no element {found}."),
    "SD_EXTENSION_URL_MISSING": Rule(_E, "invalid", "Extension.url is not fixed to {expected}."),
    "SD_EXTENSION_URL_MISMATCH": Rule(_E, "invalid", "Extension.url is fixed to {found}, not to {expected}."),
    "SD_ILLEGAL_CHARACTERISTICS": Rule(_E, "invalid", "A {found} has no meaning for the type {types}."),
    "SD_ED_TYPE_NO_TARGET_PROFILE": Rule(_E, "invalid", "The type {found} has no target profiles."),
    "SD_ED_TYPE_PROFILE_UNKNOWN": Rule(_W, "not-found", "The profile {found} is not known."),
    "SD_ED_TYPE_PROFILE_WRONG": Rule(_E, "business-rule", "{found} is a profile of {actual}, not of {expected}."),
    "SD_ED_BIND_UNKNOWN_VS": Rule(_W, "not-found", "The value set {found} is not known."),
    "SD_ED_BIND_NOT_VS": Rule(_E, "business-rule", "{found} is no value set, but a {actual}."),
    "SD_ELEMENT_NOT_IN_CONSTRAINT": Rule(_E, "invalid", "A profile does not say {found}."),
    "ED_INVARIANT_NO_EXPRESSION": Rule(
        _I, "informational", "The rule {found} has no expression, so nobody can check it."
    ),
    "ED_INVARIANT_KEY_ALREADY_USED": Rule(_E, "invalid", "The rule {found} is there already, with another expression."),
    "ED_INVARIANT_DIFF_NO_SOURCE": Rule(_E, "invalid", "The source of the rule {found} is not this profile."),
    "ED_CONTEXT_INVARIANT_EXPRESSION_ERROR": Rule(_E, "exception", "The expression {found} does not work: {problem}."),
    "VR-VAL-0105": Rule(
        _E, "business-rule", "The differential's element {found} is not found in the base, in this order."
    ),
    "VR-VAL-0106": Rule(_E, "business-rule", "{element}: the {name} {found} goes beyond the base's {expected}."),
    "VR-VAL-0107": Rule(_E, "business-rule", "{element}: a value of type {found} cannot be fixed where {expected} is."),
    "VR-VAL-0108": Rule(_E, "business-rule", "{element}: the binding cannot be weakened from {expected} to {found}."),
    "VR-VAL-0109": Rule(
        _E,
        "business-rule",
        "{element}: the value set {value_set} holds codes that the base's {expected} does not ({found}).",
        "Take them out; a profile may only narrow what is required.",
    ),
    "VR-VAL-0110": Rule(
        _E,
        "value",
        "{element}: the slice {found} comes before the slicing is set up.",
        "Put an element with slicing (discriminator, rules) before it.",
    ),
    "VR-VAL-0111": Rule(
        _E,
        "business-rule",
        "{element}: the slice {found} is there twice, or has no sliceName.",
        "Give each slice a name of its own.",
    ),
    "SD_PATH_NO_SLICING": Rule(_E, "not-found", "{found} cannot be sliced, because it does not repeat."),
    "SD_SPECIALIZED_TYPE_MATCHES": Rule(_E, "not-found", "A specialisation of {found} must have a type of its own."),
    "SD_DERIVATION_NO_CONCRETE": Rule(
        _W, "not-found", "{found} is abstract, but nothing that could be used is known to be derived from it."
    ),
}

_MEASURES: dict[str, Rule] = {
    "OPDEF_PROFILE_NOT_FOUND": Rule(_E, "unknown", "The profile {found} of the {use}put parameters is not known."),
    "OPDEF_PROFILE_NOT_PARAMETERS": Rule(
        _E, "invalid", "The profile {found} of the {use}put parameters is not one of Parameters."
    ),
    "MEASURE_M_NO_GROUPS": Rule(_W, "required", "A measure should have at least one group."),
    "MEASURE_M_GROUP_CODE": Rule(_W, "required", "With several groups, each should have a code."),
    "MEASURE_M_GROUP_POP": Rule(_W, "required", "A group should have at least one population."),
    "MEASURE_M_GROUP_POP_NO_CODE": Rule(_W, "required", "With several populations, each should have a code."),
    "MEASURE_M_GROUP_STRATA_NO_CODE": Rule(_W, "required", "With several stratifiers, each should have a code."),
    "MEASURE_M_CRITERIA_UNKNOWN": Rule(_W, "required", "Criteria in the language {found} are not checked."),
    "MEASURE_M_CRITERIA_CQL_LIB_DUPL": Rule(_E, "invalid", "Several libraries of the measure are called {found}."),
    "MEASURE_M_CRITERIA_CQL_LIB_NOT_FOUND": Rule(_E, "invalid", "No library of the measure is called {found}."),
    "MEASURE_M_CRITERIA_CQL_ONLY_ONE_LIB": Rule(
        _E, "invalid", "The criteria name no library, and the measure has several."
    ),
    "MEASURE_MR_GRP_STRAT_NO_CODE": Rule(_E, "business-rule", "A stratifier has the code of one of the measure's."),
    "MEASURE_MR_GRP_STRAT_UNK_CODE": Rule(_E, "business-rule", "The measure has no stratifier {found} in this group."),
    "MEASURE_MR_GRP_STRAT_DUPL_CODE": Rule(_E, "business-rule", "The stratifier is there twice."),
    "MEASURE_MR_GRP_STRAT_MISSING_BY_CODE": Rule(
        _E, "business-rule", "The stratifier {found} of the measure is missing."
    ),
    "MEASURE_MR_GRP_POP_COUNT_MISMATCH": Rule(
        _E, "business-rule", "The count is {found}, but {expected} subjects are listed."
    ),
    "MEASURE_M_CRITERIA_CQL_NO_LIB": Rule(_E, "invalid", "The criteria are in CQL, but the measure names no library."),
    "Measure_MR_M_NotFound": Rule(
        _W, "business-rule", "The measure {found} is not known, so the report was not checked against it."
    ),
    "MEASURE_MR_GRP_NO_CODE": Rule(_E, "business-rule", "A group has the code of one of the measure's groups."),
    "MEASURE_MR_GRP_NO_WRONG_CODE": Rule(_E, "business-rule", "The group's code is {found}, the measure's {expected}."),
    "MEASURE_MR_GRP_UNK_CODE": Rule(_E, "business-rule", "The measure has no group {found}."),
    "MEASURE_MR_GRP_DUPL_CODE": Rule(_E, "business-rule", "The group is there twice."),
    "MEASURE_MR_GRP_MISSING_BY_CODE": Rule(_E, "business-rule", "The group {found} of the measure is missing."),
    "MEASURE_MR_GRP_POP_NO_CODE": Rule(_E, "business-rule", "A population has the code of one of the measure's."),
    "MEASURE_MR_GRP_POP_UNK_CODE": Rule(_E, "business-rule", "The measure has no population {found} in this group."),
    "MEASURE_MR_GRP_POP_DUPL_CODE": Rule(_E, "business-rule", "The population is there twice."),
    "MEASURE_MR_GRP_POP_MISSING_BY_CODE": Rule(
        _E, "business-rule", "The population {found} of the measure is missing."
    ),
    "MEASURE_MR_GRP_POP_NO_COUNT": Rule(_W, "business-rule", "A report that lists no subjects should give a count."),
    "MEASURE_MR_GRP_POP_NO_SUBJECTS": Rule(_E, "business-rule", "Only reports of type subject-list list subjects."),
    "MEASURE_MR_SCORE_REQUIRED": Rule(_E, "business-rule", "The measure's scoring is {scoring}, so a score is needed."),
    "MEASURE_MR_SCORE_PROHIBITED_RT": Rule(_E, "business-rule", "A report of collected data has no score."),
    "MEASURE_MR_SCORE_PROHIBITED_MS": Rule(_E, "business-rule", "A measure of a cohort has no score."),
    "MEASURE_MR_SCORE_VALUE_REQUIRED": Rule(_E, "business-rule", "A score of the kind {scoring} has a value."),
    "MEASURE_MR_SCORE_VALUE_INVALID_01": Rule(_E, "business-rule", "A proportion is between 0 and 1; found {found}."),
    "MEASURE_MR_SCORE_UNIT_PROHIBITED": Rule(_E, "business-rule", "A score of the kind {scoring} has no unit."),
    "MEASURE_MR_SCORE_UNIT_REQUIRED": Rule(_W, "business-rule", "A score of the kind {scoring} should have a unit."),
}

_BEST_PRACTICE: dict[str, Rule] = {
    "All_observations_should_have_a_subject": Rule(_W, "invalid", "An observation should say whom it is about."),
    "All_observations_should_have_a_performer": Rule(_W, "invalid", "An observation should say who made it."),
    "All_observations_should_have_an_effectiveDateTime_or_an_effectivePeriod": Rule(
        _W, "invalid", "An observation should say when it holds."
    ),
}

DEFINITION_RULES: Mapping[str, Rule] = (
    _CODE_SYSTEMS | _VALUE_SETS | _CONCEPT_MAPS | _SEARCHES | _STRUCTURES | _MEASURES | _BEST_PRACTICE
)
"""Rules about definitions, by id."""
