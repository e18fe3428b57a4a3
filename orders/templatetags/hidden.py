"""Unknown fields of an order that may hold somebody's documents: the page gets a mask, never the value."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from orders.masking import is_personal, mask

register = template.Library()


@register.filter
def unless_personal(value: str, key: str) -> str:
    """`value` as it is, or its mask where `key`, or what is inside, speaks of documents or people."""
    return _("%(mask)s (hidden)") % {"mask": mask("")} if is_personal(key, value) else value
