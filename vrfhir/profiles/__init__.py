"""The implementation guide: FSH sources, the compiled FHIR package ``uk.vrfhir.r4`` and its registry."""

from vrfhir.profiles.registry import CANONICAL, PACKAGE, PACKAGE_ID, Artefact, artefacts, profile, profiles, version

__all__ = ["CANONICAL", "PACKAGE", "PACKAGE_ID", "Artefact", "artefacts", "profile", "profiles", "version"]
