Instance: VR-WorkNeedsAssessment
InstanceOf: VRForm
Usage: #definition
* insert Form(WorkNeedsAssessment, VRWorkNeedsAssessment)
* title = "VR Work-Needs Assessment"
* description = "What a person needs to stay in, return to or find work: job and demands, absence, health and function, barriers, confidence and wishes, what was tried, and who may know. Modules for cancer, neurological, musculoskeletal and mental-health conditions open when they apply."
* purpose = "The same answers serve the suggestion of the support level (seed 004, table 4.1), the plan and the outcome measures (seed 002); the modules hold what seeds 000 and 003 found missing for people with cancer and multiple sclerosis. The patient fills it in alone or with somebody, and may leave out every question but those marked."
* insert LaunchPatient
* insert Variable(employment, [[Observation?patient={{%patient.id}}&code=http://loinc.org|11341-5&_sort=-date&_count=1]])
* insert Variable(absence, [[Observation?patient={{%patient.id}}&code=https://vrfhir.org/fhir/CodeSystem/vr-observation|work-absence&_sort=-date&_count=1]])
* insert Variable(hna, [[Observation?patient={{%patient.id}}&code=https://vrfhir.org/fhir/CodeSystem/vr-score|hna-work-concern&_sort=-date&_count=1]])
* insert Variable(conditions, [[Condition?patient={{%patient.id}}&clinical-status=active]])
* insert WorkNeedsCore
* insert WorkNeedsCancer
* insert WorkNeedsNeurological
* insert WorkNeedsMusculoskeletal
* insert WorkNeedsMentalHealth
* insert WorkNeedsClosing
