Instance: vr-fit-note-from-gp-codes
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(fit-note-from-gp-codes, VRFitNoteFromGPCodes)
* title = "VR Fit Note from GP Codes"
* description = "From the administrative codes that GP systems record when they issue a fit note, in SNOMED CT, CTV3 and Read v2, to the advice that VR-FitnessForWork holds."
* purpose = "GP records hold fit notes as administrative codes (reference, section 4.5: published code lists of OpenSAFELY). A prompt on the record (seed 004) counts these. Codes are compared by concept id, never by term: some exist twice with a trailing space."
* insert FromTo("http://snomed.info/sct", "http://snomed.info/sct")
* insert Map(751481000000104, wider, 160910001)
* insert Map(751621000000103, wider, 160910001)
* insert Map(751731000000106, wider, 160910001)
* insert Map(751601000000107, wider, 225891002)
* insert Map(751641000000105, wider, 225891002)
* insert Map(751751000000104, wider, 225891002)
* insert FromTo("http://read.info/readctv3", "http://snomed.info/sct")
* insert Map(XaX1E, wider, 160910001)
* insert Map(XaX1L, wider, 160910001)
* insert Map(XaX1R, wider, 160910001)
* insert Map(XaX1K, wider, 225891002)
* insert Map(XaX1M, wider, 225891002)
* insert Map(XaX1S, wider, 225891002)
* insert FromTo("http://read.info/readv2", "http://snomed.info/sct")
* insert Map(9D15., wider, 160910001)
* insert Map(9D16., wider, 225891002)

Instance: vr-arrangement-from-gp-codes
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(arrangement-from-gp-codes, VRArrangementFromGPCodes)
* title = "VR Arrangement from GP Codes"
* description = "From the codes for the four arrangements of a fit note, in SNOMED CT and CTV3, to the parents of the VR adjustments."
* purpose = "The four boxes of the form (SI 1976/615) are the only advice on adjustments in GP records; below them the VR adjustments say more (seed 004, section 3.1)."
* insert FromTo("http://snomed.info/sct", "https://vrfhir.org/fhir/CodeSystem/vr-adjustment")
* insert Map(775281000000100, equivalent, phased-return)
* insert Map(775301000000104, equivalent, altered-hours)
* insert Map(775321000000108, equivalent, amended-duties)
* insert Map(775351000000103, equivalent, workplace-adaptations)
* insert FromTo("http://read.info/readctv3", "https://vrfhir.org/fhir/CodeSystem/vr-adjustment")
* insert Map(XaXf3, equivalent, phased-return)
* insert Map(XaXf4, equivalent, altered-hours)
* insert Map(XaXf5, equivalent, amended-duties)
* insert Map(XaXf7, equivalent, workplace-adaptations)

Instance: vr-arrangement-to-snomed
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(arrangement-to-snomed, VRArrangementToSnomed)
* title = "VR Arrangement to SNOMED CT"
* description = "From VR adjustments to the SNOMED CT concepts of the four arrangements: every adjustment goes to the box of the form that it belongs to."
* purpose = "A plan becomes a fit note (SI 1976/615): the detail goes into the comments in recommended wording, the box is ticked (seed 004)."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-adjustment", "http://snomed.info/sct")
* insert Map(phased-return, equivalent, 775281000000100)
* insert Map(altered-hours, equivalent, 775301000000104)
* insert Map(amended-duties, equivalent, 775321000000108)
* insert Map(workplace-adaptations, equivalent, 775351000000103)
* insert Map(phased-hours, wider, 775281000000100)
* insert Map(phased-days, wider, 775281000000100)
* insert Map(phased-duties, wider, 775281000000100)
* insert Map(start-finish-times, wider, 775301000000104)
* insert Map(pattern-timing, wider, 775301000000104)
* insert Map(no-night-shifts, wider, 775301000000104)
* insert Map(temporary-flexibility, wider, 775301000000104)
* insert Map(appointments, wider, 775301000000104)
* insert Map(extra-breaks, wider, 775301000000104)
* insert Map(home-working, wider, 775301000000104)
* insert Map(workload, wider, 775321000000108)
* insert Map(no-lifting, wider, 775321000000108)
* insert Map(no-bending, wider, 775321000000108)
* insert Map(limit-standing, wider, 775321000000108)
* insert Map(limit-sitting, wider, 775321000000108)
* insert Map(no-driving, wider, 775321000000108)
* insert Map(no-lone-working, wider, 775321000000108)
* insert Map(no-safety-critical, wider, 775321000000108)
* insert Map(less-customer-contact, wider, 775321000000108)
* insert Map(clear-tasks, wider, 775321000000108)
* insert Map(objectives-review, wider, 775321000000108)
* insert Map(other-duties, wider, 775321000000108)
* insert Map(redeployment, wider, 775321000000108)
* insert Map(equipment, wider, 775351000000103)
* insert Map(workstation-assessment, wider, 775351000000103)
* insert Map(parking, wider, 775351000000103)
* insert Map(access, wider, 775351000000103)
* insert Map(quiet-place, wider, 775351000000103)
* insert Map(temperature, wider, 775351000000103)
* insert Map(toilet-access, wider, 775351000000103)
* insert Map(access-to-work, wider, 775351000000103)
* insert Map(travel-support, wider, 775351000000103)
* insert Map(regular-support, wider, 775351000000103)
* insert Map(change-of-manager, wider, 775351000000103)
* insert Map(mediation, wider, 775351000000103)
* insert Map(risk-assessment, wider, 775351000000103)
* insert Map(emergency-plan, wider, 775351000000103)

Instance: vr-fit-note-record-from-gp-codes
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(fit-note-record-from-gp-codes, VRFitNoteRecordFromGPCodes)
* title = "VR Fit-Note Record from GP Codes"
* description = "From every fit-note code of GP systems, in SNOMED CT, CTV3 and Read v2, to what the entry says: issued, issued by hand, duplicate, not issued, another certificate, or no statement."
* purpose = "A prompt on the record counts statements (seed 004). A duplicate is not a second one (SI 1976/615 allows one for an assessment), and a note that was refused is none. Codes are compared by concept id, never by term."
* insert FromTo("http://snomed.info/sct", "https://vrfhir.org/fhir/CodeSystem/vr-fit-note-record")
* insert Map(751481000000104, wider, issued)
* insert Map(751601000000107, wider, issued)
* insert Map(751621000000103, wider, duplicate)
* insert Map(751641000000105, wider, duplicate)
* insert Map(751731000000106, wider, issued-by-hand)
* insert Map(751751000000104, wider, issued-by-hand)
* insert Map(775241000000108, equivalent, issued)
* insert Map(775261000000109, equivalent, duplicate)
* insert Map(775221000000101, equivalent, not-issued)
* insert Said(1331000000103, wider, issued, [[The form before 2010.]])
* insert Said(1341000000107, wider, duplicate, [[The form before 2010.]])
* insert Said(1351000000105, wider, not-issued, [[The form before 2010.]])
* insert Near(1321000000100, issued, [[Parent of the older codes: a statement, issued or not.]])
* insert Near(18381000000107, issued, [[Heading: sickness certificates of any kind.]])
* insert Near(5121000000100, issued, [[Heading: the state of a certificate.]])
* insert Said(14241000000101, wider, back-to-work, [[The end of an absence, not a statement.]])
* insert Said(165801000000106, wider, issued, [[Written by the practice for a hospital.]])
* insert Said(224459001, wider, on-sick-leave, [[The state of the patient, not a statement.]])
* insert Near(772786005, issued, [[The document; may be a certificate of another kind.]])
* insert Said(1411000000102, wider, other-certificate, [[A private certificate is no statement under the Regulations.]])
* insert Said(13851000000100, wider, other-certificate, [[Self-certificate of the self-employed or unemployed.]])
* insert NoMap(775281000000100, [[Part of the advice, no statement by itself: see the map of arrangements.]])
* insert NoMap(775301000000104, [[Part of the advice, no statement by itself: see the map of arrangements.]])
* insert NoMap(775321000000108, [[Part of the advice, no statement by itself: see the map of arrangements.]])
* insert NoMap(775351000000103, [[Part of the advice, no statement by itself: see the map of arrangements.]])
* insert NoMap(365524007, [[Heading of the two findings that follow.]])
* insert NoMap(160910001, [[The advice itself, no statement: it is the value of VR-FitnessForWork.]])
* insert NoMap(225891002, [[The advice itself, no statement: it is the value of VR-FitnessForWork.]])
* insert FromTo("http://read.info/readctv3", "https://vrfhir.org/fhir/CodeSystem/vr-fit-note-record")
* insert Map(XaX1E, wider, issued)
* insert Map(XaX1K, wider, issued)
* insert Map(XaX1L, wider, duplicate)
* insert Map(XaX1M, wider, duplicate)
* insert Map(XaX1R, wider, issued-by-hand)
* insert Map(XaX1S, wider, issued-by-hand)
* insert Map(XaXf1, equivalent, issued)
* insert Map(XaXf2, equivalent, duplicate)
* insert Said(9D11., wider, issued, [[The form before 2010.]])
* insert Said(9D12., wider, duplicate, [[The form before 2010.]])
* insert Said(9D2.., wider, other-certificate, [[Med5, retired.]])
* insert NoMap(XaXf3, [[Part of the advice, no statement by itself: see the map of arrangements.]])
* insert NoMap(XaXf4, [[Part of the advice, no statement by itself: see the map of arrangements.]])
* insert NoMap(XaXf5, [[Part of the advice, no statement by itself: see the map of arrangements.]])
* insert NoMap(XaXf7, [[Part of the advice, no statement by itself: see the map of arrangements.]])
* insert NoMap(Y08c1, [[A duration, no statement by itself: see the map of durations.]])
* insert NoMap(Y08c2, [[A duration, no statement by itself: see the map of durations.]])
* insert NoMap(Y1712, [[A duration, no statement by itself: see the map of durations.]])
* insert FromTo("http://read.info/readv2", "https://vrfhir.org/fhir/CodeSystem/vr-fit-note-record")
* insert Said(9D11., wider, issued, [[The form before 2010.]])
* insert Map(9D15., wider, issued)
* insert Map(9D16., wider, issued)

Instance: vr-fit-note-duration-from-gp-codes
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(fit-note-duration-from-gp-codes, VRFitNoteDurationFromGPCodes)
* title = "VR Fit-Note Duration from GP Codes"
* description = "From the CTV3 codes under which GP systems record how long a fit note runs to the unit of the number that stands beside the code."
* purpose = "The form in SI 1976/615 lets the issuer write a duration; the number is the value of the record, the code says what it counts."
* insert FromTo("http://read.info/readctv3", "http://unitsofmeasure.org")
* insert Said(Y08c1, relatedto, wk, [[Duration in weeks.]])
* insert Said(Y08c2, relatedto, mo, [[Duration in months.]])
* insert Said(Y1712, relatedto, d, [[Duration in days.]])

CodeSystem: VRFitNoteRecord
Id: vr-fit-note-record
Title: "VR Fit-Note Record"
Description: "What an entry of a GP record says about a statement of fitness for work."
* ^purpose = "A prompt on the record counts fit notes (seed 004), and a duplicate or a note that was refused must not be counted; the rule on duplicates is that of SI 1976/615."
* ^caseSensitive = true
* #issued "Issued" "A statement was issued."
* #issued-by-hand "Issued by hand" "A statement was written by hand, outside the system."
* #duplicate "Duplicate issued" "A lost statement was replaced by a copy marked as a duplicate; not to be counted again."
* #not-issued "Not issued" "A statement was asked for and not issued."
* #other-certificate "Other certificate" "A certificate that is no statement under the Medical Evidence Regulations."
* #on-sick-leave "On sick leave" "The patient is off sick; says nothing about a statement."
* #back-to-work "Back to work" "The patient is back at work; ends the episode."

ValueSet: VRFitNoteRecordVS
Id: vr-fit-note-record
Title: "VR Fit-Note Record"
Description: "All kinds of entries about a statement."
* ^purpose = "What an entry of a GP record says about a statement, so that a prompt counts the right ones (seed 004)."
* include codes from system VRFitNoteRecord
