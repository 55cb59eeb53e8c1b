"""The one piece of news that reporting tells: figures that count have changed."""

from django.dispatch import Signal

# Sent inside the transaction that changed them, with `reporting_round`, `user` and `reason`.
figures_submitted = Signal()
