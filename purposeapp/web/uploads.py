from io import BytesIO

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import Error

from purposeapp.web.outage import is_outage

MAX_UPLOAD_BYTES = 65 * 1024 * 1024
"""Bytes of uploaded files that one request may hold: more than any form takes."""


class UploadInMemory(FileUploadHandler):
    """Keeps what is uploaded in memory, as far as a form may want it, and never on the disk.

    Django's own handlers write a file of any size to the disk before a form can refuse it. What
    is beyond MAX_UPLOAD_BYTES is counted and dropped, so that the form knows the true size, and
    says so. Of whoever is not signed in nothing is kept: no form takes their files.
    """

    def __init__(self, request=None) -> None:
        super().__init__(request)
        self.room = MAX_UPLOAD_BYTES if _is_signed_in(request) else 0

    def new_file(self, *args, **kwargs) -> None:
        super().new_file(*args, **kwargs)
        self.kept = BytesIO()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        kept = raw_data[: self.room]
        self.room -= len(kept)
        self.kept.write(kept)

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        self.kept.seek(0)
        return InMemoryUploadedFile(
            file=self.kept,
            field_name=self.field_name,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )


def _is_signed_in(request) -> bool:
    try:
        user = getattr(request, "user", None)  # before it is known, nobody is
        return bool(user and user.is_authenticated)
    except Error as error:
        if not is_outage(error):
            raise
        return False  # the form is read on, so that the page of the outage knows what was sent
