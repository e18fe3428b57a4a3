"""Add or update the people listed in a CSV file, including their roles."""

from __future__ import annotations

import csv
from argparse import FileType
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TextIO

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import password_links
from accounts.people_forms import valid_username
from accounts.roles import ROLES, set_roles
from accounts.sign_on.choices import Provider
from accounts.sign_on.linking import link
from accounts.sign_on.membership import missing

COLUMNS = ("username", "first_name", "last_name", "email", "roles", "active", "subject")
LONGEST_SUBJECT = 191  # what `SocialAccount.uid` holds
GROUP_OF = {role.name: role.group for role in ROLES}


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the file. `roles` holds group names, or is None if the file has no `roles` column; `active` is None if not given.

    `values` has the first name, last name and e-mail address by column name, except for columns that the file does not have. `subject` is
    the person's "sub" claim at the provider, or "" if not given.
    """

    username: str
    values: dict[str, str] = field(default_factory=dict)
    roles: frozenset[str] | None = None
    active: bool | None = None
    subject: str = ""


class _DryRun(Exception):
    """Raised at the end of a dry run to roll back all changes."""


class Command(BaseCommand):
    help = (
        f"Add the people in a CSV file (columns: {', '.join(COLUMNS)}; only the first must be there), or change them to what it says. "
        f"Roles: {', '.join(GROUP_OF)}, several joined by +. Active: yes or no. Subject: the claim “sub” of "
        "the person at the OpenID Connect provider, which links the two; without it the provider’s sign-in is refused for somebody who "
        "was here before, until link_person links them. People who are not in the file stay as they are. "
        "Either all lines are right, or nothing is done. Can be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=FileType(encoding="utf-8-sig"), help="UTF-8, with a line of column names")
        parser.add_argument("--dry-run", action="store_true", help="say what would be done, change nothing")
        parser.add_argument(
            "--links",
            metavar="ADDRESS",
            help="print a link to set a password for each new person; ADDRESS is this site's, as in https://orders.example.com",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        lines = self.read(options["file"])
        provider: Provider | None = settings.SIGN_ON.provider
        counts: Counter[str] = Counter(added=0, changed=0, unchanged=0)
        links: list[str] = []
        unlinked = 0
        try:
            with transaction.atomic():
                for line in lines:
                    person, what = _apply(line, provider)
                    counts[what] += 1
                    if what != "unchanged":
                        self.stdout.write(f"{what}: {line.username}")
                    if what == "added" and options["links"] and not options["dry_run"]:
                        links.append(f"{line.username}: {_link(person, options['links'])}")
                unlinked = _unlinked(lines, provider) if provider is not None else 0
                if options["dry_run"]:
                    raise _DryRun
        except _DryRun:
            self.stdout.write("Nothing is changed: this was a dry run.")
        for made in links:
            self.stdout.write(made)
        if provider is not None and unlinked:
            self.stdout.write(
                f"Not linked with {provider.name}, so refused when they sign in there: {unlinked}. "
                "Give their subject in the file, or run link_person."
            )
        self.stdout.write(", ".join(f"{what}: {count}" for what, count in counts.items()))

    def read(self, file: TextIO) -> list[Line]:
        """The people in the file. Raises CommandError, with all the problems found, if the file cannot be read or a line is wrong."""
        with file:
            try:
                rows = csv.DictReader(file, strict=True)
                names = rows.fieldnames or []
                if "username" not in names or set(names) - set(COLUMNS):
                    raise CommandError(
                        f"The first line must name columns out of: {', '.join(COLUMNS)}; there is: {', '.join(names)}."
                    )
                if "subject" in names and settings.SIGN_ON.provider is None:
                    raise CommandError("The column subject needs a provider, and CDPVIEWER_OIDC_ISSUER is not set.")
                read = list(rows)
            except (UnicodeDecodeError, csv.Error) as error:
                raise CommandError(f"The file cannot be read as CSV in UTF-8: {error}.") from None
        wrong: list[str] = []
        lines: list[Line] = []
        seen: set[str] = set()
        subjects: set[str] = set()
        for number, row in enumerate(read, 2):
            problems = [*_problems(row, seen), *_problems_of_subject(row, subjects)]
            wrong += [f"line {number}: {problem}" for problem in problems]
            if not problems:
                lines.append(_line(row))
        if wrong:
            raise CommandError("\n".join([*wrong, "Nothing is changed."]))
        return lines


def _problems(row: dict[str, Any], seen: set[str]) -> Iterator[str]:
    if None in row or None in row.values():
        yield "it has more or fewer cells than the first line"
        return
    name = _name(row)
    try:
        valid_username(name)
    except ValidationError:
        yield "a user name has letters, digits and @ . + - _ only"
    if len(name) > 150 or any(len(row.get(column, "")) > 150 for column in ("first_name", "last_name", "email")):
        yield "a name has 150 characters at most"
    if name.casefold() in seen:
        yield "this user name is in the file twice"
    seen.add(name.casefold())
    if User.objects.filter(username__iexact=name).exclude(username=name).exists():
        yield "a person of this user name differs in capitals only"
    if unknown := set(_roles(row)) - GROUP_OF.keys():
        yield f"there is no role {', '.join(sorted(unknown))}"
    if absent := missing(GROUP_OF[role] for role in _roles(row) if role in GROUP_OF):
        yield f"there is no group {', '.join(sorted(absent))}"
    if row.get("active", "yes").strip().lower() not in {"yes", "no", ""}:
        yield "active is yes or no"


def _problems_of_subject(row: dict[str, Any], seen: set[str]) -> Iterator[str]:
    subject = (row.get("subject") or "").strip()
    provider: Provider | None = settings.SIGN_ON.provider
    if not subject or provider is None:
        return
    if len(subject) > LONGEST_SUBJECT:
        yield f"a subject has {LONGEST_SUBJECT} characters at most"
    if subject in seen:
        yield "this subject is in the file twice"
    seen.add(subject)
    linked = SocialAccount.objects.filter(provider=provider.issuer)
    name = _name(row)
    if linked.filter(uid=subject).exclude(user__username=name).exists():
        yield "this subject belongs to somebody else here"
    if linked.filter(user__username=name).exclude(uid=subject).exists():
        yield "this person is linked with another subject"


def _name(row: dict[str, str]) -> str:
    return User.normalize_username((row["username"] or "").strip())


def _link(person: User, site: str) -> str:
    """A link to set a password, or the reason why there is none."""
    if not password_links.are_of_use_to(person):
        return "no link, because they cannot sign in with a password"
    return f"{site.rstrip('/')}{password_links.make(person)}"


def _unlinked(lines: Iterable[Line], provider: Provider) -> int:
    """The number of active people in the file who are not linked to an account at the provider.

    A link to a former provider does not count.
    """
    people = User.objects.filter(username__in=[line.username for line in lines], is_active=True)
    return people.exclude(socialaccount__provider=provider.issuer).count()


def _roles(row: dict[str, str]) -> list[str]:
    return [role.strip().lower() for role in row.get("roles", "").split("+") if role.strip()]


def _line(row: dict[str, str]) -> Line:
    active = row.get("active", "").strip().lower()
    return Line(
        username=_name(row),
        values={column: row[column].strip() for column in ("first_name", "last_name", "email") if column in row},
        roles=frozenset(GROUP_OF[role] for role in _roles(row)) if "roles" in row else None,
        active={"yes": True, "no": False}.get(active),
        subject=row.get("subject", "").strip(),
    )


def _apply(line: Line, provider: Provider | None) -> tuple[User, str]:
    """Add or update the person, their roles and their link to the provider. Return the person, and "added", "changed" or "unchanged"."""
    person = User.objects.filter(username=line.username).first()
    added = person is None
    if person is None:
        person = User(username=line.username)
        person.set_unusable_password()
    values = {**line.values, **({} if line.active is None else {"is_active": line.active})}
    differs = {name for name, value in values.items() if getattr(person, name) != value}
    for name in differs:
        setattr(person, name, values[name])
    if added:
        person.save()
    elif differs:
        person.save(update_fields=differs)
    roles = line.roles is not None and set_roles(person, line.roles)
    linked = provider is not None and bool(line.subject) and link(person, line.subject, provider)
    return person, "added" if added else "changed" if differs or roles or linked else "unchanged"
