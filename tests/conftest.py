"""Fixtures for all tests; each is documented where it is defined."""

from __future__ import annotations

import os

import hypothesis

from tests.browser import browser, context, page, signed_in
from tests.canary import canary
from tests.databases import pytest_itemcollected
from tests.flushing import django_db_setup
from tests.live import gathered_static, live_app, running_app, running_sandbox, sandbox
from tests.network import only_this_machine
from tests.ordering import pytest_collection_modifyitems

__all__ = [
    "browser", "canary", "context", "django_db_setup", "gathered_static", "live_app", "only_this_machine", "page",
    "pytest_collection_modifyitems", "pytest_itemcollected", "running_app", "running_sandbox", "sandbox", "signed_in",
]  # fmt: skip

# Time limits per example are unreliable on a shared machine. HYPOTHESIS_PROFILE=deep searches further, overnight or before a release.
hypothesis.settings.register_profile("usual", deadline=None, max_examples=200)
hypothesis.settings.register_profile("deep", deadline=None, max_examples=5000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))
