"""Link an existing user to their account at the OpenID Connect provider."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.sign_on.linking import BelongsToAnother, end_password, link


class Command(BaseCommand):
    help = (
        "Link a person with their subject (sub) at the OpenID Connect provider, so that they sign in there as the person they are here. "
        "A password that they have here stays, unless --end-password is given. Can be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("subject", help="the person's claim “sub”, as the provider's admin console shows it")
        parser.add_argument("--end-password", action="store_true", help="end the password that they have here")

    def handle(self, *args: Any, **options: Any) -> None:
        provider = settings.SIGN_ON.provider
        if provider is None:
            raise CommandError("CDPVIEWER_OIDC_ISSUER is not set.")
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError("There is no person of that user name.")
        try:
            with transaction.atomic():
                link(person, options["subject"], provider)
                ended = options["end_password"] and end_password(person)
        except BelongsToAnother:
            raise CommandError("That subject belongs to somebody else here.") from None
        self.stdout.write(f"{person.username} signs in with {provider.name} from now on.")
        if ended:
            self.stdout.write("Their password here is ended, and so are all their sessions.")
        elif person.has_usable_password():
            self.stdout.write(
                f"Their password here still works, also after {provider.name} no longer lets them in. "
                "To end it, run this again with --end-password."
            )
