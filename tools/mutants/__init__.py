"""Mutants: valid resources with one thing changed, made the same way every time.

Two validators that are asked about the same mutant must say the same. :func:`mutants` makes them from the example stories
(as they are, as UK Core resources, as base R4 resources) and from the seeds in ``conformance/mutants/seeds``; what HL7's
validator says of each is recorded by ``make crosscheck``. A mutant is told by its id and the hash of its content: a
changed example changes its own mutants and no others.
"""

from mutants.making import Mutant, mutants

__all__ = ["Mutant", "mutants"]
