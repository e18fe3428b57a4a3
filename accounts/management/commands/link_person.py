"""Link an existing user to their account at the provider."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from orders.privacy import account_events
from orders.privacy.record_kinds import Action


class Command(BaseCommand):
    help = "Link a person with their subject (sub) at the OpenID Connect provider, so that they sign in there as the person they are here."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("subject", help="the claim “sub” of the person, as the provider's administration shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SIGN_ON.provider is None:
            raise CommandError("CDPVIEWER_OIDC_ISSUER is not set.")
        person = User.objects.filter(username=options["username"]).first()
        if person is None:
            raise CommandError("There is no person of that user name.")
        issuer = settings.SIGN_ON.provider.issuer
        if SocialAccount.objects.filter(provider=issuer, uid=options["subject"]).exclude(user=person).exists():
            raise CommandError("That subject belongs to somebody else here.")
        with transaction.atomic():
            _row, made = SocialAccount.objects.get_or_create(provider=issuer, uid=options["subject"], user=person)
            if made:
                account_events.record(Action.RIGHTS_GIVEN, about=person, detail="sign-in by the provider")
        self.stdout.write(f"{person.username} signs in with {settings.SIGN_ON.provider.name} from now on.")
