"""Forms of the open pages: their shape, and what a single field may hold."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from publication.verification import bare_checksum

FILE_MAX_BYTES = 1_000_000


class NumberForm(forms.Form):
    """A receipt's number and checksum, as they stand on it."""

    number = forms.CharField(
        label=_("Receipt number"),
        max_length=80,
        help_text=_("Such as PP-2022-2024-03-1."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    sha256 = forms.CharField(
        label=_("Checksum of the receipt (SHA-256)"),
        max_length=200,
        help_text=_("64 figures and letters from a to f. Spaces do not matter."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_sha256(self) -> str:
        """The checksum without spaces, in lower case."""
        bare = bare_checksum(self.cleaned_data["sha256"])
        if not re.fullmatch(r"[0-9a-f]{64}", bare):
            raise ValidationError(_("A checksum has 64 figures and letters from a to f. Compare it again."))
        return bare


class FileForm(forms.Form):
    """A receipt's file, PDF or JSON. It is read, and not kept."""

    file = forms.FileField(
        label=_("The receipt as PDF or JSON"),
        help_text=_("The file as you got it, at most 1 MB. It is read and not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.json,application/pdf,application/json"}),
    )

    def clean_file(self) -> UploadedFile:
        """A file of a receipt's size."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > FILE_MAX_BYTES:
            raise ValidationError(_("The file is larger than any receipt. Choose the receipt itself."))
        return file
