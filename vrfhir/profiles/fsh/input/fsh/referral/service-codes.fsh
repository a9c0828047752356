CodeSystem: VRCategory
Id: vr-category
Title: "VR Category"
Description: "Marks requests, plans and documents as belonging to vocational rehabilitation. A system of its own, because UK Core slices the category of a ServiceRequest by the system of its coding."
* ^purpose = "Vocational rehabilitation has no mark of its own in referral systems, so nobody can count or route such referrals (seed 001)."
* ^caseSensitive = true
* #vocational-rehabilitation "Vocational rehabilitation" "Help for a person with a health condition to stay in, return to or find work, or to leave work well."

ValueSet: VRCategoryVS
Id: vr-category
Title: "VR Category"
Description: "The category code of vocational rehabilitation."
* ^purpose = "What the category of every VR prescription must hold, so that a receiver recognises one (seed 001)."
* include codes from system VRCategory

ValueSet: VRServiceCodeVS
Id: vr-service-code
Title: "VR Service Code"
Description: "SNOMED CT concepts for the service asked for: vocational rehabilitation, referral for it, referral to an employment support service, referral to an Individual Placement and Support service."
* ^purpose = "What is asked for, in the terms that records in England hold (seed 000 for rehabilitation, seed 002 for employment support in primary care)."
* ^copyright = "Contains four concept identifiers of SNOMED CT, which is owned by SNOMED International; their use needs the user's own licence (in the UK through NHS England TRUD)."
* $sct#70082004
* $sct#18781004
* $sct#1098041000000101
* $sct#1082611000000105
