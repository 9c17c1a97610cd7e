"""Frequent user actions, with Django's test client."""

import uuid

from django.http import HttpResponse
from django.test import Client

from purposeapp.models import User
from tests.support.make import PASSWORD, points


def signed_in(user: User) -> Client:
    """Return a new client that is signed in, without the form."""
    client = Client()
    client.force_login(user)
    return client


def sign_in(client: Client, user: User) -> HttpResponse:
    return client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})


def spend(client: Client, split: str = "6-2-2-0-0", submission: str | None = None) -> HttpResponse:
    """Send the questionnaire; with the idempotency key of an earlier one, repeat that one."""
    return client.post("/", points(split, submission=submission or str(uuid.uuid4())))


def history(client: Client) -> list[str]:
    """Return the splits that the history shows, latest first."""
    entries = client.get("/history/").context["entries"]
    return [str(entry.snapshot.split) for entry in entries]
