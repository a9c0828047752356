"""Schema by numbered SQL files: each runs once, in order, in a transaction with the number it brings the file to."""

from __future__ import annotations

import sqlite3
from importlib import resources

from vrfhir.errors import VrfhirError
from vrfhir.issues import Issue

__all__ = ["migrate", "migrations"]


def migrations() -> list[tuple[int, str]]:
    """The shipped migrations, by number."""
    folder = resources.files("vrfhir.server.store") / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    return [(int(file.name.split("_")[0]), file.read_text("utf-8")) for file in files]


def migrate(connection: sqlite3.Connection) -> int:
    """Bring the database up to date and return its schema number; a newer database than we know is refused."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    known = migrations()
    if version > known[-1][0]:
        text = f"The database has schema {version}; this vrfhir knows schemas up to {known[-1][0]}."
        raise VrfhirError(Issue("fatal", "not-supported", "VR-STORE-0001", text, hint="Use the newer vrfhir."))
    for number, script in known:
        if number > version:
            connection.executescript(f"BEGIN IMMEDIATE;\n{script}\nPRAGMA user_version = {number};\nCOMMIT;")
            version = number
    return version
