Profile: VRService
Parent: $UKCore-HealthcareService
Id: VR-Service
Title: "VR Service"
Description: "An entry of the directory of vocational rehabilitation services: what it offers, at which levels, to whom, where, how and by which routes one gets in. A receiver can rely on the name, the provider and the mark that it is a vocational rehabilitation service."
* ^purpose = "Nobody knows which services exist (seeds 000 and 001). A directory entry carries the criteria, so that a referral is not declined for a reason that could have been known (seed 002: referral and exclusion criteria, tiers)."
* obeys vr-service-1
* active MS
* providedBy 1..1 MS
* providedBy only Reference(VROrganization)
* category MS
* type 1..* MS
* type from VRServiceTypeVS (extensible)
* name 1..1 MS
* comment MS
* telecom MS
* coverageArea MS
* eligibility MS
* eligibility ^slicing.discriminator[0].type = #pattern
* eligibility ^slicing.discriminator[0].path = "code"
* eligibility ^slicing.rules = #open
* eligibility contains inclusion 0..* MS and exclusion 0..* MS
* insert Criterion(inclusion, [[Who may be referred, in words and, where one fits, as a code beside ours]])
* insert Criterion(exclusion, [[Who may not be referred, or not yet]])
* program MS
* characteristic MS
* referralMethod MS
* extension contains
    ExtensionVRSupportLevelOffered named supportLevelOffered 0..* MS and
    ExtensionVRInterventionOffered named interventionOffered 0..* MS and
    ExtensionVRReferralRouteAccepted named referralRouteAccepted 0..* MS and
    ExtensionVRContactModeOffered named contactModeOffered 0..* MS and
    ExtensionVRFundingAccepted named fundingAccepted 0..* MS and
    ExtensionVRConditionGroupAccepted named conditionGroupAccepted 0..* MS and
    ExtensionVRExpectedWait named expectedWait 0..1 MS

Invariant: vr-service-1
Description: "A service that takes referrals can be contacted: telephone, e-mail or an endpoint is given."
Severity: #warning
Expression: "telecom.exists() or endpoint.exists()"

RuleSet: Criterion(slice, short)
* eligibility[{slice}] ^short = "{short}"
* eligibility[{slice}].code 1..1
* eligibility[{slice}].code = VREligibility#{slice}
* eligibility[{slice}].comment 1..1 MS

RuleSet: Offered(valueset)
* ^context[+].type = #element
* ^context[=].expression = "HealthcareService"
* value[x] 1..1
* value[x] only CodeableConcept
* value[x] from {valueset} (extensible)

Extension: ExtensionVRSupportLevelOffered
Id: Extension-VR-SupportLevelOffered
Title: "VR Support Level Offered"
Description: "A level of support that the service offers (seed 004: options A, B and C)."
* ^purpose = "A referral at a level that the service does not offer comes back (seed 002: tiers)."
* insert Offered(VRSupportLevelVS)

Extension: ExtensionVRInterventionOffered
Id: Extension-VR-InterventionOffered
Title: "VR Intervention Offered"
Description: "An intervention that the service offers (seed 000, appendix 1; seed 004, section 4.1)."
* ^purpose = "What a service offers is what referrers cannot find out today (seed 001)."
* insert Offered(VRInterventionVS)

Extension: ExtensionVRReferralRouteAccepted
Id: Extension-VR-ReferralRouteAccepted
Title: "VR Referral Route Accepted"
Description: "A route by which the service takes referrals, self-referral among them (seed 001)."
* ^purpose = "Whether one may refer oneself is the first thing a patient wants to know (seed 001)."
* insert Offered(VRReferralRouteVS)

Extension: ExtensionVRContactModeOffered
Id: Extension-VR-ContactModeOffered
Title: "VR Contact Mode Offered"
Description: "A way in which the service sees people, work-site visits among them."
* ^purpose = "Remote delivery and visits to the workplace differ between services (seeds 003 and 004)."
* insert Offered(VRContactModeVS)

Extension: ExtensionVRFundingAccepted
Id: Extension-VR-FundingAccepted
Title: "VR Funding Accepted"
Description: "A source of funding that the service accepts."
* ^purpose = "A person with a personal health budget or an insurer needs to find a service that takes it (seed 000)."
* insert Offered(VRFundingSourceVS)

Extension: ExtensionVRConditionGroupAccepted
Id: Extension-VR-ConditionGroupAccepted
Title: "VR Condition Group Accepted"
Description: "A group of conditions for which the service is made: cancer, nervous system, back and joints, mental health and so on. None given means any."
* ^purpose = "A service for people with cancer (seed 000) or multiple sclerosis (seed 003) is not one for back pain (seed 004); referrers cannot tell today."
* insert Offered(VRConditionGroupVS)

Extension: ExtensionVRExpectedWait
Id: Extension-VR-ExpectedWait
Title: "VR Expected Wait"
Description: "How long people wait for a first appointment at present, and when that was last looked at."
* ^purpose = "Long waits lose jobs (seeds 001 and 004: early support is what works); a referrer who knows the wait can choose another service."
* ^context[+].type = #element
* ^context[=].expression = "HealthcareService"
* obeys vr-wait-1
* extension contains wait 1..1 MS and asOf 1..1 MS
* extension[wait] ^short = "Days, weeks or months"
* extension[wait].value[x] 1..1
* extension[wait].value[x] only Duration
* extension[wait].valueDuration.value 1..1
* extension[wait].valueDuration.code 1..1
* extension[asOf] ^short = "The day to which the figure belongs"
* extension[asOf].value[x] 1..1
* extension[asOf].value[x] only date

Invariant: vr-wait-1
Description: "An expected wait is not negative and counts days, weeks or months."
Severity: #error
Expression: "extension('wait').value.all(value >= 0 and (code = 'd' or code = 'wk' or code = 'mo'))"

CodeSystem: VREligibility
Id: vr-eligibility
Title: "VR Eligibility"
Description: "Whether a criterion of a service lets people in or keeps them out."
* ^purpose = "A referral should not be declined for a criterion that could have been known: referral and exclusion criteria are published with the service (seed 002)."
* ^caseSensitive = true
* #inclusion "Inclusion criterion" "Who meets it may be referred."
* #exclusion "Exclusion criterion" "Who meets it may not be referred, or not yet."

ValueSet: VREligibilityVS
Id: vr-eligibility
Title: "VR Eligibility"
Description: "Both kinds of criteria."
* ^purpose = "Keeps criteria that let in apart from criteria that keep out (seed 002)."
* include codes from system VREligibility

ValueSet: VRServiceTypeVS
Id: vr-service-type
Title: "VR Service Type"
Description: "The kind of directory entry: the VR category code, or the SNOMED CT concepts for vocational rehabilitation and employment support."
* ^purpose = "Marks a directory entry as one that seed 001 says nobody can find."
* VRCategory#vocational-rehabilitation
* $sct#70082004
* $sct#335891000000102
* $sct#1098051000000103
* $sct#1082621000000104
