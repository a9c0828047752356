Instance: vr-employment-status-to-odh
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(employment-status-to-odh, VREmploymentStatusToODH)
* title = "VR Employment Status to ODH"
* description = "From the NHS Data Dictionary codes of employment status to the three of the HL7 and IHE Occupational Data for Health profiles."
* purpose = "Joined-up data (seed 001): the NHS code stays as the first coding; the three codes let tools of other countries read it."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-employment-status", "http://terminology.hl7.org/CodeSystem/v3-ObservationValue")
* insert Map(01, equivalent, Employed)
* insert Map(02, equivalent, Unemployed)
* insert Map(03, wider, NotInLaborForce)
* insert Map(04, wider, NotInLaborForce)
* insert Map(05, wider, NotInLaborForce)
* insert Map(06, wider, NotInLaborForce)
* insert Map(07, wider, NotInLaborForce)
* insert Map(08, wider, NotInLaborForce)
* insert NoMap(ZZ, [[Not stated is not a status.]])

Instance: vr-employment-status-from-odh
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(employment-status-from-odh, VREmploymentStatusFromODH)
* title = "VR Employment Status from ODH"
* description = "From the three codes of Occupational Data for Health to the NHS Data Dictionary codes."
* purpose = "Joined-up data (seed 001) must not be made up: who is not in the labour force may be any of six; none is chosen."
* insert FromTo("http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "https://vrfhir.org/fhir/CodeSystem/vr-employment-status")
* insert Map(Employed, equivalent, 01)
* insert Map(Unemployed, equivalent, 02)
* insert NoMap(NotInLaborForce, [[One of 03 to 08; cannot be told.]])

Instance: vr-outcome-to-employment-status
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(outcome-to-employment-status, VROutcomeToEmploymentStatus)
* title = "VR Outcome to Employment Status"
* description = "From a work outcome to the employment status that NHS data sets collect."
* purpose = "Work outcomes are to be measured (seeds 001 and 002); Talking Therapies and others compare the first and the last status."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-outcome", "https://vrfhir.org/fhir/CodeSystem/vr-employment-status")
* insert Map(at-work, wider, 01)
* insert Map(at-work-adjusted, wider, 01)
* insert Map(at-work-reduced, wider, 01)
* insert Map(other-employer, wider, 01)
* insert Map(self-employed, wider, 01)
* insert Map(off-sick, wider, 01)
* insert Near(training, 03, [[The NHS code means full-time education.]])
* insert Map(volunteering, equivalent, 07)
* insert Map(unemployed, equivalent, 02)
* insert Map(retired, equivalent, 08)
* insert NoMap(left-work, [[Several statuses are possible.]])
* insert Near(not-known, ZZ, [[Not known by the service; the NHS code says that the person did not state it.]])
