"""What every test gets."""

from __future__ import annotations

from tests.flushing import django_db_setup

__all__ = ["django_db_setup"]
