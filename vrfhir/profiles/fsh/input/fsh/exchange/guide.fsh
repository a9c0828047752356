Instance: uk.vrfhir.r4
InstanceOf: ImplementationGuide
Usage: #definition
* url = "https://vrfhir.org/fhir/ImplementationGuide/uk.vrfhir.r4"
* version = "0.1.0"
* name = "VocationalRehabilitationUK"
* title = "VR Implementation Guide"
* status = #draft
* packageId = "uk.vrfhir.r4"
* license = #Apache-2.0
* fhirVersion = #4.0.1
* description = "Vocational rehabilitation referrals in the United Kingdom: the prescription, the fit note, the work-needs assessment, the return-to-work plan and the loop from request to sustained return, on UK Core."
* dependsOn[+].uri = "https://fhir.hl7.org.uk/ImplementationGuide/fhir.r4.ukcore.staging"
* dependsOn[=].packageId = "fhir.r4.ukcore.staging"
* dependsOn[=].version = "2.0.0-main.20250620"
