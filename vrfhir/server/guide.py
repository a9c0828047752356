"""The implementation guide at ``/guide``: the site of :mod:`vrfhir.guide`, made when it is first asked for and then kept.

Everything in it is public and the same for everybody, so it needs no token; it holds no data of this endpoint.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping
from mimetypes import guess_type
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse

__all__ = ["GUIDE_PATH", "mount_guide"]

GUIDE_PATH = "/guide"

_PACKAGE = Path(__file__).resolve().parents[1]
_POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
}


def mount_guide(app: FastAPI) -> None:
    """Serve the guide below :data:`GUIDE_PATH`."""
    site = _Site()

    @app.get(GUIDE_PATH, include_in_schema=False)
    async def enter(request: Request) -> Response:
        return RedirectResponse(f"{request.scope.get('root_path', '')}{GUIDE_PATH}/index.html", status_code=307)

    @app.get(GUIDE_PATH + "/{name:path}", include_in_schema=False)
    async def page(name: str, request: Request) -> Response:
        return await site.answer(name or "index.html", request)


class _Site:
    def __init__(self) -> None:
        self._files: Mapping[str, bytes] = {}
        self._making = asyncio.Lock()

    async def answer(self, name: str, request: Request) -> Response:
        """A file by its name in the site – a key, never a path of the file system – or 404."""
        async with self._making:
            if not self._files:
                self._files = await asyncio.to_thread(_make)
        content = self._files.get(name)
        if content is None:
            return Response("There is no such page in the guide.\n", 404, media_type="text/plain")
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {
            "ETag": tag,
            "Cache-Control": "max-age=300",
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers=headers)
        kind = _TYPES.get(Path(name).suffix) or guess_type(name)[0] or "application/octet-stream"
        return Response(content, media_type=kind, headers=headers)


def _make() -> Mapping[str, bytes]:
    from vrfhir.guide.site import site_files

    return site_files(_shipped("examples"), _shipped("conformance"))


def _shipped(folder: str) -> Path:
    """A folder that ships beside the code: in the wheel, or in a checkout."""
    inside = _PACKAGE / "_shipped" / folder
    return inside if inside.is_dir() else _PACKAGE.parent / folder
