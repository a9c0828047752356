CodeSystem: VRBarrier
Id: vr-barrier
Title: "VR Barrier"
Description: "What stands in the way of staying at or returning to work, in health, at work and outside it (seeds 000, 003 and 004)."
* ^purpose = "What keeps people from work is often not the illness: relations at work, travel, debt, confidence (seeds 000, 003 and 004). A service plans with it, so it is coded."
* ^caseSensitive = true
* #health "Health" "Symptoms or treatment keep the person from working."
* #workplace-relationship "Relations at work" "Conflict with a manager or colleagues."
* #bullying "Bullying or harassment" "Bullying, harassment or discrimination at work."
* #demands "Job demands" "The job asks more than the person can do now."
* #environment "Work environment" "The place, its access, noise, heat or equipment."
* #travel "Travel" "Getting to work."
* #confidence "Confidence" "Loss of confidence after illness or absence."
* #fear-of-relapse "Fear of relapse" "Fear that work makes the condition worse or brings it back."
* #employer-unwilling "Employer unwilling" "The employer does not want to, or says that it cannot, make adjustments."
* #employer-policy "Employer policy" "Rules of the employer stand in the way, such as absence triggers or no phased return."
* #caring "Caring" "Care for children or others."
* #housing "Housing" "Insecure or unsuitable housing."
* #debt "Debt or money" "Debt, or being worse off at work."
* #substance-use "Alcohol or drugs" "Use of alcohol or drugs."
* #skills "Skills and literacy" "Reading, writing, numbers, language or computers."
* #legal-dispute "Legal dispute" "A tribunal or a claim for compensation is under way."

ValueSet: VRBarrierVS
Id: vr-barrier
Title: "VR Barrier"
Description: "All barriers."
* ^purpose = "The whole list is asked in the assessment, so that what is not about health is not overlooked (seed 004)."
* include codes from system VRBarrier
