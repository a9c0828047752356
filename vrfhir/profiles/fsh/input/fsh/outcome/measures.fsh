RuleSet: Measure(id, title, scoring, improvement)
* url = "https://vrfhir.org/fhir/Measure/vr-{id}"
* version = "0.1.0"
* title = "{title}"
* status = #draft
* subjectCodeableConcept = http://hl7.org/fhir/resource-types#Patient
* scoring = http://terminology.hl7.org/CodeSystem/measure-scoring#{scoring}
* improvementNotation = http://terminology.hl7.org/CodeSystem/measure-improvement-notation#{improvement}

RuleSet: Population(code, display, description, expression)
* group.population[+].code = http://terminology.hl7.org/CodeSystem/measure-population#{code} "{display}"
* group.population[=].description = "{description}"
* group.population[=].criteria.language = #text/fhirpath
* group.population[=].criteria.expression = "{expression}"

RuleSet: Strata
* group.stratifier[+].code = VRMeasureStratum#level
* group.stratifier[=].criteria.language = #text/fhirpath
* group.stratifier[=].criteria.expression = "ServiceRequest.extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-SupportLevel').extension('level').value.coding.code"
* group.stratifier[+].code = VRMeasureStratum#route
* group.stratifier[=].criteria.language = #text/fhirpath
* group.stratifier[=].criteria.expression = "ServiceRequest.extension('https://vrfhir.org/fhir/StructureDefinition/Extension-VR-ReferralRoute').value.coding.code"

Instance: vr-referrals
InstanceOf: Measure
Usage: #definition
* insert Measure(referrals, [[VR Referrals]], cohort, increase)
* name = "VRReferrals"
* description = "How many people were referred in the period, by support level, route and group of conditions."
* purpose = "The first number that a commissioner asks for (seed 001); Rosebank reports 325 in ten months (seed 002)."
* insert Population(initial-population, Initial Population, [[Prescriptions written in the period]], [[ServiceRequest.where(status != 'entered-in-error')]])
* insert Strata
* group.stratifier[+].code = VRMeasureStratum#condition-group
* group.stratifier[=].criteria.language = #text/fhirpath
* group.stratifier[=].criteria.expression = "QuestionnaireResponse.descendants().where(linkId = 'health-groups').answer.value.code"

Instance: vr-first-contact
InstanceOf: Measure
Usage: #definition
* insert Measure(first-contact, [[VR First Contact in Time]], proportion, increase)
* name = "VRFirstContact"
* description = "Share of accepted referrals whose assessment took place within 14 days."
* purpose = "Early support is what works (seed 004: from four weeks of absence); the Fit for Work pilots had two working days for the first call."
* insert Population(initial-population, Initial Population, [[Prescriptions written in the period]], [[ServiceRequest.where(status != 'entered-in-error')]])
* insert Population(denominator, Denominator, [[Referrals that were accepted]], [[Task.where(status in ('accepted' | 'in-progress' | 'on-hold' | 'completed'))]])
* insert Population(numerator, Numerator, [[Assessed within 14 days of the referral]], [[QuestionnaireResponse.where(authored <= %request.authoredOn + 14 days)]])
* insert Strata

Instance: vr-return-to-work
InstanceOf: Measure
Usage: #definition
* insert Measure(return-to-work, [[VR Return to Work]], proportion, increase)
* name = "VRReturnToWork"
* description = "Share of people off sick at referral who were at work at discharge."
* purpose = "The outcome that seeds 002 and 004 ask for."
* insert Population(initial-population, Initial Population, [[People off sick at referral and discharged in the period]], [[Observation.where(code.coding.where(code = 'work-absence').exists() and value.coding.where(code = 'Y').exists())]])
* insert Population(denominator, Denominator, [[The same, with an outcome at discharge]], [[Observation.where(code.coding.where(code = 'outcome').exists())]])
* insert Population(numerator, Numerator, [[At work at discharge, in any job]], [[Observation.where(code.coding.where(code = 'outcome').exists() and value.coding.where(code in ('at-work' | 'at-work-adjusted' | 'at-work-reduced' | 'other-employer' | 'self-employed')).exists())]])
* insert Strata

Instance: vr-sustained-13w
InstanceOf: Measure
Usage: #definition
* insert Measure(sustained-13w, [[VR Sustained at 13 Weeks]], proportion, increase)
* name = "VRSustained13w"
* description = "Share of people who returned to work and are at work 13 weeks later."
* purpose = "A return that does not last is no success (seed 002); IPS services count 13 weeks too."
* insert Population(initial-population, Initial Population, [[People who returned to work]], [[Observation.where(code.coding.where(code = 'outcome').exists())]])
* insert Population(denominator, Denominator, [[The same, with an outcome at 13 weeks]], [[Observation.component.where(value.coding.where(code = '13w').exists())]])
* insert Population(numerator, Numerator, [[At work at 13 weeks]], [[Observation.where(value.coding.where(code in ('at-work' | 'at-work-adjusted' | 'at-work-reduced' | 'other-employer' | 'self-employed')).exists())]])
* insert Strata

Instance: vr-sustained-26w
InstanceOf: Measure
Usage: #definition
* insert Measure(sustained-26w, [[VR Sustained at 26 Weeks]], proportion, increase)
* name = "VRSustained26w"
* description = "Share of people who returned to work and are at work 26 weeks later."
* purpose = "The half-year that seed 003 asks for, with outcomes for person, employer and society."
* insert Population(initial-population, Initial Population, [[People who returned to work]], [[Observation.where(code.coding.where(code = 'outcome').exists())]])
* insert Population(denominator, Denominator, [[The same, with an outcome at 26 weeks]], [[Observation.component.where(value.coding.where(code = '26w').exists())]])
* insert Population(numerator, Numerator, [[At work at 26 weeks]], [[Observation.where(value.coding.where(code in ('at-work' | 'at-work-adjusted' | 'at-work-reduced' | 'other-employer' | 'self-employed')).exists())]])
* insert Strata

Instance: vr-answered
InstanceOf: Measure
Usage: #definition
* insert Measure(answered, [[VR Referrals Answered]], proportion, increase)
* name = "VRAnswered"
* description = "Share of referrals that were accepted or declined within five days."
* purpose = "Referrers do not hear what became of their referrals (seed 001); this counts whether they do."
* insert Population(initial-population, Initial Population, [[Prescriptions written in the period]], [[ServiceRequest.where(status != 'entered-in-error')]])
* insert Population(denominator, Denominator, [[Referrals that were not taken back]], [[Task.where(status != 'cancelled')]])
* insert Population(numerator, Numerator, [[Accepted or declined within five days]], [[Task.where((status = 'accepted' or status = 'rejected') and lastModified <= authoredOn + 5 days)]])
* insert Strata

CodeSystem: VRMeasureStratum
Id: vr-measure-stratum
Title: "VR Measure Stratum"
Description: "By what the measures are divided."
* ^purpose = "Commissioners compare by level, route and condition (seeds 001 and 002)."
* ^caseSensitive = true
* #level "Support level" "By support level."
* #route "Referral route" "By referral route."
* #condition-group "Condition group" "By group of conditions."
