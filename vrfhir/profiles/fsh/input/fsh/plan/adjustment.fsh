CodeSystem: VRAdjustment
Id: vr-adjustment
Title: "VR Adjustment"
Description: "Adjustments at work: the four arrangements of the fit note and, below them, the adjustments named in seeds 002 to 004, each with wording recommended for a fit note. GPs asked for consistent terms (seed 004, section 3.1)."
* ^purpose = "Employers act on plain, consistent terms (seed 004, section 3.1), and a reasonable adjustment has to be named before it can be made (Equality Act 2010, section 20)."
* ^caseSensitive = true
* ^hierarchyMeaning = #is-a
* ^property[0].code = #parent
* ^property[0].uri = "http://hl7.org/fhir/concept-properties#parent"
* ^property[0].description = "The arrangement of the fit note that the adjustment belongs to"
* ^property[0].type = #code
* ^property[1].code = #wording
* ^property[1].description = "Wording recommended for a fit note, a report or an employer statement"
* ^property[1].type = #string
* #phased-return "Phased return" "A gradual increase of hours, days or duties (fit note: a phased return to work)."
* insert Arrangement(phased-return, [[Would benefit from a gradual return to usual hours and duties.]])
* #phased-hours "Phased hours" "Fewer hours at first, increasing by steps."
* insert Adjustment(phased-hours, phased-return, [[Could start on reduced hours, increasing step by step as agreed.]])
* #phased-days "Phased days" "Fewer days a week at first, increasing by steps."
* insert Adjustment(phased-days, phased-return, [[Could start on fewer days a week, increasing step by step as agreed.]])
* #phased-duties "Phased duties" "Some duties at first, the others added by steps."
* insert Adjustment(phased-duties, phased-return, [[Could start with part of the usual duties and take on the others step by step.]])
* #altered-hours "Altered hours" "Other times of work (fit note: altered hours)."
* insert Arrangement(altered-hours, [[Would benefit from changed working hours.]])
* #start-finish-times "Other start or finish times" "Starting or finishing earlier or later, also to avoid travel at busy times."
* insert Adjustment(start-finish-times, altered-hours, [[Would benefit from starting and finishing work at other times, for instance to avoid busy travel.]])
* #pattern-timing "Other working pattern" "Another pattern of days, shifts or rotas."
* insert Adjustment(pattern-timing, altered-hours, [[Would benefit from a changed pattern of working days or shifts.]])
* #no-night-shifts "No night or early shifts" "Leaving out shifts that worsen the condition or collide with medicines."
* insert Adjustment(no-night-shifts, altered-hours, [[Should be left out of night and early shifts for the time being.]])
* #temporary-flexibility "Temporary flexible working" "Flexible working for a set time."
* insert Adjustment(temporary-flexibility, altered-hours, [[Would benefit from flexible working for a limited time.]])
* #appointments "Time off for appointments" "Time off for treatment, therapy or check-ups."
* insert Adjustment(appointments, altered-hours, [[Needs time off for medical appointments.]])
* #extra-breaks "Extra breaks" "More or longer breaks, when needed."
* insert Adjustment(extra-breaks, altered-hours, [[Would benefit from additional short breaks.]])
* #home-working "Working from home" "Working from home on some or all days."
* insert Adjustment(home-working, altered-hours, [[Could do part or all of the work from home.]])
* #amended-duties "Amended duties" "Other duties or less of them (fit note: amended duties)."
* insert Arrangement(amended-duties, [[Would benefit from changed duties.]])
* #workload "Smaller workload" "Less work or fewer cases for a time."
* insert Adjustment(workload, amended-duties, [[Would benefit from a reduced workload for the time being.]])
* #no-lifting "No heavy lifting" "No lifting, carrying, pushing or pulling of heavy loads."
* insert Adjustment(no-lifting, amended-duties, [[Should avoid lifting, carrying, pushing and pulling heavy loads.]])
* #no-bending "No bending or twisting" "No repeated bending or twisting."
* insert Adjustment(no-bending, amended-duties, [[Should avoid repeated bending and twisting.]])
* #limit-standing "Less standing or walking" "No standing or walking for long."
* insert Adjustment(limit-standing, amended-duties, [[Should avoid standing or walking for long; needs the choice to sit.]])
* #limit-sitting "Less sitting" "No sitting for long without a change of position."
* insert Adjustment(limit-sitting, amended-duties, [[Should be able to change position and move about at least every half hour.]])
* #no-driving "No driving" "No driving at work."
* insert Adjustment(no-driving, amended-duties, [[Should not drive as part of the work for the time being.]])
* #no-lone-working "No lone working" "Not working alone."
* insert Adjustment(no-lone-working, amended-duties, [[Should not work alone for the time being.]])
* #no-safety-critical "No safety-critical work" "No work at heights, with dangerous machines or where a mistake endangers others."
* insert Adjustment(no-safety-critical, amended-duties, [[Should not do safety-critical work for the time being.]])
* #less-customer-contact "Less customer contact" "Fewer or no contacts with customers or the public."
* insert Adjustment(less-customer-contact, amended-duties, [[Would benefit from work with less contact with the public.]])
* #clear-tasks "Clear, written tasks" "One task at a time, written instructions, reminders."
* insert Adjustment(clear-tasks, amended-duties, [[Would benefit from written instructions and one task at a time.]])
* #objectives-review "Review of objectives" "Targets and expectations reviewed and made clear."
* insert Adjustment(objectives-review, amended-duties, [[Would benefit from a review of objectives and clear expectations.]])
* #other-duties "Other duties for a time" "Different work for a set time."
* insert Adjustment(other-duties, amended-duties, [[Could do other work, for instance office work, for the time being.]])
* #redeployment "Redeployment" "Another post with the same employer."
* insert Adjustment(redeployment, amended-duties, [[Would benefit from another post that suits the condition.]])
* #workplace-adaptations "Workplace adaptations" "Changes of the place or the tools of work, or support there (fit note: workplace adaptations)."
* insert Arrangement(workplace-adaptations, [[Would benefit from adaptations at the workplace.]])
* #equipment "Equipment" "Chair, desk, aids or software."
* insert Adjustment(equipment, workplace-adaptations, [[Would benefit from suitable equipment.]])
* #workstation-assessment "Workstation assessment" "Assessment of the workstation by somebody competent."
* insert Adjustment(workstation-assessment, workplace-adaptations, [[Would benefit from an assessment of the workstation.]])
* #parking "Parking" "A parking space close by."
* insert Adjustment(parking, workplace-adaptations, [[Would benefit from a parking space close to the workplace.]])
* #access "Access to the building" "Step-free access, a lift, a place on the ground floor."
* insert Adjustment(access, workplace-adaptations, [[Needs step-free access to the workplace.]])
* #quiet-place "Quiet place" "A quiet place to work or to rest."
* insert Adjustment(quiet-place, workplace-adaptations, [[Would benefit from a quiet place to work and to rest.]])
* #temperature "Temperature and ventilation" "Control of heat, cold or air."
* insert Adjustment(temperature, workplace-adaptations, [[Would benefit from a cool, well aired place to work.]])
* #toilet-access "Near a toilet" "A place of work near a toilet."
* insert Adjustment(toilet-access, workplace-adaptations, [[Needs to work near a toilet.]])
* #access-to-work "Access to Work" "Support through Access to Work, such as a support worker, equipment or travel."
* insert Adjustment(access-to-work, workplace-adaptations, [[May be able to get support from Access to Work; can apply for it.]])
* #travel-support "Help with travel" "Help to get to work when public transport is not possible."
* insert Adjustment(travel-support, workplace-adaptations, [[Needs help with travel to work for the time being.]])
* #regular-support "Regular support" "Regular meetings with the manager, a buddy or mentor."
* insert Adjustment(regular-support, workplace-adaptations, [[Would benefit from regular meetings with the manager.]])
* #change-of-manager "Another line manager" "Another person to report to while a conflict is dealt with."
* insert Adjustment(change-of-manager, workplace-adaptations, [[Would benefit from reporting to another manager while matters are resolved.]])
* #mediation "Mediation" "Mediation at work."
* insert Adjustment(mediation, workplace-adaptations, [[Would benefit from mediation at work.]])
* #risk-assessment "Risk assessment" "A risk assessment before return or after a change."
* insert Adjustment(risk-assessment, workplace-adaptations, [[A risk assessment should be made before the return to work.]])
* #emergency-plan "Plan for bad days" "What to do when symptoms come on at work."
* insert Adjustment(emergency-plan, workplace-adaptations, [[Would benefit from an agreed plan for days when symptoms are worse.]])

RuleSet: Arrangement(code, wording)
* #{code} ^property[0].code = #wording
* #{code} ^property[0].valueString = "{wording}"

RuleSet: Adjustment(code, arrangement, wording)
* #{code} ^property[0].code = #parent
* #{code} ^property[0].valueCode = #{arrangement}
* #{code} ^property[1].code = #wording
* #{code} ^property[1].valueString = "{wording}"

ValueSet: VRAdjustmentVS
Id: vr-adjustment
Title: "VR Adjustment"
Description: "All adjustments and the four arrangements."
* ^purpose = "For plans, forms and employer statements, which use the same words (seed 004, section 3.1; Equality Act 2010, section 20)."
* include codes from system VRAdjustment

ValueSet: VRArrangementVS
Id: vr-arrangement
Title: "VR Arrangement"
Description: "The four arrangements of the fit note, as VR adjustments."
* ^purpose = "The four boxes of the form in SI 1976/615 and SI 1985/1604, apart from the finer adjustments below them."
* VRAdjustment#phased-return
* VRAdjustment#altered-hours
* VRAdjustment#amended-duties
* VRAdjustment#workplace-adaptations
