"""Writing in a thread, by service and by form, for tests."""

import io
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from reporting import filestore
from reporting.models import (
    Message,
    ReportingRound,
    Side,
    Submission,
    User,
)
from reporting.services.messages import (
    Upload,
    post_message,
)
from tests.factories import (
    make_round,
    moment,
)
from tests.files import pdf


def folder() -> Path:
    return Path(filestore.attachment_store().path(""))


def stored_files() -> list[Path]:
    return [path for path in folder().rglob("*") if path.is_file()]


def upload(name: str = "Beslut.pdf", content: bytes | None = None) -> Upload:
    data = pdf() if content is None else content
    return Upload(name=name, content=io.BytesIO(data), size=len(data))


def open_round(**fields: Any) -> ReportingRound:
    now = timezone.now()
    return make_round(
        **{"opens_at": now - timedelta(days=3), "closes_at": now + timedelta(days=19), **fields}
    )


def write(report: Submission, by: User, body: str = "Hello", **fields: Any) -> Message:
    side = Side.AGENCY if by.is_staff else Side.REGION
    return post_message(submission_id=report.pk, by=by, body=body, **{"side": side, "at": moment(), **fields})


def signed_in(user: User) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="reporting.accounts.InvitedBackend")
    return client


def send(client: Client, address: str, body: str = "Hello", *files: SimpleUploadedFile, **more: Any) -> Any:
    fields = {"body": body, "form_key": str(uuid.uuid4()), "attachments": list(files), **more}
    return client.post(address, fields)
