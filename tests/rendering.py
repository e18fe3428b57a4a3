"""The templates' environment for tests: an undefined name is an error, and Django's test client is notified of each page."""

from __future__ import annotations

from typing import Any

import jinja2
from django.test.signals import template_rendered

from orders.display import jinja as own


class Missing(jinja2.Undefined):
    """An undefined name: it may be tested, but never rendered."""

    __str__ = jinja2.Undefined._fail_with_undefined_error


class Heard(jinja2.Template):
    """A template that signals its context when rendered, so that `response.context` holds it."""

    def render(self, *args: Any, **kwargs: Any) -> str:
        template_rendered.send(sender=self, template=self, context=dict(*args, **kwargs))
        return super().render(*args, **kwargs)


def environment(**options: Any) -> jinja2.Environment:
    made = own.make_environment(**{**options, "undefined": Missing})
    made.template_class = Heard
    return made
