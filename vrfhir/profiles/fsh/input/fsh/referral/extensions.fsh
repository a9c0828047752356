Extension: ExtensionVRSupportLevel
Id: Extension-VR-SupportLevel
Title: "VR Support Level"
Description: "The level of support asked for (A advice, B expert assessment, C case management, or staged), the level that the rules suggested, and why the clinician chose another one."
* ^purpose = "Seed 004, table 4.1: GPs want guidance on the level and want to be free to override it. The suggestion never blocks; the reason is kept so that criteria can evolve."
* insert RequestContext
* obeys vr-level-1
* extension contains level 1..1 MS and suggestedLevel 0..1 MS and overrideReason 0..1 MS
* extension[level] ^short = "The level asked for"
* extension[level].value[x] 1..1
* extension[level].value[x] only CodeableConcept
* extension[level].value[x] from VRSupportLevelVS (required)
* extension[suggestedLevel] ^short = "The level that the rules suggested"
* extension[suggestedLevel].value[x] 1..1
* extension[suggestedLevel].value[x] only CodeableConcept
* extension[suggestedLevel].value[x] from VRSupportLevelVS (required)
* extension[overrideReason] ^short = "Why the clinician chose another level"
* extension[overrideReason].value[x] 1..1
* extension[overrideReason].value[x] only string

Invariant: vr-level-1
Description: "A level other than the suggested one comes with the reason for the override."
Severity: #error
Expression: "extension('suggestedLevel').empty() or extension('overrideReason').exists() or extension('level').value.coding.code.intersect(extension('suggestedLevel').value.coding.code).exists()"

Extension: ExtensionVRPathwayPoint
Id: Extension-VR-PathwayPoint
Title: "VR Pathway Point"
Description: "The point of the clinical pathway at which the prescription was written, such as at diagnosis, at the end of treatment or at the Cancer Care Review (seed 000)."
* ^purpose = "Seed 000 asks for a prescription near diagnosis and at the end of treatment; this shows whether it happens."
* insert RequestContext
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from VRPathwayPointVS (extensible)

Extension: ExtensionVRRehabilitationPhase
Id: Extension-VR-RehabilitationPhase
Title: "VR Rehabilitation Phase"
Description: "The aim of rehabilitation at this time: preventative, restorative, supportive or palliative (seed 001)."
* ^purpose = "Seed 001 distinguishes four aims; what can be promised differs between them."
* insert RequestContext
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from VRRehabilitationPhaseVS (required)

Extension: ExtensionVRReferralRoute
Id: Extension-VR-ReferralRoute
Title: "VR Referral Route"
Description: "The route by which the referral came: within a practice, from hospital, by the patient, by the employer, stepped up from a lower level. Stands beside the UK Core source of the request, which says who referred in SNOMED CT."
* ^purpose = "Seeds 001 to 004 open routes beside the GP; commissioners count them."
* insert RequestContext
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from VRReferralRouteVS (extensible)

Extension: ExtensionVRReferralTrigger
Id: Extension-VR-ReferralTrigger
Title: "VR Referral Trigger"
Description: "What set off the referral, such as a repeated fit note, a Holistic Needs Assessment or a prompt on the record (seeds 000 and 004)."
* ^purpose = "Seeds 000 and 004 say what should set off a referral."
* insert RequestContext
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from VRReferralTriggerVS (extensible)

Extension: ExtensionVRPatientWish
Id: Extension-VR-PatientWish
Title: "VR Patient Wish"
Description: "Whether the patient wants to work towards staying in or returning to work: wants to, is unsure, or not now. Not now comes with the date to ask again (seed 003: newly diagnosed people may be overwhelmed)."
* ^purpose = "Seed 003: people newly diagnosed may be overwhelmed; not now is respected and asked again."
* insert RequestContext
* obeys vr-wish-1
* extension contains wish 1..1 MS and reviewDate 0..1 MS
* extension[wish] ^short = "What the patient wishes"
* extension[wish].value[x] 1..1
* extension[wish].value[x] only CodeableConcept
* extension[wish].value[x] from VRPatientWishVS (required)
* extension[reviewDate] ^short = "When to ask again"
* extension[reviewDate].value[x] 1..1
* extension[reviewDate].value[x] only date

Invariant: vr-wish-1
Description: "A patient who says not now is asked again: the review date is given."
Severity: #error
Expression: "extension('wish').value.coding.where(code = 'not-now').exists() implies extension('reviewDate').exists()"

Extension: ExtensionVRFundingSource
Id: Extension-VR-FundingSource
Title: "VR Funding Source"
Description: "Who is expected to pay for the service. The UK Core coverage extension knows only public and private; vocational rehabilitation is also bought through personal health budgets, by employers and by insurers (seed 000)."
* ^purpose = "Seed 000 lists how rehabilitation is bought; a service asks before it starts."
* insert RequestContext
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from VRFundingSourceVS (extensible)

Extension: ExtensionVRContactModePreference
Id: Extension-VR-ContactModePreference
Title: "VR Contact Mode Preference"
Description: "How the patient would like to be seen by the service: in person, by telephone, by video, at the workplace or at home (seed 004: face to face or telephone; seed 003: remote delivery)."
* ^purpose = "How people want to be seen differs, and it decides whether they come (seeds 003 and 004)."
* insert RequestContext
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from VRContactModeVS (required)

RuleSet: RequestContext
* ^context[+].type = #element
* ^context[=].expression = "ServiceRequest"
* ^context[+].type = #element
* ^context[=].expression = "CarePlan"
