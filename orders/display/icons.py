"""Icons from the single sprite. They are always decorative: the words next to them have the same meaning."""

from __future__ import annotations

from functools import lru_cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString


@lru_cache(maxsize=128)
def icon(name: str) -> SafeString:
    """The symbol `name` of static/icons.svg, hidden from screen readers."""
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons.svg"), name)
