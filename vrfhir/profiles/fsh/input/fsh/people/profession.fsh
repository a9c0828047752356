CodeSystem: VRProfession
Id: vr-profession
Title: "VR Profession"
Description: "Professions and functions of the people who refer, issue fit notes, assess, treat or manage a vocational rehabilitation case. The first five are those that may issue a statement of fitness for work in Great Britain since 1 July 2022 (SI 1976/615 and SI 1985/1604 as amended)."
* ^purpose = "Five professions may sign a statement (SI 1976/615, SI 1985/1604 as amended in 2022), and any discipline may refer (seed 003)."
* ^caseSensitive = true
* #doctor "Doctor" "Registered medical practitioner, in general practice or hospital. May issue a fit note."
* #nurse "Nurse" "Registered nurse. May issue a fit note."
* #occupational-therapist "Occupational therapist" "Registered occupational therapist. May issue a fit note."
* #pharmacist "Pharmacist" "Registered pharmacist. May issue a fit note."
* #physiotherapist "Physiotherapist" "Registered physiotherapist. May issue a fit note."
* #clinical-nurse-specialist "Clinical nurse specialist" "Specialist nurse for a condition, such as cancer or multiple sclerosis; named in seeds 000 and 003 as the natural issuer of a VR prescription. A registered nurse, who may issue a fit note."
* #allied-health-professional "Other allied health professional" "Podiatrist, dietitian, speech and language therapist and others. May issue the AHP Health and Work Report, not a fit note."
* #psychologist "Psychologist" "Clinical, counselling or occupational psychologist."
* #case-manager "Case manager" "Coordinates the whole case, from assessment to sustained return (support level C)."
* #occupational-health-physician "Occupational health physician" "Doctor who advises on health and work, for an employer or a service."
* #occupational-health-nurse "Occupational health nurse" "Nurse who advises on health and work, for an employer or a service."
* #employment-adviser "Employment adviser" "Employment specialist or adviser in a health, third-sector or public employment service."
* #rehabilitation-coordinator "Rehabilitation coordinator" "Coordinates rehabilitation in a trauma network and issues the Rehabilitation Prescription."
* #social-prescriber "Social prescribing link worker" "Connects patients of a primary care network with community support."
* #administrator "Administrator" "Handles referrals and letters, without clinical responsibility."

ValueSet: VRProfessionVS
Id: vr-profession
Title: "VR Profession"
Description: "All professions and functions of the VR Profession code system."
* ^purpose = "For roles and teams (seeds 000, 003 and 004)."
* include codes from system VRProfession

ValueSet: VRFitNoteIssuerVS
Id: vr-fit-note-issuer
Title: "VR Fit Note Issuer"
Description: "The professions that may issue a statement of fitness for work in Great Britain. A clinical nurse specialist signs as a nurse."
* ^purpose = "Closed, because the law closes it: SI 1976/615 and SI 1985/1604 as amended in 2022 name these five."
* VRProfession#doctor
* VRProfession#nurse
* VRProfession#occupational-therapist
* VRProfession#pharmacist
* VRProfession#physiotherapist

ValueSet: VRPractitionerRoleVS
Id: vr-practitioner-role
Title: "VR Practitioner Role"
Description: "What a person is (profession) and, for roles that come from an HL7 v2 PRD or CTD segment, what he or she does in the referral (tables 0286 and 0131)."
* ^purpose = "One list for the roles that come as professions and those that come in HL7 v2 segments (seed 003: any discipline may refer)."
* include codes from system VRProfession
* include codes from system $v2-0286
* include codes from system $v2-0131
