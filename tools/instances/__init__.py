"""Instances made from the definitions: input that nobody wrote, the same every time for the same seed.

:func:`cases` grows resources of every R4 type, of the UK Core and VR profiles and of profiles it invents, questionnaires with
their answers, Bundles of each type and conformance resources; leaves some as they are and changes one to three things in
the others (``tools/mutants``, and what only XML or a profile can have wrong). ``tools/judge.py`` sends them to HL7's
validator and to ours, one seed after the other: a seed that nobody has seen says how far the two agree.
"""

from instances.making import Case, cases

__all__ = ["Case", "cases"]
