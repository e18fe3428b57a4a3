"""`{% url %}` that resolves a fixed address once: the frame has a dozen of them on every page. Load it like any library."""

from __future__ import annotations

from django import template
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.template.defaulttags import url as django_url
from django.urls import get_script_prefix, get_urlconf

register = template.Library()


class Address(Node):
    """An address without arguments, kept per mount point and address table."""

    def __init__(self, own: Node) -> None:
        self.own = own
        self.known: dict[tuple[str, str | None], str] = {}

    def render(self, context: Context) -> str:
        mount = (get_script_prefix(), get_urlconf())
        if (address := self.known.get(mount)) is None:
            address = self.known[mount] = self.own.render(context)
        return address


@register.tag
def url(parser: Parser, token: Token) -> Node:
    """Django's tag; one with nothing but a quoted name is kept."""
    own = django_url(parser, token)
    words = token.split_contents()
    fixed = len(words) == 2 and words[1][:1] in "\"'" and ":" not in words[1]
    return Address(own) if fixed else own
