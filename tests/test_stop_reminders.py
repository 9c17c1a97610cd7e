"""The unsubscribe link in each reminder: one press for people, one click for mail programs."""

import uuid
from datetime import date

import pytest
from django.test import Client

from purposeapp.models import Reminder
from tests.support.make import make_reminder, make_user
from tests.support.pages import text_of
from tests.support.reminders import chosen

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def path(user) -> str:
    reminder = make_reminder(user, due_on=date(2026, 5, 4))
    make_reminder(make_user("other@example.org"), "on_date", due_on=date(2026, 5, 4))
    return f"/reminders/stop/{reminder.stop_key}/"


def others() -> list[tuple]:
    return list(Reminder.objects.filter(rhythm="on_date").values_list("rhythm", "due_on"))


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_looking_at_the_page_stops_nothing(client, user, path, method):
    getattr(client, method)(path)
    assert chosen(user) == ("every_6_months", date(2026, 5, 4))


def test_the_page_asks_once_and_names_nobody(client, user, path):
    response = client.get(path)
    assert response.status_code == 200
    page = response.content.decode()
    assert "Turn off reminders?" in page
    assert page.count(f'<form class="buttons" method="post" action="{path}">') == 1
    assert page.count("<button") == 2  # this one and the theme switch
    assert user.email not in page
    assert "csrf" not in page
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex"
    assert not response.cookies


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart"])
def test_one_press_of_a_mail_program_stops_them_without_cookie_and_token(user, path, content_type):
    client = Client(enforce_csrf_checks=True)
    if content_type == "multipart":
        response = client.post(path, ONE_CLICK)
    else:
        response = client.post(path, "List-Unsubscribe=One-Click", content_type=content_type)
    assert response.status_code == 200
    assert not response.cookies
    assert "Reminders are off" in response.content.decode()
    assert chosen(user) == ("off", None)
    assert others() == [("on_date", date(2026, 5, 4))]


def test_pressed_again_it_says_the_same(client, user, path):
    first, second = client.post(path, ONE_CLICK), client.post(path, ONE_CLICK)
    assert (second.status_code, second.content) == (200, first.content)
    assert chosen(user) == ("off", None)
    assert text_of(client.get(path)) == text_of(first)


def test_a_stranger_who_is_signed_in_can_press_it_too(stranger, user, path):
    assert stranger.post(path, ONE_CLICK).status_code == 200
    assert chosen(user) == ("off", None)


def test_whoever_chose_again_can_stop_again_with_the_same_link(client, owner, user, path):
    owner.post(path, ONE_CLICK)
    owner.post("/reminders/", {"rhythm": "every_3_months"})
    Client().post(path, ONE_CLICK)
    assert chosen(user) == ("off", None)


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_key_is_a_404(client, path, user, method):
    assert getattr(client, method)(f"/reminders/stop/{uuid.uuid4()}/").status_code == 404
    assert getattr(client, method)("/reminders/stop/1/").status_code == 404
    user.delete()
    assert getattr(client, method)(path).status_code == 404


def test_it_costs_one_or_two_queries(client, path, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(path)
    with django_assert_num_queries(2):
        client.post(path, ONE_CLICK)
