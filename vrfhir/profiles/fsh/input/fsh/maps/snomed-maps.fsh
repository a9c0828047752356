Instance: vr-category-to-snomed
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(category-to-snomed, VRCategoryToSnomed)
* title = "VR Category to SNOMED CT"
* description = "From the VR category to SNOMED CT."
* purpose = "For receivers that file by SNOMED CT, so that such referrals can be found and counted (seed 001)."
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

Instance: vr-category-from-snomed
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(category-from-snomed, VRCategoryFromSnomed)
* title = "VR Category from SNOMED CT"
* description = "From the SNOMED CT concepts of a service or a referral for it to the VR category."
* purpose = "A referral coded in SNOMED CT alone is recognised as vocational rehabilitation (seed 001: such referrals cannot be found)."
* insert FromTo("http://snomed.info/sct", "https://vrfhir.org/fhir/CodeSystem/vr-category")
* insert Map(70082004, equivalent, vocational-rehabilitation)
* insert Said(18781004, wider, vocational-rehabilitation, [[The concept is the act of referring.]])
* insert Map(335891000000102, wider, vocational-rehabilitation)
* insert Map(1098051000000103, wider, vocational-rehabilitation)
* insert Said(1098041000000101, wider, vocational-rehabilitation, [[The concept is the act of referring.]])
* insert Map(1082621000000104, wider, vocational-rehabilitation)
* insert Said(1082611000000105, wider, vocational-rehabilitation, [[The concept is the act of referring.]])

Instance: vr-intervention-to-snomed
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(intervention-to-snomed, VRInterventionToSnomed)
* title = "VR Intervention to SNOMED CT"
* description = "From VR interventions to SNOMED CT, where a concept of like meaning stands in the packages or the code lists that this guide was checked against."
* purpose = "Services are asked for by names that differ from place to place (seeds 000 and 004). Most interventions at work have no concept; they keep their own code and text."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-intervention", "http://snomed.info/sct")
* insert NoMap(work-assessment, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(goal-setting, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(work-readiness, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(condition-management, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert Near(phased-return, 775281000000100, [[SNOMED CT has it as advice of a fit note, ours as the help to agree it.]])
* insert NoMap(employer-liaison, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert Near(workplace-modification, 775351000000103, [[SNOMED CT has it as advice of a fit note, ours as help with it.]])
* insert NoMap(psychological-intervention, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(supported-withdrawal, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(information-advice, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(referral-on, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(careers-advice, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(cancer-symptoms-at-work, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(cancer-confidence, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(cancer-stigma, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(cancer-late-effects, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert Map(counselling, equivalent, 409063005)
* insert Near(psychological-therapy, 310124002, [[SNOMED CT names the service, ours what it does.]])
* insert Near(physiotherapy, 722140001, [[SNOMED CT names the service, ours what it does.]])
* insert Near(occupational-health, 310064001, [[SNOMED CT names the service, ours what it does.]])
* insert NoMap(workplace-mediation, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert Near(addiction-service, 788125002, [[SNOMED CT names the service, ours what it does.]])
* insert NoMap(general-advice, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert Near(occupational-therapy, 310093001, [[SNOMED CT names the service, ours what it does.]])
* insert NoMap(lifestyle-advice, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(work-skills, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert Near(pain-management, 310071006, [[SNOMED CT names the service, ours what it does.]])
* insert NoMap(acupuncture, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(sports-massage, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])

Instance: vr-intervention-from-snomed
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(intervention-from-snomed, VRInterventionFromSnomed)
* title = "VR Intervention from SNOMED CT"
* description = "From the SNOMED CT concepts of services that take part in a return to work to VR interventions."
* purpose = "A referral to one of these services can be read as an intervention of a plan (seed 004, section 4.1)."
* insert FromTo("http://snomed.info/sct", "https://vrfhir.org/fhir/CodeSystem/vr-intervention")
* insert Map(409063005, equivalent, counselling)
* insert Near(310124002, psychological-therapy, [[SNOMED CT names the service, ours what it does.]])
* insert Near(722140001, physiotherapy, [[SNOMED CT names the service, ours what it does.]])
* insert Near(310064001, occupational-health, [[SNOMED CT names the service, ours what it does.]])
* insert Near(788125002, addiction-service, [[SNOMED CT names the service, ours what it does.]])
* insert Near(310093001, occupational-therapy, [[SNOMED CT names the service, ours what it does.]])
* insert Near(310071006, pain-management, [[SNOMED CT names the service, ours what it does.]])

Instance: vr-profession-to-snomed
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(profession-to-snomed, VRProfessionToSnomed)
* title = "VR Profession to SNOMED CT"
* description = "From professions and functions to the occupations of SNOMED CT."
* purpose = "Any discipline may refer, and five may sign (seed 003; SI 1976/615): receivers that know roles by SNOMED CT read them all the same."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-profession", "http://snomed.info/sct")
* insert Map(doctor, equivalent, 158965000)
* insert Map(nurse, equivalent, 224535009)
* insert Map(occupational-therapist, equivalent, 80546007)
* insert Map(pharmacist, equivalent, 46255001)
* insert Map(physiotherapist, equivalent, 36682004)
* insert Map(clinical-nurse-specialist, equivalent, 224570006)
* insert NoMap(allied-health-professional, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert Map(psychologist, equivalent, 59944000)
* insert Map(case-manager, equivalent, 768832004)
* insert Map(occupational-health-physician, equivalent, 158973009)
* insert Map(occupational-health-nurse, equivalent, 43702002)
* insert NoMap(employment-adviser, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(rehabilitation-coordinator, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(social-prescriber, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(administrator, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])

Instance: vr-profession-from-snomed
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(profession-from-snomed, VRProfessionFromSnomed)
* title = "VR Profession from SNOMED CT"
* description = "From the occupations of SNOMED CT to professions and functions."
* purpose = "Who may sign a statement is decided by profession (SI 1976/615, SI 1985/1604); a role coded in SNOMED CT is read as one."
* insert FromTo("http://snomed.info/sct", "https://vrfhir.org/fhir/CodeSystem/vr-profession")
* insert Map(158965000, equivalent, doctor)
* insert Map(224535009, equivalent, nurse)
* insert Map(80546007, equivalent, occupational-therapist)
* insert Map(46255001, equivalent, pharmacist)
* insert Map(36682004, equivalent, physiotherapist)
* insert Map(224570006, equivalent, clinical-nurse-specialist)
* insert Map(59944000, equivalent, psychologist)
* insert Map(768832004, equivalent, case-manager)
* insert Map(158973009, equivalent, occupational-health-physician)
* insert Map(43702002, equivalent, occupational-health-nurse)
* insert Map(62247001, wider, doctor)
* insert Map(159002008, wider, nurse)
* insert Said(224553003, wider, clinical-nurse-specialist, [[A specialist nurse for people with cancer (seed 000).]])

Instance: vr-referral-route-to-snomed
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(referral-route-to-snomed, VRReferralRouteToSnomed)
* title = "VR Referral Route to SNOMED CT"
* description = "From the route of a referral to the SNOMED CT concept that UK Core holds as the source of the request."
* purpose = "UK Core says who referred, this guide by which way it came (seeds 001 to 004); most ways have no concept of their own."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-referral-route", "http://snomed.info/sct")
* insert Said(within-practice, wider, 276491000, [[Referred by a member of the primary care team, which may be of another practice.]])
* insert Near(primary-care, 276491000, [[Referred by a member of the primary care team.]])
* insert Said(secondary-care, narrower, 185360007, [[Referred by a hospital doctor; ours includes nurses and therapists of a hospital.]])
* insert Map(self, equivalent, 1991000124105)
* insert Said(carer, narrower, 1065391000000104, [[Ours includes relatives.]])
* insert NoMap(employer, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(occupational-health, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(third-sector, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(employment-service, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(insurer, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(step-up, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])

Instance: vr-support-level-to-snomed
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(support-level-to-snomed, VRSupportLevelToSnomed)
* title = "VR Support Level to SNOMED CT"
* description = "From support levels to SNOMED CT: there are no such concepts."
* purpose = "The levels are those of seed 004, table 4.1; saying that they have no concept keeps others from guessing one."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-support-level", "http://snomed.info/sct")
* insert NoMap(A, [[No concept says how much support is asked for; the level stays a VR code.]])
* insert NoMap(B, [[No concept says how much support is asked for; the level stays a VR code.]])
* insert NoMap(C, [[No concept says how much support is asked for; the level stays a VR code.]])
* insert NoMap(staged, [[No concept says how much support is asked for; the level stays a VR code.]])

Instance: vr-employment-status-to-snomed
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(employment-status-to-snomed, VREmploymentStatusToSnomed)
* title = "VR Employment Status to SNOMED CT"
* description = "From employment status to SNOMED CT: no concept could be verified for this guide, so none is named."
* purpose = "The NHS Data Dictionary code is the shared one (seed 001: joined-up services); saying that nothing is mapped keeps others from guessing."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-employment-status", "http://snomed.info/sct")
* insert NoMap(01, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(02, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(03, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(04, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(05, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(06, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(07, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(08, [[No concept of the same meaning that this guide can verify; the VR code and the text stay.]])
* insert NoMap(ZZ, [[Not stated is not a status.]])
