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
* purpose = "The four boxes of the form are the only advice on adjustments in GP records; below them the VR adjustments say more."
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
* purpose = "A plan becomes a fit note: the detail goes into the comments in recommended wording, the box is ticked."
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
