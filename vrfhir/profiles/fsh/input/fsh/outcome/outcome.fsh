Profile: VROutcome
Parent: $UKCore-Observation
Id: VR-Outcome
Title: "VR Outcome"
Description: "How the person is at work at a point in time: at the start, at discharge, at 13, 26 and 52 weeks. Work status, same or another job, hours against contract, days lost, and whether the agreed goal was met."
* ^purpose = "A return that does not last is no success: services are asked for sustained return (seed 002), and the measures of seed 003 reach from the person to employer and society. The point in time is part of the data, so that two services can be compared."
* obeys vr-outcome-1 and vr-outcome-2
* status MS
* code = VRObservation#outcome
* subject 1..1 MS
* subject only Reference(VRPatient)
* effective[x] 1..1 MS
* effective[x] only dateTime
* basedOn MS
* performer MS
* value[x] 1..1 MS
* value[x] only CodeableConcept
* valueCodeableConcept from VROutcomeVS (extensible)
* note MS
* insert ComponentSlicing
* component contains timePoint 1..1 MS and sameJob 0..1 MS and workedHours 0..1 MS and contractHours 0..1 MS and daysLost 0..1 MS and goalMet 0..1 MS
* component[timePoint].code = VRObservation#time-point
* component[timePoint].value[x] 1..1
* component[timePoint].value[x] only CodeableConcept
* component[timePoint].valueCodeableConcept from VRTimePointVS (required)
* insert Tick(sameJob, VRObservation#same-job)
* component[workedHours].code = VRObservation#worked-hours
* component[workedHours].value[x] 1..1
* component[workedHours].value[x] only Quantity
* component[workedHours].valueQuantity = $ucum#h/wk
* component[contractHours].code = VRObservation#contract-hours
* component[contractHours].value[x] 1..1
* component[contractHours].value[x] only Quantity
* component[contractHours].valueQuantity = $ucum#h/wk
* component[daysLost].code = VRObservation#days-lost
* component[daysLost].value[x] 1..1
* component[daysLost].value[x] only integer
* insert Tick(goalMet, VRObservation#goal-met)

Invariant: vr-outcome-1
Description: "Hours a week lie between 0 and 168, and days lost are not negative."
Severity: #error
Expression: "component.value.ofType(Quantity).all(value >= 0 and value <= 168) and component.where(code.coding.where(code = 'days-lost').exists()).value.ofType(integer).all($this >= 0)"

Invariant: vr-outcome-2
Description: "Somebody who is at work works some hours, and somebody who is off sick or out of work works none."
Severity: #warning
Expression: "(value.coding.where(code in ('at-work' | 'at-work-reduced' | 'at-work-adjusted' | 'other-employer' | 'self-employed')).exists() implies component.where(code.coding.where(code = 'worked-hours').exists()).value.all(value > 0)) and (value.coding.where(code in ('off-sick' | 'unemployed' | 'left-work')).exists() implies component.where(code.coding.where(code = 'worked-hours').exists()).value.all(value = 0))"

CodeSystem: VROutcomeCodes
Id: vr-outcome
Title: "VR Outcome"
Description: "Work outcomes of a referral."
* ^purpose = "Services are judged by work outcomes (seeds 001 and 002), and leaving work well is one of them (seed 000)."
* ^caseSensitive = true
* #at-work "At work" "At work with the usual hours and duties."
* #at-work-adjusted "At work with adjustments" "At work with the usual hours and with adjustments or changed duties."
* #at-work-reduced "At work with reduced hours" "At work with fewer hours than the contract says, such as in a phased return."
* #other-employer "With another employer" "At work with another employer."
* #self-employed "Self-employed" "Works for himself or herself."
* #training "In education or training" "In education, training or an apprenticeship."
* #volunteering "Volunteering" "In unpaid work."
* #off-sick "Off sick" "Employed and absent because of sickness."
* #unemployed "Out of work" "Not employed and looking for work."
* #left-work "Left work" "Left work, as planned and supported or otherwise."
* #retired "Retired" "Retired, for ill health or age."
* #not-known "Not known" "Could not be found out."

ValueSet: VROutcomeVS
Id: vr-outcome
Title: "VR Outcome"
Description: "All work outcomes."
* ^purpose = "For outcomes at every point in time (seeds 002 and 003)."
* include codes from system VROutcomeCodes

CodeSystem: VRTimePoint
Id: vr-time-point
Title: "VR Time Point"
Description: "Points in time at which outcomes and scores are recorded."
* ^purpose = "Sustained return is asked for at set times (seeds 002 and 003); without the time two outcomes cannot be compared."
* ^caseSensitive = true
* #baseline "Start" "At referral or the first assessment."
* #review "Review" "At a review in between."
* #discharge "Discharge" "At discharge from the service."
* #13w "13 weeks" "13 weeks after the return to work, or after discharge when there was none."
* #26w "26 weeks" "26 weeks after the return to work, or after discharge when there was none."
* #52w "52 weeks" "52 weeks after the return to work, or after discharge when there was none."

ValueSet: VRTimePointVS
Id: vr-time-point
Title: "VR Time Point"
Description: "All points in time."
* ^purpose = "Closed, so that outcomes of two services can be compared (seeds 002 and 003)."
* include codes from system VRTimePoint

Profile: VRScore
Parent: $UKCore-Observation
Id: VR-Score
Title: "VR Score"
Description: "A total score of a questionnaire about work, health or mood. Totals only: the questionnaires belong to others, and their items are not reproduced here."
* ^purpose = "The Rosebank service shows its worth with outcome measures before and after (seed 002). A total outside the range of its instrument is a mistake that would be believed, so the ranges are checked."
* obeys vr-score-1
* status MS
* code from VRScoreVS (required)
* subject 1..1 MS
* subject only Reference(VRPatient)
* effective[x] 1..1 MS
* effective[x] only dateTime
* value[x] 1..1 MS
* value[x] only Quantity
* valueQuantity.value 1..1
* derivedFrom MS
* insert ComponentSlicing
* component contains timePoint 0..1 MS
* component[timePoint].code = VRObservation#time-point
* component[timePoint].value[x] 1..1
* component[timePoint].value[x] only CodeableConcept
* component[timePoint].valueCodeableConcept from VRTimePointVS (required)

Invariant: vr-score-1
Description: "The score lies within the range of its instrument: 0 to 10 for work ability, confidence and concern, 0 to 40 for work and social adjustment, 0 to 27 for PHQ-9, 0 to 21 for GAD-7, and no more than 1 for EQ-5D."
Severity: #error
Expression: "value.ofType(Quantity).value.all($this <= 40 and (%resource.code.coding.where(code in ('work-ability' | 'return-confidence' | 'hna-work-concern')).exists() implies ($this >= 0 and $this <= 10)) and (%resource.code.coding.where(code = 'phq-9').exists() implies ($this >= 0 and $this <= 27)) and (%resource.code.coding.where(code = 'gad-7').exists() implies ($this >= 0 and $this <= 21)) and (%resource.code.coding.where(code = 'eq-5d-index').exists() implies ($this >= -1 and $this <= 1)) and (%resource.code.coding.where(code = 'wsas').exists() implies $this >= 0))"

CodeSystem: VRScoreCodes
Id: vr-score
Title: "VR Score"
Description: "Scores that services record before and after. The instruments belong to their owners."
* ^purpose = "Outcome measures before and after show what a service is worth (seed 002)."
* ^caseSensitive = true
* #work-ability "Work ability" "Present work ability compared with the best ever, 0 to 10 (first item of the Work Ability Index)."
* #return-confidence "Confidence to return" "Confidence to be back at work, 0 to 10."
* #hna-work-concern "Work concern" "The concern about work or education in a Holistic Needs Assessment, 0 to 10."
* #wsas "Work and Social Adjustment Scale, total" "Total of the Work and Social Adjustment Scale, 0 to 40."
* #phq-9 "PHQ-9, total" "Total of the nine-item Patient Health Questionnaire, 0 to 27."
* #gad-7 "GAD-7, total" "Total of the seven-item scale for generalised anxiety, 0 to 21."
* #eq-5d-index "EQ-5D index" "Index value of EQ-5D, from below 0 to 1."

ValueSet: VRScoreVS
Id: vr-score
Title: "VR Score"
Description: "All scores."
* ^purpose = "Scores whose range this guide checks (seed 002)."
* include codes from system VRScoreCodes
