Profile: VRPractitioner
Parent: $UKCore-Practitioner
Id: VR-Practitioner
Title: "VR Practitioner"
Description: "A person who refers, issues a fit note, assesses or manages a case: doctor, nurse, occupational therapist, pharmacist, physiotherapist, employment adviser and others. A receiver can rely on a name; registration numbers stand in one slice for each register."
* ^purpose = "Since July 2022 five professions may issue fit notes in Great Britain, and any discipline may refer (seed 003). The practitioner profiles of NHS England admit only GMC, GMP and SDS numbers and so exclude therapists; this profile derives from UK Core instead."
* obeys vr-practitioner-1
* identifier MS
* identifier ^slicing.discriminator[0].type = #value
* identifier ^slicing.discriminator[0].path = "system"
* identifier ^slicing.rules = #open
* identifier contains gmc 0..1 MS and nmc 0..1 MS and hcpc 0..1 MS and gphc 0..1 MS and gmp 0..1 MS and sdsUserId 0..1 MS
* insert Register(gmc, $gmc-number, [[General Medical Council reference number]])
* identifier[gmc] obeys vr-practitioner-2
* insert Register(nmc, $nmc-number, [[Nursing and Midwifery Council PIN]])
* identifier[nmc] obeys vr-practitioner-3
* insert Register(hcpc, $hcpc-number, [[Health and Care Professions Council registration: therapists and other AHPs]])
* identifier[hcpc] obeys vr-practitioner-4
* insert Register(gphc, $gphc-number, [[General Pharmaceutical Council registration]])
* identifier[gphc] obeys vr-practitioner-5
* insert Register(gmp, $gmp-number, [[GMP code of a general practitioner]])
* identifier[gmp] obeys vr-practitioner-6
* insert Register(sdsUserId, $sds-user-id, [[Spine Directory Service user id in England]])
* name 1..* MS
* telecom MS

RuleSet: Register(slice, system, short)
* identifier[{slice}] ^short = "{short}"
* identifier[{slice}].system 1..1
* identifier[{slice}].system = {system}
* identifier[{slice}].value 1..1

Invariant: vr-practitioner-1
Description: "A name of the practitioner can be shown: it has a family name or a text."
Severity: #error
Expression: "name.exists() implies (name.family.exists() or name.text.exists())"

Invariant: vr-practitioner-2
Description: "A GMC number is seven digits, or the letter L and six digits."
Severity: #warning
Expression: "value.exists() implies value.matches('^([0-9]{7}|L[0-9]{6})$')"

Invariant: vr-practitioner-3
Description: "An NMC PIN is eight letters and digits."
Severity: #warning
Expression: "value.exists() implies value.matches('^[0-9A-Za-z]{8}$')"

Invariant: vr-practitioner-4
Description: "An HCPC number is two letters for the profession and up to six digits."
Severity: #warning
Expression: "value.exists() implies value.matches('^[A-Z]{2}[0-9]{1,6}$')"

Invariant: vr-practitioner-5
Description: "A GPhC number is seven digits and begins with 2."
Severity: #warning
Expression: "value.exists() implies value.matches('^2[0-9]{6}$')"

Invariant: vr-practitioner-6
Description: "A GMP code is one letter and seven digits."
Severity: #warning
Expression: "value.exists() implies value.matches('^[A-Z][0-9]{7}$')"

Profile: VRPractitionerRole
Parent: $UKCore-PractitionerRole
Id: VR-PractitionerRole
Title: "VR Practitioner Role"
Description: "A practitioner in an organisation, with the profession in which he or she acts. A receiver can rely on a person or an organisation to answer to. An HL7 v2 referral often names only one of them, so neither is required by itself."
* ^purpose = "Who issued, who referred and who manages the case decides whether a fit note is lawful and whom to call (seed 004: GPs want to know who sees the report; seed 000: clinical nurse specialists, oncologists and GPs prescribe)."
* obeys vr-role-1 and vr-role-2
* practitioner MS
* practitioner only Reference(VRPractitioner)
* organization MS
* organization only Reference(VROrganization or VREmployer)
* code MS
* code from VRPractitionerRoleVS (extensible)
* telecom MS

Invariant: vr-role-1
Description: "The role names a practitioner or an organisation."
Severity: #error
Expression: "practitioner.exists() or organization.exists()"

Invariant: vr-role-2
Description: "A case manager can be contacted: the role has a telephone number or e-mail address."
Severity: #error
Expression: "code.coding.where(system = 'https://vrfhir.org/fhir/CodeSystem/vr-profession' and code = 'case-manager').exists() implies telecom.exists()"
