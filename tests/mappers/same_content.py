"""Are two Bundles the same when ids, narrative and what a reading says of itself are left out?"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from hashlib import sha1
from typing import Any

__all__ = ["content", "missing"]

_OWN_IDS = frozenset({"id", "text"})


def content(bundle: Mapping[str, Any]) -> dict[str, str]:
    """Fingerprint → resource type of every resource: references count as what they lead to, to four steps' depth."""
    resources = {entry["fullUrl"]: entry["resource"] for entry in bundle["entry"]}
    names = {f"{r['resourceType']}/{r.get('id')}": url for url, r in resources.items()} | {
        url: url for url in resources
    }
    prints = {url: resource["resourceType"] for url, resource in resources.items()}
    for _ in range(4):
        prints = _next(resources, names, prints)
    return {mark: f"{resources[url]['resourceType']} {url}" for url, mark in prints.items()}


def _next(resources: Mapping[str, Any], names: Mapping[str, str], prints: Mapping[str, str]) -> dict[str, str]:
    def name(text: str) -> str:
        return prints.get(names.get(text, ""), text)

    return {url: _print({n: v for n, v in r.items() if n not in _OWN_IDS}, name) for url, r in resources.items()}


def missing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The resources of ``before`` that have no equal one in ``after``."""
    present = content(after)
    return [name for mark, name in content(before).items() if mark not in present]


def _print(value: Any, name: Callable[[str], str]) -> str:
    text = json.dumps(_named(value, name), sort_keys=True, default=str, ensure_ascii=False)
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


def _named(value: Any, name: Callable[[str], str]) -> Any:
    if isinstance(value, dict):
        return {
            key: name(each) if key == "reference" and isinstance(each, str) else _named(each, name)
            for key, each in value.items()
        }
    if isinstance(value, list):
        return [_named(each, name) for each in value]
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    return {"number": str(value)}
