"""The implementation guide as things to give away: the FHIR package and the site, made from the artefacts."""

__all__: list[str] = []
