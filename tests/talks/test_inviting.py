"""Inviting somebody to a talk: the form, its limits, its email and the link in it."""

import re
from unittest.mock import Mock
from urllib.parse import unquote

import pytest
from django.core import mail
from django.db import OperationalError
from django.test import Client

from purposeapp.forms import text
from purposeapp.forms.talk import CONFIRM_FIRST, InvitationMailForm, LinkMailForm
from purposeapp.models import Talk, names
from purposeapp.models.talk import (
    NAME_MAX_LENGTH,
    NAME_WITH_ADDRESS,
    NAME_WITH_INVISIBLE,
    NAME_WITHOUT_LETTER,
)
from purposeapp.models.talk_answer import TalkSide
from purposeapp.models.talk_queryset import (
    MAX_INVITATIONS_A_DAY,
    MAX_OPEN_INVITATIONS,
)
from purposeapp.views import talks_pages
from tests.support.make import (
    make_user,
    make_verified_user,
    prove_address,
)
from tests.support.pages import words_of
from tests.support.talks import (
    PATH,
    by_id,
    link_in,
    make_talk,
)


def test_an_invitation_is_made_and_its_link_leads_to_it(owner, user, guest):
    response = owner.post(PATH, {"name": "  Anna \r\n Maria "})
    talk = Talk.objects.get()
    assert (talk.inviter, talk.name) == (user, "Anna Maria")
    assert response.status_code == 303
    assert response.url.startswith(f"/talks/{talk.pk}/?link=")
    page = owner.get(response.url)
    assert "Your link is ready." in words_of(page)
    link = link_in(page)
    assert "Anna Maria invites you to talk about the future" in words_of(guest.get(link))
    letter = re.search('href="(mailto:[^"]+)"', page.content.decode())[1]
    assert f"http://127.0.0.1:8000{link}" in unquote(letter)
    # Reloading shows the link again; without the key in its URL, the page can't show it.
    assert link_in(owner.get(response.url)) == link
    for address in (f"/talks/{talk.pk}/", f"/talks/{talk.pk}/?link=wrong"):
        assert b"/invitations/" not in owner.get(address).content


def typed_in(page, **values) -> dict:
    """Return the form of the page, with its hidden fields and these values."""
    hidden = re.findall('type="hidden" name="([a-z]+)" value="([^"]+)"', page.content.decode())
    return dict(hidden) | values


def test_an_invitation_that_is_sent_twice_is_one_with_one_email(client, mails):
    client.force_login(make_verified_user())
    sent = typed_in(client.get(PATH), name="Anna", label="Ben", email="ben@example.com")
    responses = [client.post(PATH, sent) for _ in range(2)]
    talk = Talk.objects.get()
    assert {response.url for response in responses} == {responses[0].url}
    assert len(mail.outbox) == 1
    assert words_of(client.get(responses[1].url)).count("The link is on its way to") == 1
    for changed in ({"name": "Anne"}, {"label": ""}, {"email": "other@example.com"}):
        client.post(PATH, sent | changed)
    client.post(PATH, sent | typed_in(client.get(PATH)))
    assert Talk.objects.count() == 5
    talk.withdraw(TalkSide.INVITER)
    assert client.post(PATH, sent).url != responses[0].url
    assert Talk.objects.count() == 6


def test_an_invitation_whose_email_an_outage_stopped_is_made_with_it_by_the_repeat(
    client, mails, monkeypatch
):
    # Stop the test client from re-raising an exception that was handled with a response.
    monkeypatch.setattr(Client, "store_exc_info", lambda self, **kwargs: None)
    client.force_login(make_verified_user())
    sent = typed_in(client.get(PATH), name="Anna", email="ben@example.com")
    with monkeypatch.context() as outage:
        outage.setattr(talks_pages, "mail_invitation", Mock(side_effect=OperationalError))
        assert client.post(PATH, sent).status_code == 503
    assert not Talk.objects.exists()
    assert client.post(PATH, sent).status_code == 303
    assert (Talk.objects.count(), len(mail.outbox)) == (1, 1)


@pytest.mark.parametrize("address", ["anna@example..com", "anna@.com", "x" * 255 + "@example.com"])
def test_a_wrong_address_has_one_error(address):
    for form in (LinkMailForm({"email": address}), InvitationMailForm({"email": address})):
        assert len(form.errors["email"]) == 1


def test_nobody_gets_the_invitation_of_another_browser_by_its_submission(user):
    owner, attacker = Client(), Client()
    owner.force_login(user)
    attacker.force_login(make_user("attacker@example.org"))
    sent = typed_in(owner.get(PATH), name="Anna")
    response = owner.post(PATH, sent)
    attacker.get(PATH)  # for a CSRF cookie
    own = attacker.post(PATH, sent | {"account": ""})
    assert own.url.partition("=")[2] != response.url.partition("=")[2]
    assert Talk.objects.count() == 2


def test_a_lost_link_is_replaced(owner, user, guest):
    made = make_talk(user)
    response = owner.post(by_id(made, "link/"))
    assert response.status_code == 303
    link = link_in(owner.get(response.url))
    assert guest.get(f"/invitations/{made.invite_key}/").status_code == 404
    assert guest.get(link).status_code == 200
    started = make_talk(user, "started")
    response = owner.post(by_id(started, "link/"))
    assert (response.status_code, response.url) == (303, by_id(started))


def test_a_link_that_was_replaced_stays_dead_when_its_form_is_sent_again(client, guest, mails):
    client.force_login(make_verified_user())
    sent = typed_in(client.get(PATH), name="Anna", email="ben@example.com")
    first = client.post(PATH, sent).url
    talk = Talk.objects.get()
    client.post(f"/talks/{talk.pk}/link/", {"email": ""})
    again = client.post(PATH, sent)
    assert (again.status_code, again.url) == (303, first)
    assert Talk.objects.get() == talk
    assert guest.get(f"/invitations/{first.partition('link=')[2]}/").status_code == 404
    assert "make a new one: the old one stops working" in words_of(client.get(again.url))
    assert len(mail.outbox) == 1


def test_a_new_link_that_is_asked_for_twice_is_one_with_one_email(client, guest, mails):
    inviter = make_verified_user()
    client.force_login(inviter)
    made = make_talk(inviter)
    path = by_id(made, "link/")
    sent = typed_in(client.get(by_id(made)), email="ben@example.com")
    first, second = client.post(path, sent), client.post(path, sent)
    assert (second.status_code, second.url) == (303, first.url)
    assert len(mail.outbox) == 1
    assert guest.get(link_in(client.get(second.url))).status_code == 200
    # Back, and another address: the page names a link that has been replaced.
    stale = client.post(path, sent | {"email": "cleo@example.com"})
    assert stale.status_code == 409
    assert "You've made a newer link since. To replace it, send this again." in words_of(stale)
    assert guest.get(link_in(client.get(first.url))).status_code == 200
    third = client.post(path, typed_in(stale, email="cleo@example.com"))
    assert third.status_code == 303
    assert [letter.to for letter in mail.outbox] == [["ben@example.com"], ["cleo@example.com"]]
    # No form that was sent before brings its link back.
    assert client.post(path, sent).status_code == 409
    assert guest.get(link_in(client.get(third.url))).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        *("https://evil.example", "ftp://x", "www.evil.example", "Call WWW.evil", "a@b"),
        "Anna (anna@example.org)",
        *("Prize at evil.com/win", "EVIL.COM", "Ёvil.co.uk"),
        *("evil.рф", "evil.中国", "evil。com", "evil｡com", "evil．com", "bit․ly/x", "ｗｗｗ．evil"),  # noqa: RUF001
        *("evil.भारत", "evil.ÿÿ", "ⓔ.ⓒⓞⓜ", "evil.c\u0301om", "evil.\ufe0fcom"),
        *("http：//a", "a＠b", "1.2.3.4/login"),  # noqa: RUF001
    ],
)
def test_a_name_with_an_address_in_it_is_refused(owner, name):
    response = owner.post(PATH, {"name": name})
    assert response.status_code == 422
    assert str(NAME_WITH_ADDRESS) in words_of(response)
    assert f'value="{name}"' in response.content.decode()
    assert not Talk.objects.exists()


@pytest.mark.parametrize(
    "name",
    [
        *("evil.\u200bcom", "\u202eAnn", "Ann\x1b[31m", "Ann\x7f", "Ann\u00ad", "\ue000", "\u3164"),
        *(
            "\u200dAnn",
            "Ann \u200d",
            "evil.\u200dcom",
            "é\u200c\u200dé",
            "Ann \U000e0041",
            "\u2800",
        ),
    ],
)
def test_a_name_with_something_invisible_is_refused(owner, name):
    response = owner.post(PATH, {"name": name})
    assert response.status_code == 422
    assert str(NAME_WITH_INVISIBLE) in words_of(response)
    assert not Talk.objects.exists()


@pytest.mark.parametrize("name", ["!?", "\u2014", "...", "\u2605", "\U0001f680", "\u2764\ufe0f"])
def test_a_name_of_symbols_is_none(owner, name):
    response = owner.post(PATH, {"name": name})
    assert response.status_code == 422
    assert str(NAME_WITHOUT_LETTER) in words_of(response)
    assert not Talk.objects.exists()


@pytest.mark.parametrize("name", ["", "   ", "x" * (NAME_MAX_LENGTH + 1), "A\0B"])
def test_a_name_that_is_none_is_refused(owner, name):
    assert owner.post(PATH, {"name": name}).status_code == 422
    assert not Talk.objects.exists()


def test_a_name_that_is_too_long_is_not_normalized(owner, monkeypatch):
    """Normalizing takes quadratic time: 64,000 combining marks took five seconds."""
    normalized = []
    for module in (text, names):
        monkeypatch.setattr(module, "normalize", lambda *text: normalized.append(text) or text[1])
    name = "a" + "\u0300" * NAME_MAX_LENGTH
    assert owner.post(PATH, {"name": name}).status_code == 422
    assert normalized == []
    owner.post(PATH, {"name": name[:-1]})
    assert [text for _form, text in normalized] == [name[:-1]] * 4


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("Zoe\u0308", "Zoë"), ("Ann\u00a0 Lee\x85", "Ann Lee"), (" An\n\tn ", "An n")],
)
def test_a_name_is_stored_on_one_line_with_composed_characters(owner, typed, stored):
    assert owner.post(PATH, {"name": typed}).status_code == 303
    assert Talk.objects.get().name == stored


@pytest.mark.parametrize(
    "name",
    [
        *("Anne-Marie O'Neil", "J.R. Smith", "François d’Été", "Ann 2", "Ann \u2764\ufe0f", "Ñ"),  # noqa: RUF001
        *("محمد علي", "فاطمه\u200cزهرا", "דוד כהן", "अनुष्का शर्मा", "क\u094d\u200dष", "ศรีสุดา น้ำ"),  # noqa: RUF001
        *(
            "王小明",
            "山田 太郎",
            "葛\U000e0100城",
            "김민준",
            "Ольга",
            "Νίκος",
            "ნინო",
            "𠮷野",
            "ｱﾝ",
        ),
        "Ann \U0001f469\u200d\U0001f4bb",
    ],
)
def test_a_name_in_any_script_is_one(owner, name):
    assert owner.post(PATH, {"name": name}).status_code == 303
    assert Talk.objects.get().name == name


@pytest.mark.parametrize("name", ["J. R. R. Tolkien", "Mr. T", "A.B.", "Dr. Anna", "No. 5"])
def test_a_full_stop_makes_no_address(owner, name):
    assert owner.post(PATH, {"name": name}).status_code == 303
    assert Talk.objects.get().name == name


def test_a_name_is_text_and_nothing_else(user, guest):
    made = make_talk(user, name="<b>Anna</b> & {{ x }}")
    page = guest.get(f"/invitations/{made.invite_key}/").content.decode()
    assert "<bdi>&lt;b&gt;Anna&lt;/b&gt; &amp; {{ x }}</bdi>" in page


def test_the_name_is_there_again_for_the_next_one(owner, user):
    make_talk(user, name="Anna")
    assert 'value="Anna"' in owner.get(PATH).content.decode()


def test_the_inviters_own_label_tells_talks_apart(owner, user):
    owner.post(PATH, {"name": "Anna", "label": "  Ben &\tBo "})
    talk = Talk.objects.get()
    assert talk.label == "Ben & Bo"
    assert "Your invitation to <bdi>Ben &amp; Bo</bdi>, " in owner.get(PATH).content.decode()
    page = owner.get(f"{PATH}{talk.pk}/").content.decode()
    assert "A talk with <bdi>Ben &amp; Bo</bdi>" in page
    make_talk(user, name="Anna", label="")
    assert "Your invitation, " in owner.get(PATH).content.decode()
    assert 'name="label" value' not in owner.get(PATH).content.decode()


@pytest.mark.parametrize("label", ["x" * (NAME_MAX_LENGTH + 1), "B\0"])
def test_a_label_that_cant_be_stored_is_refused(owner, label):
    assert owner.post(PATH, {"name": "Anna", "label": label}).status_code == 422
    assert not Talk.objects.exists()


def test_a_visitor_reads_what_a_talk_is_before_they_sign_in(client, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = client.get(PATH)
    assert page.status_code == 200
    words = words_of(page)
    assert "Talk about the future Invite one person." in words
    assert "The other person needs no account. You send them a link." in words
    assert "Invite someone You need an account to invite someone. Sign up Sign in" in words
    html = page.content.decode()
    for way in ("signup", "login"):
        assert f'href="/accounts/{way}/?next=/talks/"' in html
    assert "<form" not in html
    assert "Your account" not in html
    assert client.get(f"{PATH}?x").content == page.content
    response = client.post(PATH, {"name": "Anna"})
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/talks/")


def test_whoever_has_no_talk_yet_reads_how_it_goes(owner, user):
    needs_none = "The other person needs no account."
    assert needs_none in words_of(owner.get(PATH))
    make_talk(user)
    assert needs_none not in words_of(owner.get(PATH))


def test_so_many_open_invitations_and_no_more(owner, user):
    for _ in range(MAX_OPEN_INVITATIONS):
        make_talk(user)
    response = owner.post(PATH, {"name": "Anna"})
    assert response.status_code == 422
    assert "You have 20 open invitations. Revoke one first." in words_of(response)
    assert Talk.objects.count() == MAX_OPEN_INVITATIONS


def test_so_many_invitations_a_day_and_no_more(owner, user):
    for _ in range(MAX_INVITATIONS_A_DAY):
        make_talk(user, "started")
    response = owner.post(PATH, {"name": "Anna"})
    assert response.status_code == 429
    assert "You've made 10 invitations today. Try again tomorrow." in words_of(response)


def test_without_a_mail_server_nobody_has_to_prove_an_address(owner):
    assert "email" not in words_of(owner.get(PATH)).lower()
    owner.post(PATH, {"name": "Anna", "email": "guest@example.org"})
    assert Talk.objects.exists()
    assert mail.outbox == []


def test_with_one_an_address_is_proven_first(owner, user, mails):
    assert "Confirm your email first" in words_of(owner.get(PATH))
    response = owner.post(PATH, {"name": "Anna"})
    assert response.status_code == 422
    assert str(CONFIRM_FIRST) in words_of(response)
    prove_address(user)
    assert owner.post(PATH, {"name": "Anna"}).status_code == 303


def test_an_invitation_is_mailed_and_the_address_is_not_stored(client, mails, guest):
    client.force_login(make_verified_user("secret@example.org"))
    response = client.post(PATH, {"name": "Anna", "email": "guest@example.com"}, follow=True)
    assert "The link is on its way to guest@example.com." in words_of(response)
    (sent,) = mail.outbox
    assert sent.to == ["guest@example.com"]
    assert sent.subject == "An invitation to talk about what you're on LinkedIn for"
    assert sent.extra_headers == {"Auto-Submitted": "auto-generated"}
    assert "Anna would like to talk with you" in sent.body
    assert "secret@example.org" not in str(sent.message())
    link = re.search("http://[^/]+(/invitations/.+)", sent.body)[1]
    assert guest.get(link).status_code == 200
    assert "guest@example.com" not in str(list(Talk.objects.values()))


def test_a_mail_that_cannot_be_sent_loses_no_invitation(client, mails, settings):
    client.force_login(make_verified_user())
    settings.EMAIL_BACKEND = "tests.support.mails.NoBackend"
    response = client.post(PATH, {"name": "Anna", "email": "guest@example.com"}, follow=True)
    assert "We couldn't send the email. Copy the link instead." in words_of(response)
    assert link_in(response).startswith("/invitations/")


def test_a_wrong_address_makes_no_invitation(client, mails):
    client.force_login(make_verified_user())
    response = client.post(PATH, {"name": "Anna", "email": "guest"})
    assert response.status_code == 422
    assert 'value="guest"' in response.content.decode()
    assert not Talk.objects.exists()
