"""The rules of the validator: id, severity, FHIR issue type, what to say and what to do.

The ids are the message ids of HL7's validator for every rule that it has too (they are facts; the words are ours), and
``VR-VAL-<nnnn>`` for our own. Texts are format strings; what they name is given where a rule is reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from vrfhir.issues import Severity

__all__ = ["RULES", "Rule"]


class Rule(NamedTuple):
    """One rule as a row."""

    severity: Severity
    code: str
    text: str
    hint: str = ""


_E: Severity = "error"
_W: Severity = "warning"
_I: Severity = "information"
_F: Severity = "fatal"

_FORM: dict[str, Rule] = {
    "UNRECOGNISED_PROPERTY_": Rule(
        _E,
        "structure",
        "Property '{key}' is not part of {type}.",
        "Remove it, or correct its name. {near}",
    ),
    "ARRAY_CANNOT_BE_EMPTY": Rule(
        _E, "invalid", "The array is empty; a property without values must be left out.", "Remove the property."
    ),
    "OBJECT_MUST_HAVE_SOME_CONTENT": Rule(
        _E, "invalid", "The object is empty; an element without content must be left out.", "Remove the element."
    ),
    "THIS_PROPERTY_MUST_BE_AN_ARRAY_NOT_": Rule(
        _E, "invalid", "The JSON property '{key}' must be an array, but is {found}.", "Put the value in [ ]."
    ),
    "THIS_PROPERTY_MUST_BE__NOT_": Rule(_E, "invalid", "Property '{key}' must be {expected}, but is {found}."),
    "THIS_PROPERTY_MUST_BE_AN_OBJECT_NOT_": Rule(_E, "invalid", "Property '{key}' must be an object, but is {found}."),
    "THIS_PROPERTY_MUST_BE_AN_SIMPLE_VALUE_NOT_": Rule(
        _E, "invalid", "Property '{key}' must be a single value, but is {found}."
    ),
    "JSON_PROPERTY_INVALID_ARRAY": Rule(
        _E, "invalid", "Item {index} of the array is null and has no extension to stand for it."
    ),
    "ERROR_PARSING_JSON_THE_PRIMITIVE_VALUE_MUST_BE_A_STRING": Rule(
        _E, "invalid", "'{key}' is of type {type} and must be a JSON string.", "Put the value in quotes."
    ),
    "ERROR_PARSING_JSON_THE_PRIMITIVE_VALUE_MUST_BE_A_BOOLEAN": Rule(
        _E, "invalid", "'{key}' is of type {type} and must be true or false, without quotes."
    ),
    "ERROR_PARSING_JSON_THE_PRIMITIVE_VALUE_MUST_BE_A_NUMBER": Rule(
        _E, "invalid", "'{key}' is of type {type} and must be a JSON number, without quotes."
    ),
    "UNABLE_TO_FIND_RESOURCETYPE_PROPERTY": Rule(
        _F,
        "invalid",
        "There is no property 'resourceType'.",
        'Say which resource this is, for example "resourceType": "Patient".',
    ),
    "RESOURCETYPE_PROPERTY_WRONG_TYPE": Rule(
        _F, "invalid", "Property 'resourceType' must be a string, but is {found}."
    ),
    "THIS__CANNOT_BE_PARSED_AS_A_FHIR_OBJECT_UNKNOWN_NAME": Rule(
        _F, "structure", "'{found}' is not an R4 resource type.", "{near}"
    ),
    "CONTAINED_RESOURCE_DOES_NOT_APPEAR_TO_BE_A_FHIR_RESOURCE_UNKNOWN_NAME_": Rule(
        _F, "invalid", "'{found}' is not an R4 resource type."
    ),
    "INVALID_DISPLAY_NAME": Rule(
        _E, "code-invalid", "'{found}' is not a language tag.", "Use a tag such as en or en-GB (BCP-47)."
    ),
    "REFERENCE_REF_QUERY_NOT_TRANSACTION": Rule(
        _E, "invalid", "'{found}' is a search; references may be searches in transactions only."
    ),
    "TYPE_SPECIFIC_CHECKS_DT_ATT_B64_DECODE_FAIL": Rule(_E, "value", "The data of the attachment cannot be decoded."),
    "Type_Specific_Checks_DT_XHTML_Resolve": Rule(_E, "invalid", "The link '{found}' leads to nothing here."),
    "Type_Specific_Checks_DT_XHTML_Resolve_Img": Rule(_E, "invalid", "The image '{found}' is not here."),
    "TYPE_SPECIFIC_CHECKS_DT_XHTML_EMPTY_HREF": Rule(_E, "invalid", "A link leads nowhere: it is empty."),
    "TYPE_SPECIFIC_CHECKS_DT_XHTML_LITERAL_HREF": Rule(
        _E, "invalid", "The link '{found}' cannot be followed: its scheme names a thing, not a place."
    ),
    "TYPE_SPECIFIC_CHECKS_DT_XHTML_ACTIVE_HREF": Rule(
        _E, "invalid", "The link '{found}' runs a script; narratives hold no active content."
    ),
    "ERROR_PARSING_XHTML_": Rule(_E, "invalid", "The narrative is not well-formed XHTML: {problem}."),
    "VR-VAL-0004": Rule(_E, "structure", "'{found}' is an abstract type; a resource must be of a concrete one."),
    "VR-VAL-0002": Rule(
        _E, "too-costly", "Elements are nested more than {limit} deep; what is deeper was not checked."
    ),
}

_PRIMITIVES: dict[str, Rule] = {
    "Type_Specific_Checks_DT_Primitive_NotEmpty": Rule(
        _E, "invalid", "The value is empty; leave the element out instead."
    ),
    "Type_Specific_Checks_DT_Primitive_ValueExt": Rule(
        _E, "invalid", "A simple element has a value or extensions; here is neither."
    ),
    "http://hl7.org/fhir/StructureDefinition/Element#ele-1": Rule(
        _E, "invariant", "Rule ele-1 does not hold: an element must have a value or children."
    ),
    "Type_Specific_Checks_DT_Primitive_WS": Rule(_W, "invalid", "The value is only white space."),
    "Type_Specific_Checks_DT_Primitive_Length": Rule(
        _E, "invalid", "The value is longer than the {limit} characters allowed."
    ),
    "Type_Specific_Checks_DT_Boolean_Value": Rule(_E, "invalid", "'{found}' is not a boolean; use true or false."),
    "Type_Specific_Checks_DT_URI_OID": Rule(_E, "invalid", "A URI for an OID starts with 'urn:oid:', not 'oid:'."),
    "Type_Specific_Checks_DT_URI_UUID": Rule(_E, "invalid", "A URI for a UUID starts with 'urn:uuid:', not 'uuid:'."),
    "Type_Specific_Checks_DT_URI_WS": Rule(_E, "invalid", "A URI must not contain white space: '{found}'."),
    "Type_Specific_Checks_DT_OID_Start": Rule(_E, "invalid", "An OID starts with 'urn:oid:'; found '{found}'."),
    "Type_Specific_Checks_DT_UUID_Strat": Rule(_E, "invalid", "A UUID starts with 'urn:uuid:'; found '{found}'."),
    "Type_Specific_Checks_DT_UUID_Valid": Rule(
        _E, "invalid", "'{found}' is not a UUID in lower case (8-4-4-4-12 hexadecimal digits)."
    ),
    "Type_Specific_Checks_DT_OID_Valid": Rule(
        _E, "invalid", "'{found}' is not an OID (for example 2.16.840.1.113883)."
    ),
    "TYPE_SPECIFIC_CHECKS_CANONICAL_ABSOLUTE": Rule(
        _E, "invalid", "A canonical must be an absolute URL or a fragment (#id); found '{found}'."
    ),
    "TYPE_SPECIFIC_CHECKS_CANONICAL_CONTAINED": Rule(
        _E, "invalid", "The url of a contained resource must be absolute; found '{found}'."
    ),
    "TYPE_SPECIFIC_CHECKS_DT_URL_INTERNAL": Rule(
        _E, "invalid", "Nothing in this resource has the id that '{found}' points to."
    ),
    "TYPE_SPECIFIC_CHECKS_DT_URL_INTERNAL_WARN": Rule(
        _W, "invalid", "Nothing in this resource has the id that '{found}' points to."
    ),
    "TYPE_SPECIFIC_CHECKS_DT_CANONICAL_TYPE": Rule(
        _E, "invalid", "'{found}' is a {actual}; a {expected} is expected here."
    ),
    "TYPE_SPECIFIC_CHECKS_DT_CANONICAL_RESOLVE": Rule(_I, "invalid", "The canonical '{found}' is not known."),
    "TYPE_SPECIFIC_CHECKS_DT_URL_EXAMPLE": Rule(_E, "invalid", "URLs of example domains are not allowed: '{found}'."),
    "TYPE_SPECIFIC_CHECKS_DT_URL_RESOLVE": Rule(_E, "invalid", "Nothing is defined at '{found}'."),
    "Type_Specific_Checks_DT_ID_Valid": Rule(
        _E, "invalid", "'{found}' is not an id (1 to 64 letters, digits, '-' or '.')."
    ),
    "Type_Specific_Checks_DT_String_WS_ALL": Rule(_W, "invalid", "The text is only white space."),
    "Type_Specific_Checks_DT_String_WS": Rule(_W, "invalid", "The text starts or ends with white space."),
    "Type_Specific_Checks_DT_String_Length": Rule(_E, "invalid", "The text is longer than {limit} characters."),
    "Type_Specific_Checks_DT_DateTime_Valid": Rule(
        _E, "invalid", "'{found}' is not a dateTime (YYYY, YYYY-MM, YYYY-MM-DD or YYYY-MM-DDThh:mm:ss+zz:zz)."
    ),
    "Type_Specific_Checks_DT_DateTime_TZ": Rule(
        _E,
        "invalid",
        "A dateTime with a time needs a time zone; found '{found}'.",
        "Add Z or an offset such as +01:00.",
    ),
    "Type_Specific_Checks_DT_DateTime_Regex": Rule(
        _E, "invalid", "'{found}' is not an instant (YYYY-MM-DDThh:mm:ss.sss+zz:zz)."
    ),
    "Type_Specific_Checks_DT_DateTime_Reasonable": Rule(
        _W, "invalid", "The year of '{found}' is outside what is reasonable."
    ),
    "Type_Specific_Checks_DT_Instant_Valid": Rule(_E, "invalid", "'{found}' is not a day of the calendar."),
    "Type_Specific_Checks_DT_Date_Valid": Rule(_E, "invalid", "'{found}' is not a date (YYYY, YYYY-MM or YYYY-MM-DD)."),
    "Type_Specific_Checks_DT_Time_Valid": Rule(_E, "invalid", "'{found}' is not a time (hh:mm:ss)."),
    "Type_Specific_Checks_DT_Base64_Valid": Rule(_E, "invalid", "The value is not base64."),
    "TYPE_SPECIFIC_CHECKS_DT_BASE64_NO_WS_WARNING": Rule(_W, "invalid", "Base64 content should hold no white space."),
    "Type_Specific_Checks_DT_Integer_Valid": Rule(_E, "invalid", "'{found}' is not an integer of 32 bits."),
    "Type_Specific_Checks_DT_Integer_LT0": Rule(_E, "invalid", "The value must be 0 or more; found {found}."),
    "Type_Specific_Checks_DT_Integer_LT1": Rule(_E, "invalid", "The value must be 1 or more; found {found}."),
    "Type_Specific_Checks_DT_Integer_GT": Rule(_E, "invalid", "The value must not be above {limit}; found {found}."),
    "Type_Specific_Checks_DT_Integer_LT": Rule(_E, "invalid", "The value must not be below {limit}; found {found}."),
    "Type_Specific_Checks_DT_Decimal_Valid": Rule(_E, "invalid", "'{found}' is not a decimal number."),
    "Type_Specific_Checks_DT_Decimal_Range": Rule(
        _W, "value", "The number has more digits than systems can be expected to keep: {found}."
    ),
    "Type_Specific_Checks_DT_Decimal_GT": Rule(_E, "invalid", "The value must not be above {limit}; found {found}."),
    "Type_Specific_Checks_DT_Decimal_LT": Rule(_E, "invalid", "The value must not be below {limit}; found {found}."),
    "TYPE_SPECIFIC_CHECKS_DT_DT_GT": Rule(_E, "invalid", "The value must not be after {limit}; found {found}."),
    "TYPE_SPECIFIC_CHECKS_DT_DT_LT": Rule(_E, "invalid", "The value must not be before {limit}; found {found}."),
    "TYPE_SPECIFIC_CHECKS_DT_QTY_MIN_VALUE_WRONG": Rule(
        _E, "invalid", "The quantity must not be below {limit}; found {found}."
    ),
    "TYPE_SPECIFIC_CHECKS_DT_QTY_MAX_VALUE_WRONG": Rule(
        _E, "invalid", "The quantity must not be above {limit}; found {found}."
    ),
    "Type_Specific_Checks_DT_Code_WS": Rule(
        _E, "invalid", "A code has no leading, trailing or double white space: '{found}'."
    ),
    "TYPE_SPECIFIC_CHECKS_DT_MARKDOWN_HTML": Rule(_E, "invalid", "Markdown must not hold HTML here."),
    "UNICODE_XML_BAD_CHARS": Rule(_W, "invalid", "The text holds a control character that XML cannot carry ({found})."),
    "SECURITY_STRING_CONTENT_WARNING": Rule(
        _I, "invalid", "The text holds HTML tags; applications must treat it as plain text."
    ),
    "SECURITY_STRING_CONTENT_ERROR": Rule(_E, "invalid", "The text must not hold HTML tags."),
    "Type_Specific_Checks_DT_Identifier_System": Rule(
        _E, "code-invalid", "Identifier.system must be an absolute URI; found '{found}'."
    ),
    "TYPE_SPECIFIC_CHECKS_DT_IDENTIFIER_IETF_SYSTEM_VALUE": Rule(
        _E, "code-invalid", "With system urn:ietf:rfc:3986 the value must be a whole URI."
    ),
    "TYPE_SPECIFIC_CHECKS_DT_IDENTIFIER_IETF_SYSTEM_WRONG_2": Rule(
        _W,
        "code-invalid",
        "'{found}' is not the system of a UUID.",
        "Use system urn:ietf:rfc:3986 and put urn:uuid: before the value.",
    ),
    "TYPE_SPECIFIC_CHECKS_DT_ATT_NO_CONTENT": Rule(
        _W, "structure", "An attachment has data or a url, or at least says its type or language."
    ),
    "Resource_RES_ID_Missing": Rule(
        _E, "invalid", "The contained resource has no id.", "Give it an id; references to it are written #id."
    ),
    "Resource_RES_ID_Malformed_Length": Rule(_E, "invalid", "The id has {found} characters; at most 64 are allowed."),
    "Resource_RES_ID_Malformed_Chars": Rule(
        _E, "invalid", "'{found}' is not an id (1 to 64 letters, digits, '-' or '.')."
    ),
    "Duplicate_ID": Rule(_E, "business-rule", "The id '{found}' is used more than once in this resource."),
    "RESOURCE_DUPLICATE_CONTAINED_ID": Rule(_E, "duplicate", "Two contained resources have the id '{found}'."),
    "META_RES_SECURITY_DUPLICATE": Rule(_E, "business-rule", "The security label {found} is there twice."),
}

_PROFILES: dict[str, Rule] = {
    "Validation_VAL_Profile_Minimum": Rule(
        _E,
        "structure",
        "{element} is required {minimum} time(s) but found {found} time(s) (from {source}).",
        "Add {name}.",
    ),
    "Validation_VAL_Profile_Maximum": Rule(
        _E,
        "structure",
        "{element} is allowed {maximum} time(s) but found {found} time(s) (from {source}).",
        "Remove what is too many of {name}.",
    ),
    "Validation_VAL_Profile_Minimum_SLICE": Rule(
        _E,
        "structure",
        "Slice {element} is required {minimum} time(s) but found {found} time(s) (from {source}).",
        "Add an item that matches the slice: {match}.",
    ),
    "Validation_VAL_Profile_Minimum_SLICE_EXT": Rule(
        _E,
        "structure",
        "Extension {element} is required {minimum} time(s) but found {found} time(s) (from {source}).",
        "Add the extension {match}.",
    ),
    "VALIDATION_VAL_PROFILE_MINIMUM_MAGIC": Rule(
        _E, "structure", "{element} is required but not found (from {source}).", "Add the coding {match}."
    ),
    "Validation_VAL_Profile_NotAllowed": Rule(
        _E, "not-supported", "This element is not allowed by the profile {source}."
    ),
    "Validation_VAL_Profile_NotSlice": Rule(
        _E, "invalid", "This item matches no slice, and the slicing is closed (from {source})."
    ),
    "Validation_VAL_Profile_MatchMultiple": Rule(
        _E, "invalid", "This item matches more than one slice: {first} and {second} (from {source})."
    ),
    "Validation_VAL_Profile_SliceOrder": Rule(
        _E, "invalid", "The slices are not in the order the profile asks for (from {source})."
    ),
    "SLICING_CANNOT_BE_EVALUATED": Rule(
        _E, "processing", "The slicing of {element} in {source} cannot be evaluated: {problem}."
    ),
    "Extension_PROF_Type": Rule(_E, "structure", "The profile {source} allows {expected} here, but found {found}."),
    "Validation_VAL_Profile_NoType": Rule(
        _E, "structure", "{name} has a type that the profile does not allow; allowed: {expected} (from {source})."
    ),
    "VALIDATION_VAL_PROFILE_NOMATCH": Rule(
        _E, "structure", "The element conforms to none of the profiles allowed here: {expected}."
    ),
    "Validation_VAL_Profile_MultipleMatches": Rule(
        _W, "structure", "The element conforms to {found} of the profiles allowed here."
    ),
    "_DT_Fixed_Wrong": Rule(_E, "value", "The value is '{found}', but '{expected}' is fixed (from {source})."),
    "TYPE_CHECKS_PATTERN_CC": Rule(
        _E, "value", "The coding {expected} is required but not found (from {source}).", "Add the coding {expected}."
    ),
    "Terminology_TX_Coding_Count": Rule(
        _E,
        "value",
        "{least} coding(s) are required but {found} found (from {source}).",
        "Required: {expected}.",
    ),
    "Fixed_Type_Checks_DT_Pattern_Missing": Rule(
        _E, "value", "The {name} {expected} is required but not found (from {source})."
    ),
    "Profile_VAL_MissingElement": Rule(
        _E, "value", "'{name}' is missing; '{expected}' is required here (from {source})."
    ),
    "Profile_VAL_NotAllowed": Rule(_E, "value", "'{name}' must not be here (from {source})."),
    "VALIDATION_VAL_PROFILE_UNKNOWN_NOT_POLICY": Rule(
        _W,
        "structure",
        "The profile '{found}' is not known, so it was not checked.",
        "Load the package that defines it (--package).",
    ),
    "VALIDATION_VAL_PROFILE_OTHER_VERSION": Rule(
        _I, "structure", "The profile is of another FHIR version ({found}) and was not checked."
    ),
    "Validation_VAL_Profile_WrongType": Rule(
        _E, "invalid", "The profile {source} is for {expected}, but this is a {found}."
    ),
    "Validation_VAL_Unknown_Profile": Rule(_E, "structure", "The profile '{found}' asked for here is not known."),
    "VALIDATION_VAL_PROFILE_SIGNPOST": Rule(_I, "informational", "Checked against {found}."),
    "VALIDATION_VAL_PROFILE_SIGNPOST_META": Rule(
        _I, "informational", "Checked against {found}, because meta.profile says so."
    ),
    "VALIDATION_VAL_PROFILE_SIGNPOST_OBS": Rule(
        _I, "informational", "Checked against {found}, because the code {code} is a vital sign."
    ),
    "VALIDATION_VAL_PROFILE_DEPENDS_NOT_RESOLVED": Rule(
        _W, "business-rule", "The imposed profile '{found}' is not known, so it was not checked."
    ),
    "PROBLEM_PROCESSING_EXPRESSION__IN_PROFILE__PATH__": Rule(
        _E, "invariant", "The rule {key} of {source} cannot be read: {problem}."
    ),
}

_EXTENSIONS: dict[str, Rule] = {
    "Extension_EXT_Url_NotFound": Rule(_E, "invalid", "An extension must have a url that says what it is."),
    "Extension_EXT_URL_Absolute": Rule(_E, "invalid", "The url of an extension must be absolute; found '{found}'."),
    "Extension_EXT_Unknown_NotHere": Rule(
        _E,
        "structure",
        "The extension {found} is not known, so it is not allowed here.",
        "Load the package that defines it (--package), or correct the url.",
    ),
    "Extension_EXT_Unknown": Rule(_I, "structure", "The extension {found} is not known."),
    "Extension_EXT_SubExtension_Invalid": Rule(_E, "invalid", "'{found}' is not a part of the extension {source}."),
    "Extension_EXTP_Context_Wrong": Rule(
        _E, "structure", "The extension {found} may not be used here; allowed: {allowed}."
    ),
    "Extension_EXTM_Context_Wrong": Rule(
        _E, "structure", "The modifier extension {found} may not be used here; allowed: {allowed}."
    ),
    "Profile_EXT_Not_Here": Rule(
        _E, "structure", "The extension {found} may not be used here: its rule '{expression}' does not hold."
    ),
    "Extension_EXT_Modifier_Y": Rule(_E, "structure", "{found} is not a modifier extension; use 'extension'."),
    "Extension_EXT_Modifier_N": Rule(_E, "structure", "{found} is a modifier extension; use 'modifierExtension'."),
    "Extension_EXT_Type": Rule(
        _E, "structure", "The value of extension {found} must be of type {expected}, but is {actual}."
    ),
    "Extension_EXT_Simple_ABSENT": Rule(_E, "structure", "The extension {found} must have a value."),
    "Extension_EXT_Simple_WRONG": Rule(
        _E, "structure", "The extension {found} must have a value, not nested extensions."
    ),
    "EXT_VER_URL_NOT_ALLOWED": Rule(_E, "invalid", "The url of an extension must not carry a version."),
    "EXT_VER_URL_REVERSION": Rule(
        _E, "invalid", "The url of an extension must not carry a version; the extension known here is {source}."
    ),
    "FHIR_RESOURCE_ID_CANT_BE_EXTENDED": Rule(_E, "business-rule", "The id of a resource cannot have extensions."),
}

_TERMINOLOGY: dict[str, Rule] = {
    "Terminology_TX_Code_ValueSet_MISSING": Rule(
        _E, "code-invalid", "There is no code, and one from the value set is required."
    ),
    "UNABLE_TO_INFER_CODESYSTEM": Rule(
        _E, "not-found", "No code system of the value set {value_set} has the code '{found}'."
    ),
    "Terminology_TX_NoValid_16": Rule(
        _E, "code-invalid", "'{found}' is not in the value set {value_set}, which is required here.", "{near}"
    ),
    "Terminology_TX_NoValid_17": Rule(
        _W, "code-invalid", "'{found}' is not in the value set {value_set}; use one of its codes if one fits."
    ),
    "Terminology_TX_NoValid_18": Rule(_I, "code-invalid", "'{found}' is not in the preferred value set {value_set}."),
    "Terminology_TX_NoValid_15": Rule(
        _I, "code-invalid", "'{found}' could not be checked: the value set {value_set} cannot be expanded here."
    ),
    "Terminology_TX_NoValid_1_CC": Rule(
        _E,
        "code-invalid",
        "None of the codings is in the value set {value_set}, and one is required ({found}).",
        "{near}",
    ),
    "Terminology_TX_NoValid_2_CC": Rule(
        _W,
        "code-invalid",
        "None of the codings is in the value set {value_set}; use one of its codes if one fits ({found}).",
    ),
    "Terminology_TX_NoValid_3_CC": Rule(
        _I, "code-invalid", "None of the codings is in the preferred value set {value_set} ({found})."
    ),
    "Terminology_TX_NoValid_12": Rule(
        _E, "code-invalid", "The code {found} is not in the value set {value_set}, which is required here.", "{near}"
    ),
    "Terminology_TX_NoValid_13": Rule(
        _W, "code-invalid", "The code {found} is not in the value set {value_set}; use one of its codes if one fits."
    ),
    "Terminology_TX_NoValid_14": Rule(
        _I, "code-invalid", "The code {found} is not in the preferred value set {value_set}."
    ),
    "Terminology_TX_NoValid_8": Rule(
        _E, "code-invalid", "None of the codings is in the maximum value set {value_set} ({found})."
    ),
    "Terminology_TX_NoValid_11": Rule(_E, "code-invalid", "'{found}' is not in the maximum value set {value_set}."),
    "Terminology_TX_NoValid_10": Rule(
        _E, "code-invalid", "The code {found} is not in the maximum value set {value_set}."
    ),
    "Terminology_TX_Confirm_5": Rule(
        _W, "code-invalid", "The code {found} could not be checked against the value set {value_set}."
    ),
    "Terminology_TX_Code_ValueSetMax": Rule(
        _E, "code-invalid", "There is no code; one from the maximum value set {value_set} must be given."
    ),
    "UNKNOWN_CODESYSTEM_VERSION": Rule(
        _W,
        "not-found",
        "Version {found} of the code system {system} is not known, so the code was not checked.",
        "Leave the version out, or load the package that defines it.",
    ),
    "UNKNOWN_CODESYSTEM_VERSION_NONE": Rule(
        _W,
        "not-found",
        "No version of the code system {system} is known, {found} neither, so the code was not checked.",
    ),
    "VALUESET_VALUE_MISMATCH_DEFAULT": Rule(
        _W, "invalid", "The value set is made of another version of {system} than {found}."
    ),
    "VALUESET_SUPPLEMENT_MISSING": Rule(
        _W, "not-found", "The value set {value_set} needs the code system supplement {found}, which is not known."
    ),
    "VALUESET_VALUE_MISMATCH": Rule(
        _E, "invalid", "The value set is made of version {expected} of {system}; the coding is of version {found}."
    ),
    "UNKNOWN_CODE_IN_FRAGMENT": Rule(
        _W,
        "code-invalid",
        "'{found}' is not among the codes known of {system}, of which only a part is published; it may be right.",
    ),
    "INACTIVE_CONCEPT_FOUND": Rule(
        _W, "business-rule", "The code '{found}' is retired or inactive in its code system; see whether it still fits."
    ),
    "DEPRECATED_CONCEPT_FOUND": Rule(
        _W, "business-rule", "The code '{found}' is deprecated in its code system; see what replaces it."
    ),
    "Display_Name_WS_for__should_be_one_of__instead_of": Rule(
        _E, "invalid", "'{found}' differs by white space from a display of {system}#{code}: {expected}."
    ),
    "NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR": Rule(
        _E, "invalid", "'{found}' is not the display of {system}#{code}, which has none in this language. {expected}"
    ),
    "Terminology_TX_Confirm_4_CC": Rule(
        _W, "code-invalid", "The codings could not be checked against the required value set {value_set} ({found})."
    ),
    "Terminology_TX_Confirm_4a": Rule(
        _W, "code-invalid", "The code {found} could not be checked against the required value set {value_set}."
    ),
    "TERMINOLOGY_TX_NOSVC_BOUND_REQ": Rule(
        _W, "code-invalid", "The codes could not be checked against the required value set {value_set} ({found})."
    ),
    "TERMINOLOGY_TX_NOSVC_BOUND_EXT": Rule(
        _I, "code-invalid", "The codes could not be checked against the extensible value set {value_set} ({found})."
    ),
    "Terminology_TX_Code_ValueSet": Rule(
        _E, "code-invalid", "There is no code, and one from the value set {value_set} is required."
    ),
    "Terminology_TX_Code_ValueSet_Ext": Rule(
        _W, "code-invalid", "There is no code; one from the value set {value_set} should be given."
    ),
    "Terminology_TX_ValueSet_NotFound": Rule(
        _W, "code-invalid", "The value set {value_set} is not known, so the code was not checked."
    ),
    "Terminology_TX_Binding_NoSource": Rule(
        _I, "code-invalid", "The binding names no value set, so the code was not checked."
    ),
    "Unknown_Code_in_Version": Rule(_E, "code-invalid", "'{found}' is not a code of {system}."),
    "Display_Name_for__should_be_one_of__instead_of": Rule(
        _E, "invalid", "'{found}' is not a display of {system}#{code}; expected {expected}."
    ),
    "UNKNOWN_CODESYSTEM": Rule(_W, "not-found", "The code system {system} is not known, so the code was not checked."),
    "Error_validating_code_running_without_terminology_services": Rule(
        _W, "business-rule", "Codes of {system} cannot be checked without a terminology service."
    ),
    "Coding_has_no_system__cannot_validate": Rule(
        _W, "invalid", "The coding has no system; a code without one has no defined meaning."
    ),
    "TERMINOLOGY_TX_SYSTEM_NO_CODE": Rule(_W, "code-invalid", "The code has no system and so no defined meaning."),
    "Terminology_TX_System_Relative": Rule(
        _E, "code-invalid", "The system of a coding must be an absolute URI; found '{found}'."
    ),
    "TERMINOLOGY_TX_SYSTEM_VALUESET2": Rule(
        _E, "code-invalid", "{found} is a value set; the system of a coding is a code system."
    ),
    "TERMINOLOGY_TX_SYSTEM_HTTPS": Rule(_E, "code-invalid", "The code system is {expected}, not {found}."),
    "Terminology_TX_System_Invalid": Rule(_E, "code-invalid", "The code system is {expected}, not {found}."),
    "Terminology_TX_System_Unknown": Rule(_E, "code-invalid", "HL7 defines no code system {found}."),
    "CODESYSTEM_CS_NO_SUPPLEMENT": Rule(
        _E, "not-found", "{system} is a supplement; a coding names the code system it supplements."
    ),
}

_REFERENCES: dict[str, Rule] = {
    "Reference_REF_NoDisplay": Rule(
        _W, "structure", "A reference without reference or identifier should at least have a display."
    ),
    "REFERENCE_REF_INVALID_REF": Rule(_E, "invalid", "A reference must not contain white space."),
    "REFERENCE_REF_SUSPICIOUS": Rule(_W, "structure", "The reference '{found}' looks wrong."),
    "Reference_REF_CantResolve": Rule(_E, "structure", "Nothing is found at the reference '{found}'."),
    "Reference_REF_BadTargetType": Rule(_E, "structure", "The reference points to a {found}; allowed: {expected}."),
    "Reference_REF_BadTargetType2": Rule(
        _E, "structure", "The reference points to a {found} by its text; allowed: {expected}."
    ),
    "Reference_REF_WrongTarget": Rule(
        _E, "structure", "The type '{found}' of the reference is not allowed; allowed: {expected}."
    ),
    "Reference_REF_CantMatchChoice": Rule(
        _E, "structure", "The target of '{found}' conforms to none of the profiles allowed: {expected}."
    ),
    "Reference_REF_MultipleMatches": Rule(
        _W, "structure", "The target of '{found}' conforms to more than one of the profiles allowed."
    ),
    "Reference_REF_Aggregation": Rule(_E, "structure", "The reference is {found}; the profile allows {expected}."),
    "Reference_REF_Format1": Rule(
        _E, "invalid", "In a transaction a relative reference is Type/id or a search, Type?parameters; found '{found}'."
    ),
    "Reference_REF_Format2": Rule(_E, "invalid", "A relative reference is of the form Type/id; found '{found}'."),
    "REFERENCE_REF_NOTFOUND_BUNDLE": Rule(
        _E, "required", "The target of '{found}' must be in the Bundle or contained."
    ),
    "Details_for__matching_against_Profile_": Rule(
        _I, "structure", "The target of '{found}' does not conform to {profile}: {problem}"
    ),
    "REFERENCE_REF_QUERY_INVALID": Rule(_E, "invalid", "The conditional reference '{found}' is not a search."),
    "CONTAINED_ORPHAN_DOM3": Rule(
        _E,
        "invalid",
        "The contained resource '{found}' is referenced by nothing in this resource.",
        "Refer to it with #{found}, or remove it.",
    ),
}

_BUNDLES: dict[str, Rule] = {
    "Bundle_BUNDLE_Entry_NoFirst": Rule(_E, "invalid", "A {type} Bundle must have entries."),
    "Bundle_BUNDLE_Entry_NoFirstResource": Rule(
        _E, "invalid", "The first entry of a {type} Bundle must hold a resource."
    ),
    "Bundle_BUNDLE_Entry_Document": Rule(
        _E, "invalid", "The first entry of a document must be a Composition, but is a {found}."
    ),
    "Validation_BUNDLE_Message": Rule(
        _E, "invalid", "The first entry of a message must be a MessageHeader, but is a {found}."
    ),
    "BUNDLE_ENTRY_URL_ABSOLUTE": Rule(_E, "invalid", "The fullUrl must be absolute; found '{found}'."),
    "BUNDLE_ENTRY_URL_MATCHES_NO_ID": Rule(
        _E, "invalid", "The fullUrl '{found}' names an id, but the resource has none."
    ),
    "BUNDLE_ENTRY_URL_MATCHES_TYPE_ID": Rule(
        _E, "invalid", "The fullUrl '{found}' must end in /{expected}, as the resource says."
    ),
    "Bundle_BUNDLE_Entry_MismatchIdUrl": Rule(
        _E, "invalid", "The canonical url of the resource ({found}) is used as fullUrl, but its id is '{id}'."
    ),
    "BUNDLE_BUNDLE_ENTRY_FULLURL_REQUIRED": Rule(
        _E, "invalid", "Every entry needs a fullUrl, except in transactions and batches."
    ),
    "Bundle_BUNDLE_Entry_NoFullUrl": Rule(
        _E, "required", "The entry has no fullUrl, so references to it cannot be resolved."
    ),
    "Bundle_BUNDLE_FullUrl_Missing": Rule(
        _E, "required", "A relative reference cannot be resolved, because its entry has no fullUrl."
    ),
    "Bundle_BUNDLE_Entry_NotFound": Rule(_E, "not-found", "'{found}' ({element}) is not in the Bundle."),
    "BUNDLE_BUNDLE_ENTRY_NOTFOUND_CANNOT": Rule(
        _E, "not-found", "'{found}' ({element}) is in the Bundle only under another fullUrl, so it is not found."
    ),
    "BUNDLE_BUNDLE_ENTRY_NOTFOUND_APPARENT": Rule(
        _E, "not-found", "'{found}' in entry {entry} is in the Bundle only under another fullUrl, so it is not found."
    ),
    "Bundle_BUNDLE_Entry_Orphan_DOCUMENT": Rule(
        _E, "informational", "The entry {found} is not reached from the Composition by any reference."
    ),
    "Bundle_BUNDLE_Entry_Orphan_MESSAGE": Rule(
        _W, "informational", "The entry {found} is not reached from the MessageHeader by any reference."
    ),
    "BUNDLE_BUNDLE_POSSIBLE_MATCH_WRONG_FU": Rule(
        _W,
        "informational",
        "'{found}' is not in the Bundle by its fullUrl, though an entry has that type and id ({near}).",
    ),
    "BUNDLE_BUNDLE_POSSIBLE_MATCH_NO_FU": Rule(
        _W,
        "informational",
        "'{found}' is not in the Bundle by its fullUrl; entry {near} has that type and id, but no fullUrl.",
        "Give the entry a fullUrl.",
    ),
    "Bundle_BUNDLE_Not_Local": Rule(_W, "informational", "The URL '{found}' is not in the Bundle."),
    "BUNDLE_LINK_SEARCH_PROHIBITED": Rule(_E, "invalid", "A link '{found}' has no meaning in this kind of Bundle."),
    "BUNDLE_LINK_SEARCH_NO_DUPLICATES": Rule(_E, "invalid", "There is more than one link '{found}'."),
    "BUNDLE_SEARCH_NOSELF": Rule(_W, "invalid", "A searchset should have a self link."),
    "BUNDLE_SEARCH_SELF_NOT_UNDERSTOOD": Rule(_I, "invalid", "The self link does not say what was searched for."),
    "BUNDLE_SEARCH_NO_MODE": Rule(_W, "invalid", "Entries of a searchset should have a search mode."),
    "BUNDLE_SEARCH_ENTRY_NO_RESOURCE": Rule(_E, "invalid", "Entries of a searchset must hold a resource."),
    "BUNDLE_SEARCH_ENTRY_NO_RESOURCE_ID": Rule(_E, "invalid", "Resources in a searchset must have an id."),
    "BUNDLE_SEARCH_ENTRY_TYPE_NOT_SURE": Rule(
        _I, "invalid", "Without a self link it cannot be said whether this resource was searched for."
    ),
    "BUNDLE_SEARCH_ENTRY_WRONG_RESOURCE_TYPE_MODE": Rule(
        _E, "invalid", "A {found} is not what was searched for ({expected})."
    ),
    "BUNDLE_SEARCH_ENTRY_WRONG_RESOURCE_TYPE_NO_MODE": Rule(
        _W, "invalid", "A {found} is not what was searched for ({expected})."
    ),
    "BUNDLE_SEARCH_ENTRY_WRONG_RESOURCE_TYPE_OUTCOME": Rule(
        _E, "invalid", "An entry with mode outcome must be an OperationOutcome, but is a {found}."
    ),
    "BUNDLE_BUNDLE_ENTRY_TYPE": Rule(_E, "informational", "A {found} is not allowed here; allowed: {expected}."),
    "Bundle_BUNDLE_Entry_Type2": Rule(_E, "informational", "A {found} is not allowed here; allowed: {expected}."),
    "Bundle_BUNDLE_Entry_Type3": Rule(_E, "informational", "A {found} is not allowed here; allowed: {expected}."),
    "BUNDLE_BUNDLE_ENTRY_MULTIPLE_PROFILES_NO_MATCH": Rule(
        _E, "invalid", "The resource conforms to none of the profiles allowed here: {expected}."
    ),
}

_NARRATIVE: dict[str, Rule] = {
    "XHTML_XHTML_NS_InValid": Rule(
        _E, "invalid", "The narrative must be a div in the namespace http://www.w3.org/1999/xhtml; found '{found}'."
    ),
    "XHTML_XHTML_Name_Invalid": Rule(_E, "invalid", "The narrative must be a div, but is '{found}'."),
    "XHTML_XHTML_Element_Illegal": Rule(_E, "invalid", "The element '{found}' is not allowed in a narrative."),
    "XHTML_XHTML_Attribute_Illegal": Rule(
        _E, "invalid", "The attribute '{found}' of '{element}' is not allowed in a narrative."
    ),
    "XHTML_XHTML_Element_Illegal_IN_PARA": Rule(
        _E, "invalid", "The element '{found}' is not allowed inside a paragraph."
    ),
    "XHTML_XHTML_BLOCK_IN_PARA": Rule(_E, "structure", "Inside '{element}' there is only text, but there is: {found}."),
    "XHTML_XHTML_NO_RECURSION": Rule(_E, "structure", "The element '{element}' must not stand inside itself."),
    "XHTML_XHTML_NO_CHILDREN": Rule(_E, "structure", "The element '{element}' must be empty."),
    "XHTML_XHTML_OUT_OF_PLACE": Rule(
        _E, "structure", "The element '{element}' must stand in {expected}, but stands in {found}."
    ),
    "XHTML_XHTML_ILLEGAL_CHILDREN": Rule(
        _E, "structure", "The element '{element}' must not directly contain: {found} (@text is text)."
    ),
    "XHTML_XHTML_DUPLICATE_IDS": Rule(_W, "business-rule", "Ids that occur more than once in the narrative: {found}."),
    "XHTML_XHTML_MIXED_LANG": Rule(
        _W, "business-rule", "The narrative has divisions for languages ({found}) beside text that is in none of them."
    ),
    "XHTML_XHTML_ATTRIBUTE_XML_SPACE": Rule(_I, "invalid", "The attribute xml:space has no effect in a narrative."),
    "XHTML_URL_INVALID": Rule(_E, "invalid", "The link '{found}' is not a valid URL."),
    "XHTML_URL_EMPTY": Rule(_E, "invalid", "The link is empty."),
    "XHTML_IDREF_NOT_FOUND": Rule(_W, "invalid", "Nothing in the narrative has the id '{found}'."),
    "XHTML_XHTML_DOCTYPE_ILLEGAL": Rule(_E, "invalid", "A narrative must not have a DOCTYPE or entity declarations."),
    "http://hl7.org/fhir/StructureDefinition/Narrative#txt-1": Rule(
        _E,
        "invariant",
        "Rule txt-1 does not hold: the narrative may only hold basic HTML formatting elements and attributes.",
    ),
    "http://hl7.org/fhir/StructureDefinition/Narrative#txt-2": Rule(
        _E, "invariant", "Rule txt-2 does not hold: the narrative must have some content."
    ),
    "Language_XHTML_Lang_Missing1": Rule(
        _W, "business-rule", "The resource has a language, but the narrative has neither lang nor xml:lang."
    ),
    "Language_XHTML_Lang_Missing2": Rule(
        _W, "business-rule", "The resource has a language, but the narrative has no lang."
    ),
    "Language_XHTML_Lang_Missing3": Rule(
        _W, "business-rule", "The resource has a language, but the narrative has no xml:lang."
    ),
    "Language_XHTML_Lang_Different1": Rule(
        _W, "business-rule", "The language of the resource ({expected}) and of the narrative's lang ({found}) differ."
    ),
    "Language_XHTML_Lang_Different2": Rule(
        _W,
        "business-rule",
        "The language of the resource ({expected}) and of the narrative's xml:lang ({found}) differ.",
    ),
}

_QUESTIONNAIRES: dict[str, Rule] = {
    "Questionnaire_QR_Q_None": Rule(_I, "required", "No questionnaire is named, so the answers were not checked."),
    "Questionnaire_QR_Q_NotFound": Rule(
        _W,
        "required",
        "The questionnaire '{found}' is not known, so the answers were not checked.",
        "Load the package that defines it (--package).",
    ),
    "Questionnaire_QR_Item_NoLinkId": Rule(_E, "required", "An item has no linkId."),
    "Questionnaire_QR_Item_NotFound": Rule(_E, "not-found", "The questionnaire has no item with linkId '{found}'."),
    "Questionnaire_QR_Item_Order": Rule(_E, "structure", "The items are not in the order of the questionnaire."),
    "Questionnaire_QR_Item_Missing": Rule(_E, "required", "The item '{found}' needs an answer."),
    "Questionnaire_QR_Item_OnlyOneA": Rule(_E, "invalid", "Only one answer is allowed here."),
    "Questionnaire_QR_Item_OnlyOneI": Rule(_E, "invalid", "The item '{found}' is allowed only once."),
    "Questionnaire_QR_Item_NotEnabled2": Rule(
        _E, "invalid", "The item '{found}' has an answer, though it is not enabled by the other answers."
    ),
    "Questionnaire_QR_Item_Text": Rule(_E, "invalid", "The text of item '{found}' differs from the questionnaire."),
    "Questionnaire_QR_Item_Group": Rule(_E, "structure", "A group has no answers of its own."),
    "Questionnaire_QR_Item_GroupAnswer": Rule(
        _E, "structure", "The items under question '{found}' belong under its answer."
    ),
    "QUESTIONNAIRE_QR_ITEM_GROUP_REQUIRED": Rule(_E, "invariant", "A required group must have items."),
    "Questionnaire_QR_Item_Display": Rule(_E, "structure", "The display item '{found}' has no items."),
    "Questionnaire_QR_Item_Display_No_Value": Rule(_E, "structure", "A display item has no answers."),
    "Questionnaire_QR_Item_NoType": Rule(_E, "structure", "An answer to '{found}' has no value."),
    "Questionnaire_QR_Item_WrongType": Rule(_E, "invariant", "The answer must be of type {expected}, but is {found}."),
    "Questionnaire_QR_Item_NoCoding": Rule(_E, "invariant", "The code {found} is not among the answer options."),
    "Questionnaire_QR_Item_NoDate": Rule(_E, "invariant", "The date {found} is not among the answer options."),
    "Questionnaire_QR_Item_NoTime": Rule(_E, "invariant", "The time {found} is not among the answer options."),
    "Questionnaire_QR_Item_NoInteger": Rule(_E, "invariant", "The number {found} is not among the answer options."),
    "Questionnaire_QR_Item_NoString": Rule(_E, "invariant", "The text is not among the answer options."),
    "Questionnaire_QR_Item_NoOptions": Rule(_I, "invariant", "There are no answer options to check against."),
    "QUESTIONNAIRE_QR_ITEM_DECIMAL_INVALID_UNITS": Rule(
        _E, "invariant", "The unit of {found} is none of the units that the questionnaire offers."
    ),
    "Questionnaire_QR_Item_StringNoOptions": Rule(
        _I, "invariant", "There are no textual answer options to check against."
    ),
    "Questionnaire_QR_Item_DateNoOptions": Rule(
        _I, "invariant", "There are no dates among the answer options to check against."
    ),
    "Questionnaire_QR_Item_TimeNoOptions": Rule(
        _I, "invariant", "There are no times among the answer options to check against."
    ),
    "Questionnaire_QR_Item_IntegerNoOptions": Rule(
        _I, "invariant", "There are no numbers among the answer options to check against."
    ),
    "Questionnaire_QR_Item_BadOption": Rule(
        _E, "code-invalid", "The code {found} is not in the answer value set {value_set}."
    ),
    "QUESTIONNAIRE_QR_ITEM_VS_FAIL": Rule(_E, "invariant", "'{found}' is not in the answer value set {value_set}."),
    "QUESTIONNAIRE_QR_ITEM_MAX_OCCURS": Rule(
        _E, "invalid", "At most {limit} answers are allowed, but there are {found}."
    ),
    "QUESTIONNAIRE_QR_ITEM_MIN_OCCURS": Rule(
        _E, "invalid", "At least {limit} answers are needed, but there are {found}."
    ),
    "QUESTIONNAIRE_QR_ITEM_STRING_MAX_LENGTH": Rule(
        _E, "invariant", "The answer has {found} characters; at most {limit} are allowed."
    ),
    "QUESTIONNAIRE_QR_ITEM_STRING_MIN_LENGTH": Rule(
        _E, "invariant", "The answer has {found} characters; at least {limit} are needed."
    ),
    "QUESTIONNAIRE_QR_ITEM_STRING_REGEX_EF": Rule(
        _E, "invariant", "The answer is not of the form asked for: {expected}."
    ),
    "QUESTIONNAIRE_QR_ITEM_STRING_REGEX": Rule(
        _E, "invariant", "The answer does not match the pattern {expected} that the questionnaire asks for."
    ),
    "QUESTIONNAIRE_QR_ITEM_EXCLUSIVE": Rule(
        _E, "invariant", "This option excludes all others, but another one is chosen beside it."
    ),
    "QUESTIONNAIRE_QR_ITEM_NOT_ATTACHMENT_MIMETYPE": Rule(
        _E, "required", "The attachment must say its type; allowed: {expected}."
    ),
    "QUESTIONNAIRE_QR_ITEM_DECIMAL_UNIT_FAIL_VS": Rule(
        _E, "invariant", "The unit of {found} is not in the value set {value_set} of the question."
    ),
    "QUESTIONNAIRE_QR_ITEM_BADOPTION_CS": Rule(
        _W,
        "code-invalid",
        "The code {found} could not be checked against {value_set}: its code system {system} is not known.",
    ),
    "QUESTIONNAIRE_QR_ITEM_DECIMAL_MAX_DECIMALS": Rule(
        _E, "invariant", "{found} has more than {limit} decimal places."
    ),
    "QUESTIONNAIRE_QR_ITEM_BAD_ATTACHMENT_LENGTH": Rule(
        _E, "required", "The attachment has {found} bytes; at most {limit} are allowed."
    ),
    "QUESTIONNAIRE_QR_ITEM_BAD_ATTACHMENT_MIMETYPE": Rule(
        _E, "required", "The type {found} is not allowed; allowed: {expected}."
    ),
    "QUESTIONNAIRE_QR_ITEM_REF_INVALID": Rule(
        _E, "invariant", "A reference to a {found} is not allowed; allowed: {expected}."
    ),
    "QUESTIONNAIRE_QR_ITEM_REF_INVALID_GENERAL": Rule(_E, "invariant", "'{found}' is not a resource type."),
    "Questionnaire_Q_EnableWhen_NoLink": Rule(_E, "business-rule", "A condition of enableWhen names no question."),
    "Questionnaire_Q_EnableWhen_Self": Rule(_E, "business-rule", "An item cannot be enabled by its own answer."),
    "Questionnaire_Q_EnableWhen_IsInner": Rule(
        _E, "business-rule", "An item cannot be enabled by an answer inside itself."
    ),
    "Questionnaire_Q_EnableWhen_NoTarget": Rule(
        _E, "business-rule", "There is no item with the linkId '{found}' that enableWhen names."
    ),
    "TYPE_SPECIFIC_CHECKS_DT_ATT_SIZE_CORRECT": Rule(
        _E, "structure", "The attachment states a size of {stated} bytes, but has {found}."
    ),
    "Reference_REF_ResourceType": Rule(
        _E, "required", "The reference names another type than its target, which is a {found}."
    ),
    "VR-VAL-0005": Rule(
        _E,
        "too-costly",
        "Rule {key} takes too many steps on this resource; it was not decided for all of its elements.",
        "Give its author a simpler expression, or split the resource.",
    ),
    "VR-VAL-0006": Rule(
        _E,
        "too-costly",
        "There are more than {limit} findings; the others are not shown.",
        "Correct these first, then check again.",
    ),
    "VR-VAL-0101": Rule(
        _W, "business-rule", "The response was authored {found}, before the questionnaire was in use ({limit})."
    ),
    "VR-VAL-0102": Rule(
        _W, "business-rule", "The response was authored {found}, after the questionnaire was in use ({limit})."
    ),
    "VR-VAL-0103": Rule(_E, "structure", "The item '{found}' is in another place in the questionnaire."),
}

for _kind in ("Coding", "String", "Date", "Time", "Integer"):
    _QUESTIONNAIRES[f"Questionnaire_QR_Item_NoOptions{_kind}"] = Rule(
        _E, "invariant", "An answer of this type cannot be given: none of the answer options is one."
    )

for _kind in ("INTEGER", "DECIMAL", "DATE"):
    _QUESTIONNAIRES[f"QUESTIONNAIRE_QR_ITEM_{_kind}_VALUE_EXCEPTION"] = Rule(
        _E, "invariant", "'{found}' cannot be read, so it cannot be compared with what the questionnaire allows."
    )

for _kind, _bound in (("MIN", "minimum"), ("MAX", "maximum")):
    _QUESTIONNAIRES[f"QUESTIONNAIRE_QR_ITEM_DECIMAL_CANNOT_COMPARE_{_kind}"] = Rule(
        _E, "invariant", f"The quantity {{found}} cannot be compared with the allowed {_bound} of {{limit}}."
    )
    _QUESTIONNAIRES[f"QUESTIONNAIRE_QR_ITEM_DECIMAL_CANNOT_COMPARE_{_kind}_UNITS"] = Rule(
        _E,
        "invariant",
        f"The quantity {{found}} cannot be compared with the allowed {_bound} of {{limit}}: no unit code and system.",
    )

for _kind in ("INTEGER", "DECIMAL", "DATE", "TIME", "QUANTITY"):
    _QUESTIONNAIRES[f"QUESTIONNAIRE_QR_ITEM_{_kind}_MIN"] = Rule(
        _E, "invariant", "{found} is below the allowed minimum of {limit}."
    )
    _QUESTIONNAIRES[f"QUESTIONNAIRE_QR_ITEM_{_kind}_MAX"] = Rule(
        _E, "invariant", "{found} is above the allowed maximum of {limit}."
    )


class _Rules(dict[str, Rule]):
    """All rules; those about definitions are read when the first of them is asked for."""

    def __missing__(self, key: str) -> Rule:
        from vrfhir.validation.definition_rules import DEFINITION_RULES

        return DEFINITION_RULES[key]

    def get(self, key: str, default: Any = None) -> Any:
        """A rule, or the default where there is none of that id."""
        try:
            return self[key]
        except KeyError:
            return default


RULES: Mapping[str, Rule] = _Rules(
    _FORM | _PRIMITIVES | _PROFILES | _EXTENSIONS | _TERMINOLOGY | _REFERENCES | _BUNDLES | _NARRATIVE | _QUESTIONNAIRES
)
"""Every rule by its id. Invariants have the id ``<profile>#<key>`` and are not listed."""
