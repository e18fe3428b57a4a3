"""Unknown fields of an order that may hold somebody's documents: the page gets a mask, never the value."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orders.cdp.records import Extra
from orders.masking import is_personal, mask
from orders.speech import say as _


def unless_personal(value: str, key: str) -> str:
    """`value` as it is, or its mask where `key`, or what is inside, speaks of documents or people."""
    return _("%(mask)s (hidden)") % {"mask": mask("")} if is_personal(key, value) else value


def holds_personal(groups: Iterable[tuple[str, Sequence[Extra]]]) -> bool:
    """Whether anything in the groups of custom data is hidden by `unless_personal`."""
    return any(is_personal(extra.key, extra.value) for _title, values in groups for extra in values)
