from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from purposeapp.forms import MAX_IMPORT_BYTES
from purposeapp.web.uploads import MAX_UPLOAD_BYTES, UploadInMemory


def upload(*sizes: int):
    """The files of a form that was sent with one of each size."""
    files = {f"file{i}": SimpleUploadedFile("x", b"x" * size) for i, size in enumerate(sizes)}
    request = RequestFactory().post("/", files)
    request.upload_handlers = [UploadInMemory(request)]
    return list(request.FILES.values())


def test_a_file_is_kept_as_it_was_sent():
    (file,) = upload(MAX_IMPORT_BYTES)
    assert (file.size, file.read()) == (MAX_IMPORT_BYTES, b"x" * MAX_IMPORT_BYTES)


def test_what_is_too_much_is_counted_and_dropped():
    (file,) = upload(3 * MAX_UPLOAD_BYTES)
    assert (file.size, len(file.read())) == (3 * MAX_UPLOAD_BYTES, MAX_UPLOAD_BYTES)


def test_many_files_get_no_more_room_than_one():
    files = upload(*[MAX_UPLOAD_BYTES // 2 + 1] * 4)
    assert [file.size for file in files] == [MAX_UPLOAD_BYTES // 2 + 1] * 4
    assert sum(len(file.read()) for file in files) == MAX_UPLOAD_BYTES


def test_the_largest_file_that_a_form_takes_fits():
    assert MAX_IMPORT_BYTES < MAX_UPLOAD_BYTES
