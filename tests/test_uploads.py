import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from purposeapp.forms import MAX_IMPORT_MB
from purposeapp.models import User
from purposeapp.web.request_body import MAX_DRAIN_BYTES
from purposeapp.web.uploads import MAX_UPLOAD_BYTES, UploadInMemory


def upload(*sizes: int, user=None):
    """Upload a form with one file of each size, by default signed in; return the parsed files."""
    files = {f"file{i}": SimpleUploadedFile("x", b"x" * size) for i, size in enumerate(sizes)}
    request = RequestFactory().post("/", files)
    request.user = user or User()
    request.upload_handlers = [UploadInMemory(request)]
    return list(request.FILES.values())


def test_a_file_is_kept_as_it_was_sent():
    (file,) = upload(3_000_000)
    assert (file.size, file.read()) == (3_000_000, b"x" * 3_000_000)


@pytest.fixture
def room(monkeypatch):
    """Lower the size limit, so that no test has to send as much."""
    monkeypatch.setattr("purposeapp.web.uploads.MAX_UPLOAD_BYTES", 300_000)
    return 300_000


def test_what_is_too_much_is_counted_and_dropped(room):
    (file,) = upload(3 * room)
    assert (file.size, len(file.read())) == (3 * room, room)


def test_nothing_is_kept_of_whoever_is_not_signed_in():
    (file,) = upload(1_000, user=AnonymousUser())
    assert (file.size, file.read()) == (1_000, b"")


def test_many_files_get_no_more_room_than_one(room):
    files = upload(*[room // 2 + 1] * 4)
    assert [file.size for file in files] == [room // 2 + 1] * 4
    assert sum(len(file.read()) for file in files) == room


def test_the_largest_file_that_a_form_takes_fits():
    assert MAX_IMPORT_MB * 1024 * 1024 < MAX_UPLOAD_BYTES < MAX_DRAIN_BYTES
