"""Zendesk's published rules for an app's files.

https://developer.zendesk.com/documentation/apps/app-developer-guide/manifest/ and the checks that Zendesk runs on an upload
(https://github.com/zendesk/zendesk_apps_support), as far as they concern an app in a frame for one account.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

KNOWN = {
    "name", "author", "version", "frameworkVersion", "defaultLocale", "private", "location", "parameters", "domainWhitelist",
    "signedUrls", "singleInstall", "termsConditionsURL",
}  # fmt: skip
REQUIRED = ("author", "defaultLocale", "location", "frameworkVersion")
PARAMETER = {"name", "type", "required", "secure", "default", "scopes"}
TYPES = {"text", "checkbox", "url", "number", "multiline", "hidden", "oauth"}
LOCATIONS = {
    "ticket_sidebar", "new_ticket_sidebar", "user_sidebar", "organization_sidebar", "ticket_editor", "top_bar", "nav_bar",
    "background", "modal",
}  # fmt: skip
LOCALE = re.compile(r"[a-z]{2,3}(-\w{2,3})?")
LOGOS = {"assets/logo.png": 320, "assets/logo-small.png": 128}


def faults(files: Mapping[str, bytes]) -> list[str]:
    """Errors in an app with these files, which are named by their paths in the zip."""
    try:
        manifest = json.loads(files["manifest.json"], object_pairs_hook=_without_doubles)
    except (KeyError, ValueError) as error:
        return [f"manifest: {error!r}"]
    return [
        *_of_the_manifest(manifest),
        *_of_locations(manifest.get("location", {}), files),
        *_of_parameters(manifest.get("parameters", [])),
        *_of_translations(manifest, files),
        *(f"logo: {name}" for name, size in LOGOS.items() if _size_of_png(files.get(name, b"")) != (size, size)),
    ]


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _value in pairs}) < len(pairs):
        raise ValueError("a key is there twice")
    return dict(pairs)


def _of_the_manifest(manifest: dict[str, Any]) -> Iterator[str]:
    yield from (f"missing: {name}" for name in REQUIRED if not manifest.get(name))
    yield from (f"unknown: {name}" for name in sorted(set(manifest) - KNOWN))
    author = manifest.get("author") or {}
    yield from (f"author: {name}" for name in ("name", "email") if not _is_text(author.get(name)))
    if "@" not in str(author.get("email")):
        yield "author: email"
    if "url" in author and not urlsplit(str(author["url"])).netloc:
        yield "author: url"
    yield from (
        f"text: {name}" for name in ("name", "version", "defaultLocale") if not _is_text(manifest.get(name, "x"))
    )
    yield from (
        f"boolean: {name}"
        for name in ("private", "signedUrls", "singleInstall")
        if not isinstance(manifest.get(name, False), bool)
    )
    if manifest.get("frameworkVersion") != "2.0":
        yield "frameworkVersion"


def _of_locations(location: dict[str, Any], files: Mapping[str, bytes]) -> Iterator[str]:
    for product, places in location.items():
        if product != "support":
            yield f"product: {product}"
        for place, options in places.items():
            if place not in LOCATIONS:
                yield f"location: {place}"
            url = options.get("url", "") if isinstance(options, dict) else options
            if not (url.startswith("https://") or (url.startswith("assets/") and url in files)):
                yield f"location's page: {url}"
            if isinstance(options, dict) and not isinstance(options.get("flexible", True), bool):
                yield f"boolean: {place}.flexible"


def _of_parameters(parameters: list[dict[str, Any]]) -> Iterator[str]:
    names = [parameter.get("name") for parameter in parameters]
    if len(set(names)) < len(names) or "name" in names or None in names:
        yield "parameters: names"
    for parameter in parameters:
        yield from (f"parameter: {key}" for key in sorted(set(parameter) - PARAMETER))
        if parameter.get("type", "text") not in TYPES:
            yield f"type: {parameter['type']}"
        for key in ("required", "secure"):
            if not isinstance(parameter.get(key, False), bool):
                yield f"boolean: {key}"
        if parameter.get("type") == "hidden" and parameter.get("required"):
            yield "hidden and required"
        if parameter.get("type") == "oauth" and parameter.get("secure"):
            yield "oauth and secure"


def _of_translations(manifest: dict[str, Any], files: Mapping[str, bytes]) -> Iterator[str]:
    translations = {name: content for name, content in files.items() if name.startswith("translations/")}
    if f"translations/{manifest.get('defaultLocale')}.json" not in translations:
        yield "no translation for defaultLocale"
    for name, content in translations.items():
        if not LOCALE.fullmatch(name.removeprefix("translations/").removesuffix(".json")):
            yield f"locale: {name}"
        words = json.loads(content).get("app", {})
        if not _is_text(words.get("name")):
            yield f"{name}: name"
        labels = words.get("parameters", {})
        if set(labels) != {parameter.get("name") for parameter in manifest.get("parameters", [])}:
            yield f"{name}: parameters"
        yield from (f"{name}: label of {key}" for key, value in labels.items() if not _is_text(value.get("label")))


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _size_of_png(content: bytes) -> tuple[int, ...]:
    return struct.unpack(">II", content[16:24]) if content[:8] == b"\x89PNG\r\n\x1a\n" else ()
