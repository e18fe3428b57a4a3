"""How passwords are kept: argon2id."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """argon2id with 19 MiB, two passes, one lane: the least that OWASP advises.

    Django's default takes 100 MiB and eight lanes for every try, which lets a handful of sign-in tries fill the server.
    """

    memory_cost = 19_456  # KiB
    time_cost = 2
    parallelism = 1
