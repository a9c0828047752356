"""Assemble the messages, documents and HL7 v2 answers of the example stories from the stories' resources.

    python tools/build_example_bundles.py [--check] [STORY ...]

``examples/STORY/bundles.toml`` says what is sent to whom; nothing stands in a Bundle but the files of ``fhir/`` as they
are, and a MessageHeader made here. With ``--check`` nothing is written; the exit code is 1 when a file differs.

::

    prefix = "sarah"                                    # of the ids
    [systems]                                           # where each party's system lives, by the file of the party
    gp-practice = "https://gp.example.org"

    [[message]]                                         # fhir/message-referral-request.json
    event = "referral-request"                          # VR Message Event
    focus = "prescription"
    from = "gp-practice"
    to = "vr-provider"
    time = "2026-11-18T14:10:05+00:00"
    uuid = "…"                                          # Bundle.identifier
    with = ["task-requested"]                           # beside what the focus leads to
    answers = "message-referral-request"                # for a response

    [[document]]
    file = "fit-note-document"
    profile = "VR-Document"
    composition = "fit-note"
    from = "gp-practice"
    time = "…"
    uuid = "…"

    [[answer]]                                          # hl7v2/rri-i12.hl7, by vrfhir.mappers
    file = "rri-i12"
    to = "ref-i12"
    task = "task-accepted"
    prescription = "prescription"
    control = "VR20261119-0812"
    time = "…"

What an entry refers to follows it, in the order of mention; ``entries`` fixes the order instead. Of several files
with one resource (a Task over time) the one that the recipe names is taken; a reference that stays open or ambiguous
is a mistake.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from vrfhir.mappers import referral_response

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
EVENTS = ROOT / "vrfhir" / "profiles" / "package" / "CodeSystem-vr-message-event.json"
PROFILE = "https://vrfhir.org/fhir/StructureDefinition/"

Json = dict[str, Any]


class RecipeError(Exception):
    """A recipe that cannot be followed."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare only; exit 1 when a file differs")
    parser.add_argument("stories", nargs="*", metavar="STORY", help="these only")
    arguments = parser.parse_args()
    folders = [path.parent for path in sorted(EXAMPLES.glob("*/bundles.toml"))]
    different, count = [], 0
    for folder in folders:
        if arguments.stories and folder.name not in arguments.stories:
            continue
        for path, content in story_files(folder).items():
            count += 1
            if not path.exists() or path.read_bytes() != content:
                different.append(path.relative_to(ROOT))
                if not arguments.check:
                    path.parent.mkdir(exist_ok=True)
                    path.write_bytes(content)
    for path in different:
        sys.stdout.write(f"{'differs' if arguments.check else 'written'}: {path}\n")
    sys.stdout.write(f"{count} made files, {len(different)} {'differ' if arguments.check else 'written'}\n")
    return 1 if arguments.check and different else 0


def story_files(folder: Path) -> dict[Path, bytes]:
    """The files that a story's recipe makes, with their content."""
    story = Story(folder)
    made: dict[Path, bytes] = {}
    for row in story.recipe.get("message", ()):
        made[folder / "fhir" / f"{_message_file(row)}.json"] = _written(story.message(row))
    for row in story.recipe.get("document", ()):
        made[folder / "fhir" / f"{row['file']}.json"] = _written(story.document(row))
    for row in story.recipe.get("answer", ()):
        made[folder / "hl7v2" / f"{row['file']}.hl7"] = story.answer(row)
    return made


def _message_file(row: Json) -> str:
    return str(row.get("file") or f"message-{row['event']}")


def _written(bundle: Json) -> bytes:
    return (json.dumps(bundle, ensure_ascii=False, indent=2) + "\n").encode()


class Story:
    """A story's folder: its resources by file name, and its recipe."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.recipe: Json = tomllib.loads((folder / "bundles.toml").read_text(encoding="utf-8"))
        paths = sorted((folder / "fhir").glob("*.json"))
        resources = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}
        self.resources: dict[str, Json] = {k: v for k, v in resources.items() if v["resourceType"] != "Bundle"}

    def message(self, row: Json) -> Json:
        """A message Bundle: header, focus, receiver, sender, and what they lead to."""
        identity = self._bundle_id(row)
        header = self._header(row, identity)
        seeds = [row["focus"], row["to"], row["from"], *row.get("with", ())]
        bundle: Json = {
            "resourceType": "Bundle",
            "id": identity,
            "meta": {"profile": [PROFILE + "VR-ReferralMessage"]},
            "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{row['uuid']}"},
            "type": "message",
            "timestamp": row["time"],
        }
        return bundle | {"entry": self._entries(row, [header, *self._resources(row, seeds)])}

    def document(self, row: Json) -> Json:
        """A document Bundle: the Composition and what it leads to."""
        bundle: Json = {
            "resourceType": "Bundle",
            "id": row.get("id") or f"{self.recipe['prefix']}-{row['file']}",
            "meta": {"profile": [PROFILE + row["profile"]]},
            "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{row['uuid']}"},
            "type": "document",
            "timestamp": row["time"],
        }
        seeds = [row["composition"], *row.get("with", ())]
        return bundle | {"entry": self._entries(row, list(self._resources(row, seeds)))}

    def answer(self, row: Json) -> bytes:
        """The RRI that vrfhir sends when the Task stands so."""
        return referral_response(
            original=(self.folder / "hl7v2" / f"{row['to']}.hl7").read_bytes(),
            task=self._resource(row["task"]),
            service_request=self._resource(row["prescription"]),
            control_id=row["control"],
            now=datetime.fromisoformat(row["time"]),
        )

    def _bundle_id(self, row: Json) -> str:
        return str(row.get("id") or f"{self.recipe['prefix']}-{_message_file(row).removeprefix('message-')}")

    def _header(self, row: Json, identity: str) -> Json:
        sender, receiver = self._resource(row["from"]), self._resource(row["to"])
        displays = {each["code"]: each["display"] for each in json.loads(EVENTS.read_text(encoding="utf-8"))["concept"]}
        header: Json = {
            "resourceType": "MessageHeader",
            "id": f"{identity}-header",
            "meta": {"profile": [PROFILE + "VR-MessageHeader"]},
            "eventCoding": {
                "system": "https://vrfhir.org/fhir/CodeSystem/vr-message-event",
                "code": row["event"],
                "display": displays[row["event"]],
            },
            "destination": [
                {"name": receiver["name"], "endpoint": self._endpoint(row["to"]), "receiver": _reference(receiver)}
            ],
            "sender": _reference(sender),
            "source": {
                "name": sender["name"],
                "software": "Example system",
                "version": "1.0",
                "endpoint": self._endpoint(row["from"]),
            },
        }
        if "answers" in row:
            asked = next(each for each in self.recipe["message"] if _message_file(each) == row["answers"])
            header["response"] = {"identifier": f"{self._bundle_id(asked)}-header", "code": "ok"}
        return header | {"focus": [_reference(self._resource(row["focus"]))]}

    def _endpoint(self, party: str) -> str:
        return f"{self._system(party)}/fhir/$process-message"

    def _system(self, party: str) -> str:
        try:
            return str(self.recipe["systems"][party])
        except KeyError:
            raise RecipeError(f"{self.folder.name}: [systems] does not name {party}") from None

    def _resource(self, name: str) -> Json:
        try:
            return self.resources[name]
        except KeyError:
            raise RecipeError(f"{self.folder.name}: there is no fhir/{name}.json") from None

    def _resources(self, row: Json, seeds: list[str]) -> Iterator[Json]:
        """The seeds and everything they lead to, breadth first; in the order of ``entries`` where the recipe has it."""
        named = {
            _key(self._resource(name)): name for name in (*row.get("entries", ()), *row.get("versions", ()), *seeds)
        }
        found = list(dict.fromkeys(seeds))
        for name in found:
            for reference in _references(self._resource(name)):
                target = named.get(reference) or self._only(reference, row)
                if target not in found:
                    found.append(target)
        order = row.get("entries", found)
        if set(found) - set(order):
            raise RecipeError(f"{self.folder.name}: entries leave out {sorted(set(found) - set(order))}")
        return (self._resource(name) for name in order)

    def _only(self, reference: str, row: Json) -> str:
        names = [name for name, resource in self.resources.items() if _key(resource) == reference]
        if len(names) != 1:
            where = row.get("file") or row.get("event")
            raise RecipeError(f"{self.folder.name}, {where}: {reference} is {names or 'in no file'}; name one")
        return names[0]

    def _entries(self, row: Json, resources: list[Json]) -> list[Json]:
        base = self._system(row["from"])
        return [{"fullUrl": f"{base}/fhir/{_key(each)}", "resource": each} for each in resources]


def _key(resource: Json) -> str:
    return f"{resource['resourceType']}/{resource['id']}"


def _reference(resource: Json) -> Json:
    return {"reference": _key(resource)}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, part in value.items():
            if name == "reference" and isinstance(part, str) and not part.startswith(("#", "http", "urn:")):
                yield part
            else:
                yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RecipeError as error:
        sys.exit(str(error))
