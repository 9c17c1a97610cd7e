from io import BytesIO

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.db import Error

from purposeapp.web.outage import is_outage

MAX_UPLOAD_BYTES = 65 * 1024 * 1024
"""The most bytes of uploaded files that a request keeps in memory: more than any form accepts."""


class UploadInMemory(FileUploadHandler):
    """Upload handler that keeps files in memory up to a limit, and never writes them to the disk.

    Django's own handlers write files of any size to the disk before a form can refuse them. Bytes
    beyond MAX_UPLOAD_BYTES are counted but dropped, so that the form knows the true size for its
    error. Files of users who aren't signed in are dropped altogether: no form accepts them.
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
        user = getattr(request, "user", None)  # not set if the body is read too early
        return bool(user and user.is_authenticated)
    except Error as error:
        if not is_outage(error):
            raise
        return False  # go on reading, so that the error page can show what was typed
