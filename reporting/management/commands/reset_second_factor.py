"""`manage.py reset_second_factor ADDRESS`: when the only administrator has lost phone and recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reporting.models import User
from reporting.services.accounts import reset_second_factor


class Command(BaseCommand):
    help = "Remove a person's app, passkeys and recovery codes, end their sessions and tell them by mail."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose."""
        parser.add_argument("address", help="the person's e-mail address")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email=options["address"].strip().lower()).first()
        if person is None:
            raise CommandError(f"Nobody has the address {options['address']}.")
        done = reset_second_factor(user_id=person.pk, by=None, at=timezone.now())
        self.stdout.write(
            f"{person.email}: the second factor is reset." if done else f"{person.email} has none."
        )
