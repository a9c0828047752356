"""vrfhir: vocational rehabilitation referrals between NHS systems, as FHIR R4 on UK Core and as HL7 v2.

The public surface, imported when first used so that ``import vrfhir`` costs nothing:

* :class:`~vrfhir.validation.Validator` – ``Validator().validate(resource) -> Report`` with ``.valid`` and ``.issues``
* :func:`~vrfhir.mappers.to_fhir` – an HL7 v2 referral as a FHIR message Bundle, with its ledger
* :func:`~vrfhir.mappers.to_hl7v2` – a FHIR message Bundle as an HL7 v2 referral, with the report of what it cannot say
* :func:`~vrfhir.server.create_app` – the FHIR endpoint as an ASGI application (extra ``vrfhir[server]``)
* :func:`models` – typed access to resources through ``fhir.resources``
"""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING, Any

from vrfhir.issues import Issue

if TYPE_CHECKING:
    from vrfhir.mappers import to_fhir, to_hl7v2
    from vrfhir.server import create_app
    from vrfhir.validation import Report, Validator

__all__ = ["Issue", "Report", "Validator", "__version__", "create_app", "models", "to_fhir", "to_hl7v2"]

__version__ = "0.1.0"

_HOMES = {
    "Validator": "vrfhir.validation",
    "Report": "vrfhir.validation",
    "to_fhir": "vrfhir.mappers",
    "to_hl7v2": "vrfhir.mappers",
    "create_app": "vrfhir.server",
}


def models() -> ModuleType:
    """The typed models of ``fhir.resources`` for R4B, the nearest release it has to R4 4.0.1.

    >>> from vrfhir import models
    >>> models().get_fhir_model_class("Task").__name__
    'Task'

    They check structure only; :class:`Validator` is what says whether a resource is valid.
    """
    return importlib.import_module("fhir.resources.R4B")


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'vrfhir' has no attribute {name!r}")
    return getattr(importlib.import_module(home), name)
