Instance: vr-category-to-snomed
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(category-to-snomed, VRCategoryToSnomed)
* title = "VR Category to SNOMED CT"
* description = "From the VR category to SNOMED CT."
* purpose = "For receivers that file by SNOMED CT. Of the interventions few have a concept of the same meaning that this guide may name; they keep their own code and text."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-category", "http://snomed.info/sct")
* insert Map(vocational-rehabilitation, equivalent, 70082004)

Instance: vr-profession-to-fit-note-issuer
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(profession-to-fit-note-issuer, VRProfessionToFitNoteIssuer)
* title = "VR Profession to Fit-Note Issuer"
* description = "From all professions to the five in which a fit note may be signed."
* purpose = "A clinical nurse specialist signs as a nurse; most others cannot sign (SI 1976/615 and SI 1985/1604 as amended in 2022)."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-profession", "https://vrfhir.org/fhir/CodeSystem/vr-profession")
* insert Map(doctor, equivalent, doctor)
* insert Map(nurse, equivalent, nurse)
* insert Map(occupational-therapist, equivalent, occupational-therapist)
* insert Map(pharmacist, equivalent, pharmacist)
* insert Map(physiotherapist, equivalent, physiotherapist)
* insert Map(clinical-nurse-specialist, wider, nurse)
* insert Map(occupational-health-physician, wider, doctor)
* insert Map(occupational-health-nurse, wider, nurse)
* insert NoMap(allied-health-professional, [[May not sign a fit note; an allied health professional may issue an AHP Health and Work Report.]])
* insert NoMap(psychologist, [[May not sign a fit note; an allied health professional may issue an AHP Health and Work Report.]])
* insert NoMap(case-manager, [[May not sign a fit note; an allied health professional may issue an AHP Health and Work Report.]])
* insert NoMap(employment-adviser, [[May not sign a fit note; an allied health professional may issue an AHP Health and Work Report.]])
* insert NoMap(rehabilitation-coordinator, [[May not sign a fit note; an allied health professional may issue an AHP Health and Work Report.]])
* insert NoMap(social-prescriber, [[May not sign a fit note; an allied health professional may issue an AHP Health and Work Report.]])
* insert NoMap(administrator, [[May not sign a fit note; an allied health professional may issue an AHP Health and Work Report.]])
