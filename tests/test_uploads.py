from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from purposeapp.forms import LARGEST_IMPORT
from purposeapp.web.uploads import MOST_KEPT, UploadInMemory


def upload(*sizes: int):
    """The files of a form that was sent with one of each size."""
    files = {f"file{i}": SimpleUploadedFile("x", b"x" * size) for i, size in enumerate(sizes)}
    request = RequestFactory().post("/", files)
    request.upload_handlers = [UploadInMemory(request)]
    return list(request.FILES.values())


def test_a_file_is_kept_as_it_was_sent():
    (file,) = upload(LARGEST_IMPORT)
    assert (file.size, file.read()) == (LARGEST_IMPORT, b"x" * LARGEST_IMPORT)


def test_what_is_too_much_is_counted_and_dropped():
    (file,) = upload(3 * MOST_KEPT)
    assert (file.size, len(file.read())) == (3 * MOST_KEPT, MOST_KEPT)


def test_many_files_get_no_more_room_than_one():
    files = upload(*[MOST_KEPT // 2 + 1] * 4)
    assert [file.size for file in files] == [MOST_KEPT // 2 + 1] * 4
    assert sum(len(file.read()) for file in files) == MOST_KEPT


def test_the_largest_file_that_a_form_takes_fits():
    assert LARGEST_IMPORT < MOST_KEPT
