"""Which passwords are accepted. The error messages are tested in tests/test_accounts.py."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from purposeapp.models import User
from tests.support.make import PASSWORD


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("FivePurposes2026!", "context_words"),
        ("5purposes", "context_words"),
        ("ten-points-10", "context_words"),
        ("linkedin password", "context_words"),
        ("sevenup", "password_too_short"),
        ("trustno1trustno1", None),
        ("8402715936402", "password_entirely_numeric"),
        ("baseball", "password_too_common"),
        ("password", "password_too_common"),
        ("owner@example.org", "password_too_similar"),
        ("my five purposes are none", None),
        ("пароль на семь слов", None),
        (PASSWORD, None),
        ("x" * 64, None),
        ("y" * 1_000, None),
    ],
)
def test_what_is_easy_to_guess_is_refused_and_of_any_other_nothing_is_asked(password, code):
    codes = []
    try:
        validate_password(password, User(email="owner@example.org"))
    except ValidationError as error:
        codes = [each.code for each in error.error_list]
    assert codes == ([code] if code else [])


@pytest.mark.parametrize("password", ["  spaces around it  ", "Ünïcode £ € 猫", "z" * 200])
def test_a_password_is_taken_as_it_was_typed(client, db, password):
    account = {"email": "new@example.org", "password1": password}
    assert client.post("/accounts/signup/", account).status_code == 302
    client.post("/accounts/logout/")
    sign_in = {"login": "new@example.org"}
    for other in (password.strip()[:-1], password.swapcase() + ".", f" {password}"):
        assert client.post("/accounts/login/", sign_in | {"password": other}).status_code == 422
    assert client.post("/accounts/login/", sign_in | {"password": password}).status_code == 302


def test_one_mistake_is_named_at_a_time(client, db):
    response = client.post("/accounts/signup/", {"email": "new@example.org", "password1": "abc"})
    assert response.status_code == 422
    assert [each.code for each in response.context["form"].errors["password1"].as_data()] == [
        "password_too_short"
    ]


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("abc", "Use at least 8 characters."),
        ("8402715936402", "Add a letter. Numbers alone are easy to guess."),
        ("owner@example", "That's too close to your email. Try something else."),
        ("baseball", "Many people use this password, so it's easy to guess. Try something else."),
        ("ten-points-10", "That's too easy to guess here. Try something else."),
    ],
)
def test_each_error_says_what_to_do(client, db, password, error):
    account = {"email": "owner@example.org", "password1": password}
    form = client.post("/accounts/signup/", account).context["form"]
    assert form.errors["password1"] == [error]
