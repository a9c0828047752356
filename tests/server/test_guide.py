"""The guide at /guide: every file of the site, without a token, and nothing else of the disk."""

from collections.abc import Callable
from pathlib import Path

import pytest
from talking import Client

from vrfhir.guide.site import site_files

BASE = "http://endpoint.test"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def open_client(make_client: Callable[..., Client]) -> Client:
    return make_client(tokens=[{"token": "secret-of-a-test", "role": "owner"}])


def test_the_guide_is_served_to_everybody(open_client: Client) -> None:
    entered = open_client.get(f"{BASE}/guide")
    assert (entered.status_code, entered.headers["location"]) == (307, "/guide/index.html")
    files = site_files(ROOT / "examples", ROOT / "conformance")
    for name in ("index.html", "style.css", "guide.js", "search-index.js", "StructureDefinition-VR-Patient.json"):
        answer = open_client.get(f"{BASE}/guide/{name}")
        assert answer.status_code == 200
        assert answer.content == files[name]
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert open_client.get(f"{BASE}/guide/index.html").headers["content-type"] == "text/html; charset=utf-8"
    again = open_client.get(
        f"{BASE}/guide/style.css", headers={"If-None-Match": open_client.get(f"{BASE}/guide/style.css").headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/guide/none.html",
        "/guide/../pyproject.toml",
        "/guide/..%2fpyproject.toml",
        "/guide/%2fetc%2fpasswd",
        "/guide/assets/",
    ],
)
def test_nothing_else_is_served(open_client: Client, path: str) -> None:
    assert open_client.get(BASE + path).status_code in (404, 401)
