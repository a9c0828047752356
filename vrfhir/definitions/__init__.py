"""Definitions of FHIR R4, UK Core and VR: StructureDefinitions, value sets, code systems – by canonical, lazily."""

from vrfhir.definitions.catalogue import CORE_CANONICAL, Definitions
from vrfhir.definitions.fields import Field

__all__ = ["CORE_CANONICAL", "Definitions", "Field"]
