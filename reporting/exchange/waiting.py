"""Files that were read in and that nobody has saved in time."""

from datetime import datetime

from reporting.models import PendingUpload


def remove_old_uploads(*, at: datetime) -> int:
    """Remove files whose time is over at the moment `at`; how many they were."""
    return PendingUpload.objects.filter(expires_at__lte=at).delete()[0]
