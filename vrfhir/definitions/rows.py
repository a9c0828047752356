"""Reading lists of objects out of resources that somebody gave us: what is not of that shape is passed over.

Definitions come from files of others. A malformed one must lead to fewer facts, never to a traceback; saying what is
wrong with it is validation's work, when it is what is being validated.
"""

from __future__ import annotations

from typing import Any

__all__ = ["objects", "texts"]

Json = dict[str, Any]


def objects(holder: Any, key: str) -> list[Json]:
    """The objects in the list at ``key``."""
    found = holder.get(key) if isinstance(holder, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def texts(holder: Any, key: str) -> list[str]:
    """The strings in the list at ``key``."""
    found = holder.get(key) if isinstance(holder, dict) else None
    return [each for each in found if isinstance(each, str)] if isinstance(found, list) else []
