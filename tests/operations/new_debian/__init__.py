"""Modules that run inside the new Debian of from_empty_debian.py under the installed program's Python, without the tests' dependencies."""
