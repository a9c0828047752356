"""HL7's own validator as the judge of ours: asking it, recording what it says, comparing."""
