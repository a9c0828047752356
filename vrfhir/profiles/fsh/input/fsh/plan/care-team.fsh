Profile: VRCareTeam
Parent: $UKCore-CareTeam
Id: VR-CareTeam
Title: "VR Care Team"
Description: "Who is involved in a return to work: case manager, therapist, GP, the patient, and, with consent, the contact at the employer. A receiver can rely on a role and a member for everybody in the team."
* ^purpose = "The missing link between health care and employer is a person to call (seeds 001 and 003). The Fit for Work pilots (seed 004) gave each patient a case manager; the team says who that is."
* obeys vr-careteam-1 and vr-careteam-3
* status MS
* subject 1..1 MS
* subject only Reference(VRPatient)
* participant 1..* MS
* participant.role 1..1 MS
* participant.role from VRTeamRoleVS (extensible)
* participant.member 1..1 MS
* participant.member only Reference(VRPractitionerRole or VRPractitioner or VRPatient or Organization or RelatedPerson)
* participant obeys vr-careteam-2
* managingOrganization MS
* telecom MS

Invariant: vr-careteam-1
Description: "An active team has a professional who answers for it: a case manager, a therapist, an adviser or another professional."
Severity: #error
Expression: "status = 'active' implies participant.role.coding.where(system = 'https://vrfhir.org/fhir/CodeSystem/vr-profession').exists()"

Invariant: vr-careteam-2
Description: "The contact at the employer is not recorded as somebody who treats the patient: a related person or the employer itself, not a practitioner."
Severity: #error
Expression: "role.coding.where(code = 'employer-contact').exists() implies member.reference.matches('(^|/)(Practitioner|PractitionerRole)/').not()"

Invariant: vr-careteam-3
Description: "The case manager of an active team can be contacted: by the telephone or e-mail of the team, or of the case manager's own record."
Severity: #warning
Expression: "(status = 'active' and participant.role.coding.where(system = 'https://vrfhir.org/fhir/CodeSystem/vr-profession' and code = 'case-manager').exists()) implies (telecom.exists() or participant.where(role.coding.where(code = 'case-manager').exists()).member.resolve().all($this.telecom.exists()))"

CodeSystem: VRTeamRole
Id: vr-team-role
Title: "VR Team Role"
Description: "Roles in a return-to-work team beside those of professionals."
* ^purpose = "The employer and others outside health care take part in a return to work (seeds 003 and 004), but they do not treat the patient."
* ^caseSensitive = true
* #patient "Patient" "The person whose work it is about."
* #employer-contact "Contact at the employer" "Line manager, human resources or business owner; takes part only with the patient's consent."
* #carer "Carer or relative" "Somebody who supports the patient."
* #trade-union "Trade union representative" "Somebody who represents the patient at work."

ValueSet: VRTeamRoleVS
Id: vr-team-role
Title: "VR Team Role"
Description: "Professions and functions, and the roles of those who are not professionals."
* ^purpose = "For care teams, in which employer and carer have a place (seed 003)."
* include codes from system VRProfession
* include codes from system VRTeamRole
