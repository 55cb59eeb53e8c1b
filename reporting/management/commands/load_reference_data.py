"""manage.py load_reference_data: regions, inhabitants, plans, published rates, the agency's roles."""

from typing import Any

from django.core.management.base import BaseCommand

from reporting.reference import load_reference_data


class Command(BaseCommand):
    help = "Load the 21 regions with their reference figures. Safe to run again."

    def handle(self, *args: Any, **options: Any) -> None:
        count = load_reference_data()
        self.stdout.write(f"{count} regions with their reference figures are in the database.")
