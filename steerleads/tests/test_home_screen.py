"""The product as an icon on a phone's home screen: what the browser needs for that is there and right."""

import json
import struct
from pathlib import Path

import pytest
from django.contrib.staticfiles.finders import find

from steerleads.tests.browsers import PHONE

pytestmark = pytest.mark.on_one_database

MANIFEST = json.loads(Path(find("steerleads/app.webmanifest")).read_text(encoding="utf-8"))
PICTURES = [icon for icon in MANIFEST["icons"] if icon["type"] == "image/png"]
APPLE = {"src": "apple-touch-icon.png", "sizes": "180x180"}  # which no manifest names


@pytest.mark.parametrize("icon", [*PICTURES, APPLE], ids=lambda icon: icon["src"])
def test_each_picture_has_the_size_that_is_said(icon):
    content = Path(find(f"steerleads/{icon['src']}")).read_bytes()
    width, height = struct.unpack(">II", content[16:24])
    assert (content[:8], f"{width}x{height}") == (b"\x89PNG\r\n\x1a\n", icon["sizes"])


def test_it_opens_with_the_board(manager):
    assert manager.get(MANIFEST["start_url"]).status_code == 200
    assert MANIFEST["start_url"].startswith(MANIFEST["scope"])


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_chromium_finds_nothing_wrong_with_it(open_page):
    page = open_page(viewport=PHONE)
    page.goto("/admin/login/")
    found = page.context.new_cdp_session(page).send("Page.getAppManifest")
    assert found["url"].endswith("/app.webmanifest") and found["errors"] == []
    assert json.loads(found["data"]) == MANIFEST
    for icon in [*MANIFEST["icons"], APPLE]:
        assert page.request.get(f"/static/steerleads/{icon['src']}").ok
