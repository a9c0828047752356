Profile: VRGoal
Parent: Goal
Id: VR-Goal
Title: "VR Goal"
Description: "What the patient works towards: the same job, the same employer with another job or adaptations, another employer, self-employment, education or training, or leaving work well; by when; and whether it was reached. UK Core has no Goal, so the parent is the base resource."
* ^purpose = "The best outcome is not always the old job: seed 000 counts supported withdrawal among the interventions, seed 003 counts retraining. A measure of success needs the goal that was agreed, not the one that the service would like."
* obeys vr-goal-1 and vr-goal-2 and vr-goal-3
* lifecycleStatus MS
* achievementStatus MS
* description MS
* description from VRWorkGoalVS (extensible)
* subject only Reference(VRPatient)
* start[x] MS
* target MS
* target.due[x] MS
* expressedBy MS
* addresses MS
* note MS

Invariant: vr-goal-1
Description: "A goal that is being worked towards has a date."
Severity: #warning
Expression: "(lifecycleStatus = 'accepted' or lifecycleStatus = 'active') implies target.due.exists()"

Invariant: vr-goal-2
Description: "A goal that is completed says whether it was achieved."
Severity: #error
Expression: "lifecycleStatus = 'completed' implies achievementStatus.exists()"

Invariant: vr-goal-3
Description: "The goal is not due before it was set."
Severity: #error
Expression: "target.due.ofType(date).all(toString().substring(0, 10) >= %resource.start.ofType(date).toString().substring(0, 10))"

CodeSystem: VRWorkGoal
Id: vr-work-goal
Title: "VR Work Goal"
Description: "What a person may work towards."
* ^purpose = "The old job is not the only good end: seed 000 counts supported withdrawal, seed 003 retraining."
* ^caseSensitive = true
* #stay-at-work "Stay at work" "Stay in the present job without absence."
* #same-job "Same job" "Return to the same job with the same employer."
* #adapted-job "Same job, adapted" "Return to the same employer, with lasting adjustments or changed duties."
* #other-job-same-employer "Another job, same employer" "Redeployment with the same employer."
* #other-employer "Another employer" "A job with another employer."
* #self-employment "Self-employment" "Work for himself or herself."
* #education-training "Education or training" "Education, training or an apprenticeship."
* #voluntary-work "Voluntary work" "Unpaid work, also as a step towards paid work."
* #supported-withdrawal "Leaving work well" "Leaving work in a way that is planned and supported, such as ill-health retirement."

ValueSet: VRWorkGoalVS
Id: vr-work-goal
Title: "VR Work Goal"
Description: "All work goals."
* ^purpose = "For goals and the assessment (seeds 000 and 003)."
* include codes from system VRWorkGoal
