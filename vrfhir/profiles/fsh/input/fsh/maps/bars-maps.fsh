Instance: vr-event-to-bars
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(event-to-bars, VREventToBaRS)
* title = "VR Event to BaRS"
* description = "From the events of the loop to those of BaRS. New, update and cancellation share an event there and differ by the reason."
* purpose = "Referrals should travel by the systems that are there (seed 001). BaRS is the national referral message in England; its guide contradicts itself on the reason of a cancellation, so both are accepted and delete is sent."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-message-event", "https://fhir.nhs.uk/CodeSystem/message-events-bars")
* insert Map(referral-request, wider, servicerequest-request)
* insert Map(referral-update, wider, servicerequest-request)
* insert Map(referral-cancel, wider, servicerequest-request)
* insert Map(referral-response, equivalent, servicerequest-response)
* insert Map(status-update, wider, servicerequest-response)
* insert NoMap(fit-note, [[BaRS has no event; the form goes along with a referral.]])
* insert NoMap(report, [[BaRS has no event for a report.]])
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-message-event", "https://fhir.nhs.uk/CodeSystem/message-reason-bars")
* insert Map(referral-request, equivalent, new)
* insert Said(referral-update, wider, update, [[Also a cancellation, when the ServiceRequest is revoked.]])
* insert Map(referral-cancel, equivalent, delete)

Instance: vr-event-from-bars
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(event-from-bars, VREventFromBaRS)
* title = "VR Event from BaRS"
* description = "From the reason of a BaRS request to the event of the loop, and from its response."
* purpose = "A withdrawn referral must not be worked on (seed 001): a request with the reason update whose ServiceRequest is revoked is a cancellation all the same."
* insert FromTo("https://fhir.nhs.uk/CodeSystem/message-reason-bars", "https://vrfhir.org/fhir/CodeSystem/vr-message-event")
* insert Map(new, equivalent, referral-request)
* insert Near(update, referral-update, [[With a ServiceRequest that is revoked it is a cancellation.]])
* insert Map(delete, equivalent, referral-cancel)
* insert FromTo("https://fhir.nhs.uk/CodeSystem/message-events-bars", "https://vrfhir.org/fhir/CodeSystem/vr-message-event")
* insert Map(servicerequest-response, equivalent, referral-response)
* insert NoMap(servicerequest-request, [[New, update or cancellation: the reason decides.]])
* insert NoMap(booking-request, [[Bookings are no part of the loop.]])
* insert NoMap(booking-response, [[Bookings are no part of the loop.]])

Instance: vr-decline-reason-to-bars
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(decline-reason-to-bars, VRDeclineReasonToBaRS)
* title = "VR Decline Reason to BaRS"
* description = "From the reasons for declining to the two that BaRS has; the text goes along."
* purpose = "Referrers do not hear why (seed 001): BaRS tells only that a referral was not appropriate or that there is another reason; the words carry the rest."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-decline-reason", "https://fhir.nhs.uk/CodeSystem/rejected-reasons-bars")
* insert Map(outside-criteria, wider, RRNA)
* insert Map(outside-area, wider, RRNA)
* insert Map(better-served, wider, RRNA)
* insert Map(already-in-service, wider, OTH)
* insert Map(capacity, wider, OTH)
* insert Map(patient-declined, wider, OTH)
* insert Map(duplicate, wider, OTH)
* insert Map(insufficient-information, wider, OTH)

Instance: vr-category-to-bars
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(category-to-bars, VRCategoryToBaRS)
* title = "VR Category to BaRS"
* description = "From the VR category to the category of a BaRS referral. The use case stands beside it and is configured until NHS England allocates one."
* purpose = "Referrals go astray when the receiver's system does not know them (seed 001); receivers of BaRS look at the two codings of the category."
* insert FromTo("https://vrfhir.org/fhir/CodeSystem/vr-category", "https://fhir.nhs.uk/CodeSystem/message-category-servicerequest")
* insert Map(vocational-rehabilitation, wider, referral)

Instance: vr-decline-reason-from-bars
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(decline-reason-from-bars, VRDeclineReasonFromBaRS)
* title = "VR Decline Reason from BaRS"
* description = "From the two reasons of BaRS to the reasons for declining."
* purpose = "Referrers are told why (seed 001), and nothing is made up: not appropriate is outside the criteria, other stays words."
* insert FromTo("https://fhir.nhs.uk/CodeSystem/rejected-reasons-bars", "https://vrfhir.org/fhir/CodeSystem/vr-decline-reason")
* insert Said(RRNA, narrower, outside-criteria, [[Not appropriate may also mean the area or a better service; the words say.]])
* insert NoMap(OTH, [[Another reason; only the words say which.]])

Instance: vr-category-from-bars
InstanceOf: ConceptMap
Usage: #definition
* insert ConceptMap(category-from-bars, VRCategoryFromBaRS)
* title = "VR Category from BaRS"
* description = "From the category of a BaRS referral to the VR category."
* purpose = "A referral must not be taken for vocational rehabilitation because it is one (seed 001): the use case and the service decide."
* insert FromTo("https://fhir.nhs.uk/CodeSystem/message-category-servicerequest", "https://vrfhir.org/fhir/CodeSystem/vr-category")
* insert NoMap(referral, [[A referral of any kind; the use case beside it decides.]])
* insert NoMap(validation, [[No referral.]])
