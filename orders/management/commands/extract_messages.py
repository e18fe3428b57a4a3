"""Collect the translatable phrases in the code and the templates, without gettext's own tools.

`manage.py extract_messages` writes locale/django.pot and updates each locale/<language>/LC_MESSAGES/django.po: new phrases are added
without a translation, and unused ones are removed. `pybabel compile -d locale -D django` compiles the catalogues.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation.template import templatize

KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
}
CODE = ("accounts", "orders", "cdpviewer")


class Command(BaseCommand):
    help = "Collect the phrases of code and templates into locale/django.pot and every language's django.po."

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        template = phrases(root)
        folder = root / "locale"
        _write(folder / "django.pot", template)
        for path in sorted(folder.glob("*/LC_MESSAGES/django.po")):
            with path.open("rb") as source:
                catalogue = read_po(source, locale=path.parents[1].name)
            catalogue.update(template, no_fuzzy_matching=True)
            catalogue.obsolete.clear()
            _write(path, catalogue)
        self.stdout.write(f"{len(template)} phrases")


def phrases(root: Path) -> Catalog:
    """All translatable phrases in the code and templates under `root`, with the files that use them."""
    catalogue = Catalog(project="cdpviewer", charset="utf-8")
    for path in sources(root):
        place = path.relative_to(root).as_posix()
        for message in _of_file(path):
            context = message[3] if isinstance(message[3], str) else None
            catalogue.add(message[1], locations=[(place, 0)], context=context)
    return catalogue


def sources(root: Path) -> Iterator[Path]:
    """The files to search for phrases, in a stable order."""
    for folder in CODE:
        yield from sorted((root / folder).rglob("*.py"))
    yield from sorted((root / "templates").rglob("*.html"))


def _of_file(path: Path) -> Iterator[tuple[Any, ...]]:
    text = path.read_text(encoding="utf-8")
    kind = "jinja2" if path.suffix == ".html" else "python"
    if path.suffix == ".html" and "django" in path.parts:
        # In parentheses, because the output of templatize is indented like HTML and not like Python.
        text, kind = f"(\n{templatize(text, origin=str(path.name))}\n)", "python"
    return iter(extract(kind, io.BytesIO(text.encode()), keywords=KEYWORDS, comment_tags=[]))


def _write(path: Path, catalogue: Catalog) -> None:
    with path.open("wb") as target:
        write_po(
            target, catalogue, width=120, sort_output=True, include_lineno=False, omit_header=path.suffix == ".pot"
        )
