Extension: ExtensionVRV2Content
Id: Extension-VR-V2Content
Title: "VR V2 Content"
Description: "One leaf of an HL7 v2 message that has no element in FHIR, kept where its segment went: the path of the leaf, its text exactly as sent, the data type and the HL7 version."
* ^purpose = "Information is lost between services (seed 001). Nothing of a message is lost without a word: what cannot be mapped is carried, shown to nobody who does not look for it, and available for the way back to HL7 v2."
* ^context[+].type = #element
* ^context[=].expression = "Element"
* ^context[+].type = #element
* ^context[=].expression = "Resource"
* extension contains path 1..1 and value 1..1 and type 0..1 and version 0..1
* extension[path] ^short = "Full path of the leaf, such as RF1[1]-15[1].1"
* extension[path].value[x] 1..1
* extension[path].value[x] only string
* extension[path].value[x] obeys vr-v2-1
* extension[value] ^short = "The text of the leaf as it stood in the message, escapes not decoded"
* extension[value].value[x] 1..1
* extension[value].value[x] only string
* extension[type] ^short = "HL7 v2 data type, such as ST or CWE"
* extension[type].value[x] 1..1
* extension[type].value[x] only code
* extension[version] ^short = "HL7 version of the message, such as 2.4"
* extension[version].value[x] 1..1
* extension[version].value[x] only string

Invariant: vr-v2-1
Description: "The path names a segment, its occurrence, field, repetition and component, such as RF1[1]-15[1].1."
Severity: #error
Expression: "$this.matches('^[A-Z][A-Z0-9]{2}(\\\\[[0-9]+\\\\])?(-[0-9]+(\\\\[[0-9]+\\\\])?([.][0-9]+){0,2})?$')"

Extension: ExtensionVRAssumedTimeZone
Id: Extension-VR-AssumedTimeZone
Title: "VR Assumed Time Zone"
Description: "Marks a time whose offset was not in the source (HL7 v2 rarely sends one) and was computed from this time zone, given by its IANA name such as Europe/London."
* ^purpose = "A date of assessment decides whether a statement is lawful (SI 1976/615), so an assumed offset must be seen as assumed."
* ^context[+].type = #element
* ^context[=].expression = "Element"
* value[x] 1..1
* value[x] only string

Profile: VRProvenance
Parent: $UKCore-Provenance
Id: VR-Provenance
Title: "VR Provenance"
Description: "Where a resource came from: the message or document it was made of, the software that made it, and when."
* ^purpose = "What a legacy message became must be traceable to the message, for the clinician who doubts a value and for the auditor (UK GDPR article 5: accuracy and accountability; seed 001)."
* recorded MS
* agent MS
* entity 1..* MS
* entity ^short = "The message or document it was made of, by reference or identifier"
