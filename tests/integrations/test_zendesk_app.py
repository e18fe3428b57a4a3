"""The Zendesk zip that `make zendesk-app` writes meets Zendesk's published rules. It was not uploaded to Zendesk."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from integrations.zendesk.pack import HERE, pack
from tests.integrations.zendesk_rules import faults
from tests.live import PROJECT

Change = Callable[[dict[str, Any]], object]


def files_of(packed: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(packed) as zipped:
        return {name: zipped.read(name) for name in zipped.namelist()}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files that `make zendesk-app` packs if there is nothing but the sources."""
    clone = tmp_path_factory.mktemp("clone")
    shutil.copy(PROJECT / "Makefile", clone)
    shutil.copytree(HERE, clone / "integrations" / "zendesk")
    command = ["make", "zendesk-app", f"PYTHON={sys.executable}", "EMAIL=help@acme.example"]
    made = subprocess.run(command, cwd=clone, capture_output=True, text=True, check=False, timeout=60)
    assert made.returncode == 0, made.stderr
    return files_of(clone / "zendesk-app.zip")


def test_the_zip_follows_the_published_rules(files: dict[str, bytes]) -> None:
    assert faults(files) == []
    assert not any(name.endswith(".py") for name in files)


def test_the_author_is_whom_users_of_the_app_may_write_to(files: dict[str, bytes]) -> None:
    assert json.loads(files["manifest.json"])["author"]["email"] == "help@acme.example"


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        pack(tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert faults(files_of(tmp_path / "one.zip")) == []


def test_the_instructions_name_the_origins_of_zendesk(files: dict[str, bytes]) -> None:
    """Both pages around the frame: Zendesk's own, and the one from which it serves an app."""
    written = json.loads(files["translations/en.json"])["app"]["installation_instructions"]
    assert "CDPVIEWER_EMBED_ORIGINS=https://acme.zendesk.com,https://*.apps.zdusercontent.com" in written


BROKEN: dict[str, Change] = {
    "missing: author": lambda manifest: manifest.pop("author"),
    "author: email": lambda manifest: manifest["author"].pop("email"),
    "author: url": lambda manifest: manifest["author"].update(url="acme"),
    "unknown: autor": lambda manifest: manifest.update(autor={}),
    "frameworkVersion": lambda manifest: manifest.update(frameworkVersion="1.0"),
    "boolean: private": lambda manifest: manifest.update(private="true"),
    "location: sidebar": lambda manifest: manifest["location"]["support"].update(sidebar="assets/iframe.html"),
    "location's page: assets/other.html": lambda manifest: manifest["location"]["support"]["ticket_sidebar"].update(
        url="assets/other.html"
    ),
    "type: textarea": lambda manifest: manifest["parameters"][0].update(type="textarea"),
    "boolean: required": lambda manifest: manifest["parameters"][0].update(required="yes"),
    "parameters: names": lambda manifest: manifest["parameters"][0].update(name="field"),
    "no translation for defaultLocale": lambda manifest: manifest.update(defaultLocale="de"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_the_rules_find_a_fault(files: dict[str, bytes], fault: str) -> None:
    manifest = json.loads(files["manifest.json"])
    BROKEN[fault](manifest)
    assert fault in faults(files | {"manifest.json": json.dumps(manifest).encode()})


@pytest.mark.parametrize("name", ["assets/logo.png", "assets/iframe.html", "translations/en.json", "manifest.json"])
def test_the_rules_miss_a_file(files: dict[str, bytes], name: str) -> None:
    assert faults({path: content for path, content in files.items() if path != name})
