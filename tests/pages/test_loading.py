"""Joined templates say what Django's own say."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from django.template import Context, Engine
from django.utils import translation

from orders import loading

PARTS = {
    "frame.html": '<title>{% block title %}{% translate "Orders" %}{% endblock %}</title>{% block main %}{% endblock %}',
    "part.html": "{% load i18n %}[{{ name }}{{ forloop.counter }}]",
    "page.html": (
        '{% extends "frame.html" %}{% load i18n icons static %}'
        "{% block title %}{{ order.price }} · {{ block.super }}{% endblock %}"
        '{% block main %}{% icon "copy" %}<a href="{% url "connections" %}">{% translate "Connections" %}</a>{% static "app.css" %}'
        '{% translate "Orders" as kept %}{{ kept }}{% icon kind %}'
        "{% for row in rows %}{% include \"part.html\" with name=row.name %}{% if forloop.last %}!{% elif row.name == 'b' %}?{% endif %}"
        "{% empty %}none{% endfor %}{% include part %}"
        '{{ sent }} {{ safe }} {{ sent|upper|default:"–" }} {{ missing.field }} {{ missing|default:"–" }} {{ called }} {{ number }}'
        "{% if missing.field or order.items %}{{ order.items.0 }}{% endif %}{% with a=order.price %}{{ a }}{% endwith %}"
        "{{ table.items }}{{ table.name }}{{ _('Orders') }}{% autoescape off %}{{ sent }}{% endautoescape %}"
        '{% blocktranslate trimmed with a=sent %}Ticket {{ ticket }}{% endblocktranslate %}{% include "absent.html" %}'
        "{% endblock %}"
    ),
    "absent.html": "here",
    "loop.html": '{{ deep }}{% if deep %}{% with deep="" %}{% include "loop.html" %}{% endwith %}{% endif %}',
}
LIBRARIES = {
    "i18n": "django.templatetags.i18n",
    "static": "django.templatetags.static",
    "icons": "orders.templatetags.icons",
}


class Recorded:
    """An answer that a template calls."""

    def __call__(self) -> str:
        return "called <now>"


def values() -> dict[str, Any]:
    from django.utils.safestring import SafeString

    return {
        "order": SimpleNamespace(price=1234.5, items=("<first>",)),
        "rows": [{"name": "a"}, {"name": "b"}, {"name": "<c>"}],
        "kind": "print",
        "part": "part.html",
        "sent": "<b>&\"'",
        "safe": SafeString("<i>"),
        "called": Recorded(),
        "number": 1000,
        "table": {"name": "<x>", "items": "a key, not the method"},
        "ticket": "ZD-1 <",
        "deep": "down",
    }


def engine(joined: bool) -> Engine:
    inner = [("django.template.loaders.locmem.Loader", PARTS)]
    outer = "orders.loading.Loader" if joined else "django.template.loaders.cached.Loader"
    return Engine(libraries=LIBRARIES, builtins=["django.templatetags.i18n"], loaders=[(outer, inner)])


@pytest.fixture(params=["en", "de"], autouse=True)
def language(request: pytest.FixtureRequest) -> Iterator[None]:
    with translation.override(request.param):
        yield


@pytest.mark.parametrize("name", ["page.html", "frame.html", "part.html", "loop.html"])
def test_the_same_words(name: str) -> None:
    own, joined = engine(False).get_template(name), engine(True).get_template(name)
    for _turn in range(2):
        assert joined.render(Context(values())) == own.render(Context(values()))
        assert joined.render(Context({"part": "part.html"})) == own.render(Context({"part": "part.html"}))


def test_constants_become_one_text() -> None:
    whole: Any = engine(True).get_template("page.html").nodelist[0]
    nodes = whole.blocks["main"].nodelist
    first = nodes[0].s
    assert first.startswith("<svg")
    assert "</a>" in first
    assert first.endswith("app.css")


def test_a_template_is_kept_for_each_language() -> None:
    kept = engine(True)
    with translation.override("en"):
        english = kept.get_template("page.html").render(Context(values()))
    with translation.override("de"):
        german = kept.get_template("page.html").render(Context(values()))
    assert "Connections" in english
    assert "Connections" not in german


def test_a_fault_of_a_field_is_not_hidden() -> None:
    class Faulty:
        @property
        def price(self) -> str:
            raise AttributeError("of its own")

    template = engine(True).from_string("")
    field = loading.Field(("order", "price"))
    context = Context({"order": Faulty()})
    context.template = template
    with pytest.raises(AttributeError, match="of its own"):
        field.resolve(context)
