Profile: VRReport
Parent: $UKCore-Composition
Id: VR-Report
Title: "VR Report"
Description: "The assessment or discharge report of the service to the referrer, the GP and the patient: what was asked, what was found, what is recommended or came of it, and what happens next."
* ^purpose = "Referrers want to hear what became of their referral, and GPs want to know what was tried, so that they do not repeat it (seeds 001 and 004). The report goes to the patient too; what the employer gets is a statement of its own."
* obeys vr-report-1 and vr-report-2
* identifier MS
* status MS
* type from VRReportTypeVS (required)
* subject 1..1 MS
* subject only Reference(VRPatient)
* author MS
* author only Reference(VRPractitionerRole or VRPractitioner or VROrganization)
* custodian MS
* insert Sections
* section ^slicing.rules = #open
* section contains referral 1..1 MS and findings 0..1 MS and goals 0..1 MS and plan 0..1 MS and recommendations 0..1 MS and interventions 0..1 MS and outcome 0..1 MS and nextSteps 1..1 MS
* insert Section(referral, referral)
* section[referral].entry only Reference(VRPrescription or VRReferralTask)
* insert Section(findings, findings)
* insert Section(goals, goals)
* insert Section(plan, plan)
* insert Section(recommendations, recommendations)
* insert Section(interventions, interventions)
* insert Section(outcome, outcome)
* insert Section(nextSteps, next-steps)
* section[nextSteps].text 1..1

Invariant: vr-report-1
Description: "An assessment report says what was found and what is recommended."
Severity: #error
Expression: "type.coding.where(code = 'assessment-report').exists() implies (section.where(code.coding.where(code = 'findings').exists()).exists() and section.where(code.coding.where(code = 'recommendations').exists()).exists())"

Invariant: vr-report-2
Description: "A discharge report says what came of the referral."
Severity: #error
Expression: "type.coding.where(code = 'discharge-report').exists() implies section.where(code.coding.where(code = 'outcome').exists()).exists()"
