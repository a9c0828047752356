Extension: ExtensionVRSupportingInfoRole
Id: Extension-VR-SupportingInfoRole
Title: "VR Supporting Information Role"
Description: "What a reference in the supporting information is for: the work-needs assessment, the fit note, the job, the absence, consent and so on. It stands on the reference, so that a receiver can tell before resolving it, and where it cannot be resolved; a slice by the type or profile of the target could do neither, because several targets are Observations."
* ^purpose = "The service sees at once what came along and what is missing (seed 001)."
* ^context[+].type = #element
* ^context[=].expression = "Reference"
* value[x] 1..1
* value[x] only code
* value[x] from VRSupportingInfoRoleVS (required)

RuleSet: SupportingInfoSlicing
* supportingInfo ^slicing.discriminator[0].type = #value
* supportingInfo ^slicing.discriminator[0].path = "extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-SupportingInfoRole').value"
* supportingInfo ^slicing.rules = #open

RuleSet: SupportingInfo(slice, code, short)
* supportingInfo[{slice}] ^short = "{short}"
* supportingInfo[{slice}].extension contains ExtensionVRSupportingInfoRole named role 1..1
* supportingInfo[{slice}].extension[role].valueCode = {code}

CodeSystem: VRSupportingInfoRole
Id: vr-supporting-info-role
Title: "VR Supporting Information Role"
Description: "What a piece of supporting information is for (reference, section 5.6: the minimum data set of a vocational rehabilitation referral)."
* ^purpose = "A referral travels with what the service would otherwise ask again (seed 001); the role says what each piece is."
* ^caseSensitive = true
* #work-needs-assessment "Work-needs assessment" "The completed work-needs assessment."
* #fit-note "Fit note" "The current statement of fitness for work."
* #employment "Employment" "The job the patient has."
* #absence "Sickness absence" "The current spell of sickness absence."
* #consent "Consent" "Consent to share information."
* #holistic-needs-assessment "Holistic Needs Assessment" "The Holistic Needs Assessment, with its work concern."
* #rehabilitation-prescription "Rehabilitation Prescription" "The Rehabilitation Prescription after trauma."
* #prescription "VR prescription" "The prescription that a plan carries out."
* #score "Score" "A score, such as work ability."

ValueSet: VRSupportingInfoRoleVS
Id: vr-supporting-info-role
Title: "VR Supporting Information Role"
Description: "All roles of supporting information."
* ^purpose = "Closed, because the slices of the supporting information rest on it (seed 001: nothing is to be asked twice)."
* include codes from system VRSupportingInfoRole
