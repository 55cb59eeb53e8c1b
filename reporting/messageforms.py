"""The form in which a message is written, with its files."""

import uuid
from typing import Any, BinaryIO, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from reporting.services.messages import Upload


class FilesInput(forms.ClearableFileInput):
    """The browser's own field for several files."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/file.html"


class FilesField(forms.FileField):
    """Several files, none of them required. What they hold is judged by the service."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """The files as they came, with the names that they were given."""
        files: list[UploadedFile] = [file for file in data or [] if file]
        return [
            Upload(name=file.name or "", content=cast("BinaryIO", file.file), size=file.size or 0)
            for file in files
            if file.name
        ]


class MessageForm(forms.Form):
    """A message and its files. `form_key` lets a form that is sent twice make one message."""

    body = forms.CharField(
        label=_("Message"),
        required=False,  # the service words what is missing
        strip=False,
        widget=forms.Textarea(attrs={"rows": 5, "aria-describedby": "id_body_help"}),
    )
    attachments = FilesField(
        label=_("Files"),
        required=False,
        widget=FilesInput(
            attrs={"accept": ".pdf,.xlsx,.docx,.png", "aria-describedby": "id_attachments_help"}
        ),
    )
    form_key = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_form_key(self) -> uuid.UUID:
        """The key of the form; a new one where a program sent none, or something else."""
        try:
            return uuid.UUID(self.cleaned_data["form_key"])
        except ValueError:
            return uuid.uuid4()
