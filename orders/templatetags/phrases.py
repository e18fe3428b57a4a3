"""`{% translate %}` that looks a fixed phrase up once per language instead of at every rendering.

A page has some eighty phrases, and Django's own tag spent a fifth of the page's time on them. Extraction sees no difference,
because it reads the template's text. Load it after i18n.
"""

from __future__ import annotations

from django import template
from django.template.base import Node, Parser, Token
from django.template.context import Context
from django.templatetags.i18n import do_translate
from django.utils.translation import get_language

register = template.Library()


class Phrase(Node):
    """A phrase without variables: what Django's own node says, kept per language for as long as the template lives."""

    def __init__(self, own: Node) -> None:
        self.own = own
        self.said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        if (words := self.said.get(language)) is None:
            words = self.said[language] = self.own.render(context)
        return words


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    """Django's tag; a bare phrase (no `as`, no `context`, no variable, no filter) is kept."""
    own = do_translate(parser, token)
    rest = token.contents.removeprefix("translate").strip()
    bare = rest[:1] in "\"'" and rest.endswith(rest[0]) and rest.count(rest[0]) == 2
    return Phrase(own) if bare else own
