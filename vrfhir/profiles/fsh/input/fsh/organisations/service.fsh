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
* program MS
* characteristic MS
* referralMethod MS
* extension contains
    ExtensionVRSupportLevelOffered named supportLevelOffered 0..* MS and
    ExtensionVRInterventionOffered named interventionOffered 0..* MS and
    ExtensionVRReferralRouteAccepted named referralRouteAccepted 0..* MS and
    ExtensionVRContactModeOffered named contactModeOffered 0..* MS and
    ExtensionVRFundingAccepted named fundingAccepted 0..* MS

Invariant: vr-service-1
Description: "A service that takes referrals can be contacted: telephone, e-mail or an endpoint is given."
Severity: #warning
Expression: "telecom.exists() or endpoint.exists()"

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
* insert Offered(VRSupportLevelVS)

Extension: ExtensionVRInterventionOffered
Id: Extension-VR-InterventionOffered
Title: "VR Intervention Offered"
Description: "An intervention that the service offers (seed 000, appendix 1; seed 004, section 4.1)."
* insert Offered(VRInterventionVS)

Extension: ExtensionVRReferralRouteAccepted
Id: Extension-VR-ReferralRouteAccepted
Title: "VR Referral Route Accepted"
Description: "A route by which the service takes referrals, self-referral among them (seed 001)."
* insert Offered(VRReferralRouteVS)

Extension: ExtensionVRContactModeOffered
Id: Extension-VR-ContactModeOffered
Title: "VR Contact Mode Offered"
Description: "A way in which the service sees people, work-site visits among them."
* insert Offered(VRContactModeVS)

Extension: ExtensionVRFundingAccepted
Id: Extension-VR-FundingAccepted
Title: "VR Funding Accepted"
Description: "A source of funding that the service accepts."
* insert Offered(VRFundingSourceVS)

ValueSet: VRServiceTypeVS
Id: vr-service-type
Title: "VR Service Type"
Description: "The kind of directory entry: the VR category code, or the SNOMED CT concepts for vocational rehabilitation and employment support."
* VRCategory#vocational-rehabilitation
* $sct#70082004
* $sct#335891000000102
* $sct#1098051000000103
* $sct#1082621000000104
