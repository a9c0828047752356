Profile: VRInformationSharingConsent
Parent: $UKCore-Consent
Id: VR-InformationSharingConsent
Title: "VR Information-Sharing Consent"
Description: "Who may see what about a return to work, and for how long: the recipient by class and by name, the classes of content, the period, and where the patient said so. Consent that was taken back is inactive, with the day it ended. Nothing about an employer is ever derived from consent to direct care."
* ^purpose = "Patients fear that the employer will learn their diagnosis, and GPs write vague fit notes to protect them (seed 004); an unclear view of who sees the report keeps them from referring. Disclosure to an employer needs the patient's explicit consent (GMC guidance on confidentiality; UK GDPR article 9): BaRS implies consent for direct care only, and an absent ITK segment means nothing here."
* obeys vr-consent-1 and vr-consent-2 and vr-consent-3 and vr-consent-4 and vr-consent-5
* status MS
* scope = $consentscope#patient-privacy
* category 1..* MS
* patient 1..1 MS
* patient only Reference(VRPatient)
* dateTime 1..1 MS
* performer 1..* MS
* organization MS
* source[x] MS
* source[x] ^short = "Where the patient said so: the signed form, or the work-needs assessment"
* policy 1..* MS
* policy ^short = "The law or policy under which consent is asked, such as UK GDPR article 9(2)(a)"
* policy.uri 1..1
* provision 1..1 MS
* provision.type 1..1
* provision.type = #permit
* provision.period 1..1 MS
* provision.period.start 1..1 MS
* provision.actor 1..* MS
* provision.actor.role from VRRecipientClassVS (required)
* provision.actor.reference only Reference(VREmployer or VROrganization or VRPractitionerRole or VRPractitioner or CareTeam or RelatedPerson)
* provision.class 1..* MS
* provision.class from VRContentClassVS (required)

Invariant: vr-consent-1
Description: "Consent for an employer or an insurer names that employer or insurer."
Severity: #error
Expression: "provision.actor.where(role.coding.where(code = 'employer' or code = 'insurer').exists()).all(reference.reference.exists() or reference.identifier.exists())"

Invariant: vr-consent-2
Description: "Consent that was taken back says when it ended."
Severity: #error
Expression: "status = 'inactive' implies provision.period.end.exists()"

Invariant: vr-consent-3
Description: "An employer seldom needs diagnosis codes or the full record; ask again whether the patient meant that."
Severity: #warning
Expression: "provision.actor.role.coding.where(code = 'employer').exists() implies provision.class.where(code = 'diagnosis-codes' or code = 'full-record').empty()"

Invariant: vr-consent-4
Description: "Consent for an employer says where the patient gave it: a form, a document, or the work-needs assessment."
Severity: #error
Expression: "provision.actor.role.coding.where(code = 'employer').exists() implies source.exists()"

Invariant: vr-consent-5
Description: "Consent does not end before it was given."
Severity: #error
Expression: "(dateTime.exists() and provision.period.end.exists()) implies dateTime.toString().substring(0, 10) <= provision.period.end.toString().substring(0, 10)"

CodeSystem: VRContentClass
Id: vr-content-class
Title: "VR Content Class"
Description: "Classes of content that a patient may agree to share, from least to most."
* ^purpose = "A patient agrees to parts, not to all or nothing; what an employer may learn is decided class by class (seed 004; UK GDPR article 9)."
* ^caseSensitive = true
* #fitness-advice "Fitness advice" "Whether the patient is not fit, or may be fit for work, and for how long."
* #adjustments "Adjustments" "Arrangements and adjustments that would help."
* #plan "Return-to-work plan" "The schedule of the phased return and who does what."
* #condition-text "Condition in words" "The condition as the patient wants it put, which may be vague."
* #diagnosis-codes "Diagnosis codes" "Coded diagnoses."
* #full-record "Full record" "Everything that the service holds."

ValueSet: VRContentClassVS
Id: vr-content-class
Title: "VR Content Class"
Description: "All content classes."
* ^purpose = "What consent can name; anything else cannot be released to an employer (seed 004; UK GDPR article 9)."
* include codes from system VRContentClass

CodeSystem: VRRecipientClass
Id: vr-recipient-class
Title: "VR Recipient Class"
Description: "Kinds of recipients outside direct care, and those inside it whom patients ask about."
* ^purpose = "Patients and GPs want to know who sees what (seed 004); consent names the kind of recipient (UK GDPR article 9)."
* ^caseSensitive = true
* #employer "Employer" "The patient's employer: line manager, human resources."
* #occupational-health "Occupational health" "The employer's occupational health service."
* #public-employment-service "Public employment service" "The Department for Work and Pensions, a Jobcentre, or a provider for it."
* #third-sector "Third-sector organisation" "A charity or support organisation."
* #insurer "Insurer" "An income protection or liability insurer."
* #care-team "Health and care team" "Professionals who treat or support the patient."
* #relative "Carer or relative" "Somebody the patient names."

ValueSet: VRRecipientClassVS
Id: vr-recipient-class
Title: "VR Recipient Class"
Description: "All recipient classes."
* ^purpose = "Closed, so that consent can be checked by a machine before anything is released (seed 004; UK GDPR article 9)."
* include codes from system VRRecipientClass
