"""What became of a request to pin an order to the start page."""

from __future__ import annotations

from accounts.language import translate as _


def not_pinned(most: int) -> str:
    """The reason why an order was not pinned; `most` is the largest number of pinned orders."""
    return _("Not pinned. You can pin only orders that you have opened, and no more than %(count)s.") % {"count": most}


def pin_word(pinned: bool) -> str:
    """The word for an order that has just been pinned or unpinned, for screen readers."""
    return _("Pinned") if pinned else _("Unpinned")
