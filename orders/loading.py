"""Templates, with all that never changes rendered when they are loaded: once per language, not once per page.

Django walks a template node by node. On the order page half of the nodes say the same every time (phrases, symbols, fixed
addresses, the glue between them), and most of the others read a field of a record. So the loader keeps a template per language
and in it joins what is constant, puts included parts in their place, and reads plain values the short way. What a template
means stays Django's: every doubt is left to its own nodes. A third of the rendering time.
"""

from __future__ import annotations

import html
import re
from typing import Any

from django.template import Context, TemplateDoesNotExist
from django.template.base import (
    FilterExpression,
    Node,
    NodeList,
    Template,
    TextNode,
    Variable,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import IfNode, LoadNode, URLNode, WithNode
from django.template.library import SimpleNode
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.template.loaders import base, cached
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch, get_script_prefix, reverse
from django.utils.translation import get_language

from orders.templatetags.icons import icon

SPECIAL = re.compile("[&<>\"']")


class _Joined(base.Loader):
    """Compiles a template and joins it before anybody else sees it."""

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        template = super().get_template(template_name, skip)
        context = Context()
        context.template = template
        _join(template.nodelist, context)
        return template


class Loader(cached.Loader, _Joined):
    """Django's cached loader, with a template per language and mount point."""

    def cache_key(self, template_name: str, skip: Any = None) -> str:
        return f"{get_language()} {get_script_prefix()} {super().cache_key(template_name, skip)}"


class Field(Variable):
    """`a.b.c` where a is in the context and the rest are fields; anything else is Django's to find, or to miss."""

    __slots__ = ("first", "rest")

    def __init__(self, lookups: tuple[str, ...]) -> None:
        super().__init__(".".join(lookups))
        self.first, *self.rest = lookups

    def resolve(self, context: Any) -> Any:
        try:
            current = context[self.first]
            for name in self.rest:
                current = current[name] if type(current) is dict else getattr(current, name)
        except (KeyError, AttributeError, TypeError):
            return super().resolve(context)
        return super().resolve(context) if callable(current) else current


class Value(VariableNode):
    """`{{ … }}`: text without special characters, which most is, needs no escaping and no further look."""

    def render(self, context: Context) -> str:
        output = self.filter_expression.resolve(context)
        if type(output) is str and context.autoescape:
            return html.escape(output) if SPECIAL.search(output) else output
        return render_value_in_context(output, context)


class Address(Node):
    """`{% url "order" ref %}`: worked out once with a stand-in, whose place every clean ref takes as it is."""

    child_nodelists = ()
    STAND_IN = "stand-in"
    CLEAN = re.compile(r"[A-Za-z0-9._~-]+")  # what an address never quotes

    def __init__(self, own: URLNode) -> None:
        self.own, self.ref = own, own.args[0]
        try:
            self.before, _, self.after = reverse(own.view_name.var, args=[self.STAND_IN]).partition(self.STAND_IN)
        except NoReverseMatch:
            self.CLEAN = re.compile("(?!)")  # takes something else than text: never the short way

    def render(self, context: Context) -> str:
        ref = self.ref.resolve(context)
        if isinstance(ref, str) and self.CLEAN.fullmatch(ref):
            return f"{self.before}{ref}{self.after}"
        return self.own.render(context)


def _join(nodes: NodeList, context: Context) -> None:
    joined: list[Any] = []
    for node in nodes:
        text = _constant(node, context)
        if text is None:
            joined.append(_shortened(node, context))
        elif joined and isinstance(joined[-1], TextNode):
            joined[-1] = TextNode(joined[-1].s + text)
        elif text:
            joined.append(TextNode(text))
    nodes[:] = joined


def _constant(node: Any, context: Context) -> str | None:
    """What the node says on every page, None where that is not certain."""
    if isinstance(node, TextNode):
        return str(node.s)
    if isinstance(node, LoadNode):
        return ""
    fixed = (
        (isinstance(node, TranslateNode) and not node.asvar and not node.message_context and _is_literal(node.filter_expression))
        or (isinstance(node, StaticNode) and not node.varname and _is_literal(node.path))
        or (isinstance(node, SimpleNode) and node.func is icon and not node.target_var and all(map(_is_literal, node.args)))
        or (isinstance(node, URLNode) and _is_fixed(node) and not (node.args or node.kwargs))
    )  # fmt: skip
    try:
        return str(node.render(context)) if fixed else None
    except NoReverseMatch:
        return None  # to be told when the page is rendered, if it comes to that


def _shortened(node: Any, context: Context) -> Any:
    """The node with short ways to its values and with its parts joined."""
    if type(node) is VariableNode:
        short = Value(node.filter_expression)
        short.token, short.origin = node.token, node.origin
        node = short
        _shorten(node.filter_expression)
    elif isinstance(node, URLNode) and _is_fixed(node) and len(node.args) == 1 and not node.kwargs:
        _shorten(node.args[0])
        node = Address(node)
    elif isinstance(node, IncludeNode):
        node = _in_place(node, context)
    elif isinstance(node, IfNode):
        for condition, nodes in node.conditions_nodelists:
            _shorten_condition(condition)
            _join(nodes, context)
    elif isinstance(node, ExtendsNode):
        _join(node.nodelist, context)
    else:
        for name in node.child_nodelists:
            if isinstance(inner := getattr(node, name, None), NodeList):
                _join(inner, context)
    for value in (getattr(node, "sequence", None), *_arguments(node)):
        _shorten(value)
    return node


def _arguments(node: Any) -> list[Any]:
    found = list(getattr(node, "args", None) or ())
    for name in ("kwargs", "extra_context"):
        found += (getattr(node, name, None) or {}).values()
    return found


def _in_place(node: IncludeNode, context: Context) -> Any:
    """The part itself instead of the order to fetch it."""
    whole: Any = context.template
    if node.isolated_context or not _is_literal(node.template) or node.template.resolve(context) == whole.name:
        return node
    try:
        part = whole.engine.get_template(node.template.resolve(context))
    except TemplateDoesNotExist:
        return node
    return WithNode(None, None, part.nodelist, extra_context=node.extra_context)


def _shorten(value: Any) -> None:
    looked_up = isinstance(value, FilterExpression) and _is_looked_up(value)
    if looked_up and not value.var.translate:
        value.var = Field(value.var.lookups)


def _shorten_condition(condition: Any) -> None:
    if condition is not None:
        _shorten(condition.value)
        for part in (condition.first, condition.second):
            _shorten_condition(part)


def _is_fixed(node: URLNode) -> bool:
    """Whether the name is known now; one with a colon depends on the page it stands on."""
    return not node.asvar and _is_literal(node.view_name) and ":" not in node.view_name.token


def _is_literal(value: Any) -> bool:
    return isinstance(value, FilterExpression) and not value.filters and not _is_looked_up(value)


def _is_looked_up(value: FilterExpression) -> bool:
    return isinstance(value.var, Variable) and value.var.lookups is not None
