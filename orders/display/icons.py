"""Icons from the sprite static/icons.svg. An icon is always decorative: its meaning is also given as text."""

from __future__ import annotations

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


@lru_cache(maxsize=128)
def icon(name: str) -> SafeString:
    """The HTML for the sprite's symbol `name`; screen readers skip it."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons.svg"), name)
