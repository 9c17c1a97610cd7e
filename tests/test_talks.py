"""The pages of a talk, from the invitation to the shared result, as each side sees them."""

import logging
import re
from datetime import UTC, datetime, timedelta
from html import unescape
from unittest.mock import Mock
from urllib.parse import unquote

import pytest
from dateutil.relativedelta import relativedelta
from django.core import mail
from django.core.cache import cache
from django.db import OperationalError
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from purposeapp.forms import text
from purposeapp.forms.talk import CONFIRM_FIRST, InvitationMailForm, LinkMailForm
from purposeapp.models import Reminder, Session, Talk, TalkNote, TalkQuestion, User, names
from purposeapp.models.talk import (
    NAME_MAX_LENGTH,
    NAME_WITH_ADDRESS,
    NAME_WITH_INVISIBLE,
    NAME_WITHOUT_LETTER,
)
from purposeapp.models.talk_answer import TalkKind, TalkSide
from purposeapp.models.talk_note import NOTE_MAX_LENGTH
from purposeapp.models.talk_queryset import (
    MAX_INVITATIONS_A_DAY,
    MAX_LISTED,
    MAX_OPEN_INVITATIONS,
    START_REPEATS,
)
from purposeapp.split import Split
from purposeapp.views import talks_pages
from purposeapp.web.request_log import HideKeys, RequestLogMiddleware
from tests.support.make import (
    make_assessment,
    make_goal,
    make_user,
    make_verified_user,
    points,
    prove_address,
)
from tests.support.outage import database_away
from tests.support.pages import words_of
from tests.support.tables import rows_of_all_tables
from tests.support.talks import GUESTS, INVITERS, LABEL, make_talk, talk_of

PATH = "/talks/"
OWN_SITE = {"origin": "http://testserver"}


@pytest.fixture(autouse=True)
def _fresh_limits(db):
    cache.clear()


@pytest.fixture
def guest(db) -> Client:
    """An anonymous client."""
    return Client()


@pytest.fixture
def mails(settings):
    """Settings of a site with a mail server."""
    settings.EMAIL_URL = "smtp://localhost:25"


def text_of(response) -> str:
    body = re.search("<main[^>]*>(.*)</main>", response.content.decode(), re.DOTALL)[1]
    return " ".join(unescape(re.sub("<[^>]+>", " ", body)).split())


def by_id(made, page: str = "") -> str:
    return f"/talks/{made.talk.pk}/{page}"


def by_key(made, page: str = "") -> str:
    return f"/talk/{made.guest_key}/{page}"


def link_in(response) -> str:
    return re.search("data-link>http://[^/]+(/[^<]+)<", response.content.decode())[1]


# --- Inviting -----------------------------------------------------------------------------------


def test_an_invitation_is_made_and_its_link_leads_to_it(owner, user, guest):
    response = owner.post(PATH, {"name": "  Anna \r\n Maria "})
    talk = Talk.objects.get()
    assert (talk.inviter, talk.name) == (user, "Anna Maria")
    assert response.status_code == 303
    assert response.url.startswith(f"/talks/{talk.pk}/?link=")
    page = owner.get(response.url)
    assert "Your link is ready." in text_of(page)
    link = link_in(page)
    assert "Anna Maria invites you to talk about the future" in text_of(guest.get(link))
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
    assert text_of(client.get(responses[1].url)).count("The link is on its way to") == 1
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
    assert "make a new one: the old one stops working" in text_of(client.get(again.url))
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
    assert "You've made a newer link since. To replace it, send this again." in text_of(stale)
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
    assert str(NAME_WITH_ADDRESS) in text_of(response)
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
    assert str(NAME_WITH_INVISIBLE) in text_of(response)
    assert not Talk.objects.exists()


@pytest.mark.parametrize("name", ["!?", "\u2014", "...", "\u2605", "\U0001f680", "\u2764\ufe0f"])
def test_a_name_of_symbols_is_none(owner, name):
    response = owner.post(PATH, {"name": name})
    assert response.status_code == 422
    assert str(NAME_WITHOUT_LETTER) in text_of(response)
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
    assert "You have 20 open invitations. Revoke one first." in text_of(response)
    assert Talk.objects.count() == MAX_OPEN_INVITATIONS


def test_so_many_invitations_a_day_and_no_more(owner, user):
    for _ in range(MAX_INVITATIONS_A_DAY):
        make_talk(user, "started")
    response = owner.post(PATH, {"name": "Anna"})
    assert response.status_code == 429
    assert "You've made 10 invitations today. Try again tomorrow." in text_of(response)


def test_without_a_mail_server_nobody_has_to_prove_an_address(owner):
    assert "email" not in text_of(owner.get(PATH)).lower()
    owner.post(PATH, {"name": "Anna", "email": "guest@example.org"})
    assert Talk.objects.exists()
    assert mail.outbox == []


def test_with_one_an_address_is_proven_first(owner, user, mails):
    assert "Confirm your email first" in text_of(owner.get(PATH))
    response = owner.post(PATH, {"name": "Anna"})
    assert response.status_code == 422
    assert str(CONFIRM_FIRST) in text_of(response)
    prove_address(user)
    assert owner.post(PATH, {"name": "Anna"}).status_code == 303


def test_an_invitation_is_mailed_and_the_address_is_not_stored(client, mails, guest):
    client.force_login(make_verified_user("secret@example.org"))
    response = client.post(PATH, {"name": "Anna", "email": "guest@example.com"}, follow=True)
    assert "The link is on its way to guest@example.com." in text_of(response)
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
    assert "We couldn't send the email. Copy the link instead." in text_of(response)
    assert link_in(response).startswith("/invitations/")


def test_a_wrong_address_makes_no_invitation(client, mails):
    client.force_login(make_verified_user())
    response = client.post(PATH, {"name": "Anna", "email": "guest"})
    assert response.status_code == 422
    assert 'value="guest"' in response.content.decode()
    assert not Talk.objects.exists()


# --- The invitation -----------------------------------------------------------------------------


def test_a_hundred_looks_at_an_invitation_change_no_row(user, guest):
    made = make_talk(user)
    stored = Talk.objects.values().get()
    counted = rows_of_all_tables()
    for _ in range(50):
        assert guest.get(f"/invitations/{made.invite_key}/").status_code == 200
        assert guest.head(f"/invitations/{made.invite_key}/").status_code == 200
    assert Talk.objects.values().get() == stored
    assert rows_of_all_tables() == counted
    assert not Session.objects.exists()


def test_it_says_who_asks_what_will_be_seen_and_until_when(user, guest):
    made = make_talk(user)
    words = text_of(guest.get(f"/invitations/{made.invite_key}/"))
    assert "Anna invites you" in words
    assert "Until you've both agreed to share your points" in words
    assert "You can withdraw at any time." in words
    assert f"You can start until {made.talk.expires_at:%-d %B %Y}." in words


def test_starting_leads_to_an_address_of_ones_own(user, guest):
    made = make_talk(user)
    response = guest.post(f"/invitations/{made.invite_key}/")
    assert response.status_code == 303
    key = re.fullmatch("/talk/([A-Za-z0-9_-]{22})/", response.url)[1]
    assert Talk.objects.of_guest(key) == made.talk
    page = guest.get(response.url)
    assert "This link is your way back, on any device." in text_of(page)
    assert link_in(page) == response.url
    assert Client().get(response.url).status_code == 200
    assert not Session.objects.exists()


def test_a_press_whose_answer_was_lost_leads_the_same_browser_to_the_same_address(user, guest):
    made = make_talk(user)
    path = f"/invitations/{made.invite_key}/"
    guest.get(path)
    assert "csrftoken" in guest.cookies
    first, second = guest.post(path), guest.post(path)
    assert (second.status_code, second.url) == (303, first.url)
    other = Client()
    other.get("/accounts/login/")
    assert other.post(path).status_code == 410
    long_ago = timezone.now() - START_REPEATS
    Talk.objects.update(made_at=long_ago, started_at=long_ago)
    assert guest.post(path).status_code == 410


def test_the_link_of_an_invitation_leads_back_in_the_browser_that_started_it(user, guest):
    """Guests have this link in their mail.

    It leads back only after a press, since someone else may use the browser by now.
    """
    made = make_talk(user)
    path = f"/invitations/{made.invite_key}/"
    guest.get(path)
    own = guest.post(path).url
    long_ago = timezone.now() - START_REPEATS
    Talk.objects.update(made_at=long_ago, started_at=long_ago)
    page = guest.get(path)
    assert page.status_code == 410
    assert text_of(page).startswith("You've already started")
    assert f'href="{own}">Open my side</a>' in page.content.decode()
    other = Client()
    other.get("/accounts/login/")
    assert "csrftoken" in other.cookies
    for someone in (other, Client()):
        page = someone.get(path)
        assert text_of(page).startswith("This invitation is already in use")
        assert "open this link with the browser or account you used then" in text_of(page)
        assert "/talk/" not in page.content.decode()


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("started", "This invitation is already in use"),
        ("open", "This invitation is already in use"),
        ("withdrawn", "This invitation was revoked"),
        ("expired", "This invitation has expired"),
        ("over", "This invitation is already in use"),
    ],
)
def test_one_that_is_used_up_says_so(user, guest, state, title):
    made = make_talk(user, state)
    stored = Talk.objects.values().get()
    for method in (guest.get, guest.post):
        response = method(f"/invitations/{made.invite_key}/")
        assert response.status_code == 410
        assert text_of(response).startswith(title)
    assert Talk.objects.values().get() == stored


def test_whoever_is_too_late_by_a_moment_reads_so(user, guest, monkeypatch):
    made = make_talk(user)
    start = Talk.objects.start
    monkeypatch.setattr(
        type(Talk.objects),
        "start",
        lambda self, key, *, user, guest_key: start(key, user=user) and start(key, user=user),
    )
    response = guest.post(f"/invitations/{made.invite_key}/")
    assert response.status_code == 410
    assert "already in use" in text_of(response)


def test_a_revoked_one_says_so(owner, user, guest):
    made = make_talk(user)
    assert "Revoke this invitation?" in text_of(owner.get(by_id(made, "withdraw/")))
    response = owner.post(by_id(made, "withdraw/"), follow=True)
    assert "Invitation revoked." in text_of(response)
    assert guest.get(f"/invitations/{made.invite_key}/").status_code == 410


def test_a_key_that_nobody_has_opens_nothing(guest):
    for path in ("/invitations/wrong/", "/talk/wrong/", "/talk/wrong/now/", "/talk/%00/"):
        for page in (guest.get(path), guest.post(path)):
            assert page.status_code == 404
            words = "This link doesn't work Check that it's complete."
            assert text_of(page).startswith(words)


def test_a_guest_who_withdrew_reads_so_where_they_began(user):
    guest, made = Client(), make_talk(user, "invited")
    path = f"/invitations/{made.invite_key}/"
    guest.get(path)
    side = guest.post(path).url
    guest.post(f"{side}withdraw/")
    page = guest.get(path)
    assert page.status_code == 410
    assert "You've withdrawn from this talk" in text_of(page)
    assert "Open my side" not in text_of(page)


def test_the_inviter_does_not_start_their_own(owner, user):
    made = make_talk(user)
    page = owner.get(f"/invitations/{made.invite_key}/")
    assert "This is your own invitation" in text_of(page)
    assert b'type="submit">Start' not in page.content
    response = owner.post(f"/invitations/{made.invite_key}/")
    assert (response.status_code, response.url) == (303, by_id(made))
    assert talk_of(made.talk).started_at is None


def test_a_guest_who_is_signed_in_has_it_in_their_list(user, stranger):
    made = make_talk(user)
    response = stranger.post(f"/invitations/{made.invite_key}/")
    assert (response.status_code, response.url) == (303, by_id(made))
    listed = stranger.get(PATH)
    assert "Invitation from Anna" in text_of(listed)
    assert by_id(made) in listed.content.decode()
    assert "A talk with Anna" in text_of(stranger.get(by_id(made)))
    again = stranger.get(f"/invitations/{made.invite_key}/")
    assert (again.status_code, again.url) == (303, by_id(made))


def test_whoever_uses_the_browser_after_a_guest_signed_out_gets_nothing_of_their_side(
    user, stranger
):
    """Neither from the invitation, nor from an address in the browser's history."""
    made = make_talk(user)
    path = f"/invitations/{made.invite_key}/"
    stranger.get(path)
    assert "csrftoken" in stranger.cookies
    first, second = stranger.post(path), stranger.post(path)
    assert first.url == second.url == by_id(made)
    stranger.post("/accounts/logout/")
    for page in (stranger.get(path), stranger.post(path)):
        assert page.status_code == 410
        assert text_of(page).startswith("This invitation is already in use")
        assert "/talk/" not in page.content.decode()
    assert stranger.get(first.url).url == f"/accounts/login/?next={first.url}"


def test_a_signed_in_guest_who_withdrew_reads_so_where_they_began(user, stranger):
    made = make_talk(user)
    path = f"/invitations/{made.invite_key}/"
    stranger.post(path)
    stranger.post(by_id(made, "withdraw/"))
    page = stranger.get(path)
    assert page.status_code == 410
    assert "You've withdrawn from this talk" in text_of(page)


# --- Without cookies, and limits ----------------------------------------------------------------


def test_a_guest_needs_no_cookie(user):
    made = make_talk(user, "answered")
    browser = Client(enforce_csrf_checks=True, headers=OWN_SITE)
    other = make_talk(user)

    def post(path: str, form: dict | None = None):
        browser.cookies.clear()
        return browser.post(path, form or {})

    assert post(f"/invitations/{other.invite_key}/").status_code == 303
    assert post(by_key(made, "now/"), points("0-0-0-0-10")).status_code == 303
    assert post(by_key(made, "note/"), {"text": "No cookie."}).status_code == 303
    assert post(by_key(made, "agree/")).status_code == 303
    stored = talk_of(made.talk)
    assert str(stored.answered[TalkSide.GUEST][TalkKind.NOW]) == "0-0-0-0-10"
    assert stored.has_agreed(TalkSide.GUEST)
    assert post(by_id(made, "agree/")).status_code == 403


def test_with_cookies_a_form_needs_its_token(user):
    made = make_talk(user, "answered")
    browser = Client(enforce_csrf_checks=True, headers=OWN_SITE)
    browser.get(by_key(made, "now/"))
    response = browser.post(by_key(made, "now/"), points("0-0-0-0-10"))
    assert response.status_code == 403
    assert 'value="10"' in response.content.decode()  # the form keeps what was sent
    assert browser.post(by_key(made, "agree/")).status_code == 403
    elsewhere = Client(enforce_csrf_checks=True, headers={"origin": "https://evil.example"})
    assert elsewhere.post(by_key(made, "agree/")).status_code == 403
    assert not talk_of(made.talk).has_agreed(TalkSide.GUEST)


def test_what_guests_send_is_limited_and_what_they_look_at_is_not(user, guest, settings):
    settings.ACCOUNT_RATE_LIMITS = {"talk": "3/m/ip"}
    made = make_talk(user, "answered")
    for _ in range(3):
        assert guest.post(by_key(made, "now/"), points("0-0-0-0-10")).status_code == 303
    for path in (by_key(made, "now/"), by_key(made, "agree/"), f"/invitations/{made.invite_key}/"):
        response = guest.post(path, points("0-0-0-0-10"))
        assert (response.status_code, response["Retry-After"]) == (429, "60")
    assert guest.get(by_key(made)).status_code == 200


# --- Ten points, three times --------------------------------------------------------------------


def test_while_the_database_is_away_a_guests_points_are_held(user, guest, monkeypatch):
    # Stop the test client from re-raising an exception that was handled with a response.
    monkeypatch.setattr(Client, "store_exc_info", lambda self, **kwargs: None)
    made = make_talk(user, "started")
    with database_away():
        response = guest.post(by_key(made, "now/"), points("4-3-3-0-0"))
    assert response.status_code == 503
    page = response.content.decode()
    assert f'action="{by_key(made, "now/")}"' in page
    assert 'name="business_driven" value="4"' in page
    assert not made.talk.answers.exists()


@pytest.mark.parametrize("side", TalkSide)
def test_each_side_is_led_through_now_future_and_guess(owner, user, guest, side):
    made = make_talk(user, "started")
    client, address = (owner, by_id(made)) if side == TalkSide.INVITER else (guest, by_key(made))
    home = client.get(address).content.decode()
    assert f'href="{address}now/"' in home
    for page, split, next_page in (
        ("now/", "7-0-2-1-0", "future/"),
        ("future/", "3-4-2-1-0", "guess/"),
        ("guess/", "1-1-1-1-6", ""),
    ):
        response = client.post(f"{address}{page}", points(split))
        assert (response.status_code, response.url) == (303, address + next_page)
    assert "Agree to share my points" in text_of(client.get(address))
    stored = talk_of(made.talk).answered
    assert {kind: str(split) for kind, split in stored[side].items()} == INVITERS
    assert stored[side.other] == {}


def test_an_answer_is_there_to_be_changed(user, guest):
    made = make_talk(user, "answered")
    form = guest.get(by_key(made, "future/")).context["form"]
    assert form.points == Split.parse(GUESTS[TalkKind.FUTURE]).as_dict()
    response = guest.post(by_key(made, "future/"), points("10-0-0-0-0"))
    assert response.url == by_key(made)
    assert str(talk_of(made.talk).answered[TalkSide.GUEST][TalkKind.FUTURE]) == "10-0-0-0-0"


def test_points_that_do_not_add_up_are_refused_with_all_that_was_typed(user, guest):
    made = make_talk(user, "started")
    response = guest.post(by_key(made, "now/"), points("5-x-5-3-0"))
    assert response.status_code == 422
    assert 'value="x"' in response.content.decode()
    assert "Enter a whole number from 0 to 10." in text_of(response)
    assert not made.talk.answers.exists()


def test_a_step_answers_with_the_new_rest_and_stores_nothing(user, guest):
    made = make_talk(user, "started")
    response = guest.post(by_key(made, "now/"), points("5-0-0-0-0", step="job_seeking+"))
    assert response.status_code == 200
    assert "4 of 10 points left" in text_of(response)
    assert not made.talk.answers.exists()


def test_the_future_stands_beside_now(user, guest):
    made = make_talk(user, "started")
    made.talk.answer(TalkSide.GUEST, TalkKind.NOW, Split.parse("6-2-2-0-0"))
    page = guest.get(by_key(made, "future/"))
    assert "now 6" in text_of(page)
    assert b'href="?start=6-2-2-0-0"' in page.content
    started = guest.get(by_key(made, "future/") + "?start=6-2-2-0-0")
    assert started.context["form"].points == Split.parse("6-2-2-0-0").as_dict()


def test_the_latest_result_and_the_goal_are_offered(owner, user):
    make_assessment(user, "6-2-2-0-0")
    make_goal(user, "4-3-3-0-0")
    made = make_talk(user)
    assert (
        b'href="?start=6-2-2-0-0">Start from my last result'
        in owner.get(by_id(made, "now/")).content
    )
    assert (
        b'href="?start=4-3-3-0-0">Start from my goal' in owner.get(by_id(made, "future/")).content
    )


def title_of(response) -> str:
    title = re.search("<title>(.*?)</title>", response.content.decode(), re.DOTALL)[1]
    return " ".join(title.split())


def test_each_page_of_a_talk_names_the_other_person(owner, user, guest):
    made = make_talk(user, "started", label="Robin <3")
    assert title_of(owner.get(by_id(made))) == "A talk with Robin &lt;3 · Five Purposes"
    assert title_of(guest.get(by_key(made))) == "A talk with Anna · Five Purposes"
    for page, said in (
        ("guess/", "How do you think {} spends their ten points now?"),
        ("note/", "{} can read it once you've both agreed to share."),
        ("withdraw/", "{} keeps theirs, and sees that you've withdrawn."),
    ):
        assert said.format("Robin <3") in words_of(owner.get(by_id(made, page)))
        assert said.format("Anna") in words_of(guest.get(by_key(made, page)))
    asked = make_talk(user, "started", label="")
    guess = "How do you think your guest spends their ten points now?"
    assert guess in words_of(owner.get(by_id(asked, "guess/")))


def test_each_step_says_which_it_is_and_each_link_what_it_changes(user, guest):
    made = make_talk(user, "answered")
    for number, page in enumerate(("now/", "future/", "guess/"), start=1):
        assert f"Back to the talk · step {number} of 3" in words_of(guest.get(by_key(made, page)))
    words = words_of(guest.get(by_key(made)))
    for link in ("ten points today", "ten points in the future", "guess"):
        assert f"Change your {link}" in words
    assert "Community spirit 6, Learning sponge 3, Vanity project 1" in words
    made.talk.answers.filter(kind=TalkKind.GUESS).delete()
    assert "Add your guess" in words_of(guest.get(by_key(made)))


@pytest.mark.parametrize(
    ("state", "title"),
    [
        ("invited", "Revoke this invitation?"),
        ("answered", "Withdraw from this talk?"),
        ("open", "Withdraw from this talk?"),
        ("left", "Remove this talk?"),
    ],
)
def test_a_confirmation_says_what_it_is_about(owner, user, state, title):
    page = owner.get(by_id(make_talk(user, state), "withdraw/"))
    assert title_of(page) == f"{title} · Five Purposes"
    goes_for_both = "The comparison and the questions disappear for both of you."
    assert (goes_for_both in words_of(page)) == (state == "open")


# --- Agreement, and the shared result -----------------------------------------------------------


def test_that_points_cannot_change_afterwards_is_said_before(user, guest):
    made = make_talk(user, "answered")
    words = text_of(guest.get(by_key(made)))
    assert "After you agree, your points can't change." in words
    response = guest.post(by_key(made, "agree/"))
    assert (response.status_code, response.url) == (303, by_key(made))
    words = words_of(guest.get(by_key(made)))
    assert "You've agreed to share your points" in words
    assert "You'll both see everything here once Anna agrees too." in words
    assert "This page doesn't update by itself, so reload it later." in words
    assert "Change" not in words
    for page in ("now/", "future/", "guess/"):
        response = guest.get(by_key(made, page))
        assert (response.status_code, response.url) == (303, by_key(made))


def test_whoever_waits_for_a_guest_reads_that_nobody_has_started(owner, user):
    words = words_of(owner.get(by_id(make_talk(user, label=""))))
    assert "Your guest hasn't started yet." in words
    assert "Once your guest has started, you can agree to share your points." in words


def test_whoever_has_not_finished_agrees_to_nothing(user, guest):
    made = make_talk(user, "started")
    assert "Agree to share my points" not in text_of(guest.get(by_key(made)))
    assert guest.post(by_key(made, "agree/")).url == by_key(made)
    assert not talk_of(made.talk).has_agreed(TalkSide.GUEST)


def test_both_see_both_pairs_the_moves_the_differences_and_questions(owner, user, guest):
    made = make_talk(user, "open")
    for response, first, other in (
        (
            owner.get(by_id(made)),
            f"Ask {LABEL} these questions. They're worded to be read aloud, so they call you “ An",
            LABEL,
        ),
        (
            guest.get(by_key(made)),
            "Ask Anna these questions. They're worded to be read aloud, so they call you “ your",
            "Anna",
        ),
    ):
        words = words_of(response)
        assert "From now to the future: 4 points from Business driven to Community spirit" in words
        assert "From now to the future: 5 points from Vanity project to Community spirit" in words
        assert f"{other} 's guess" not in words
        assert f"How you compare Now, {other} has " in words
        assert f"Questions to talk about {first}" in words
        table = re.search("<tbody>(.*)</tbody>", response.content.decode(), re.DOTALL)[1]
        numbers = re.findall("<td>([0-9]+)</td>", table)
        mine, theirs = (INVITERS, GUESTS) if other == LABEL else (GUESTS, INVITERS)
        expected = [
            mine[TalkKind.NOW],
            mine[TalkKind.FUTURE],
            theirs[TalkKind.GUESS],
            theirs[TalkKind.NOW],
            theirs[TalkKind.FUTURE],
            mine[TalkKind.GUESS],
        ]
        assert ["-".join(numbers[column::6]) for column in range(6)] == expected
        assert "Now Future Guess Now Future Guess Business driven" in words
        assert "Guess: what the other person expected for now." in words


def test_each_asks_the_other_questions_that_are_true_of_the_other(owner, user, guest):
    made = make_talk(user, "open")
    for_guest = [
        "You put 0 points on Business driven, and Anna put 7 points. What brought you there?",
        "You'd like to move 5 points from Vanity project to Community spirit.",
        "We both want more points on Community spirit.",
        "You want to go from being seen to being useful.",
        "For Business driven, you guessed that Anna would put 2 points, but it's 7 points.",
    ]
    for_inviter = [
        "You put 7 points on Business driven, and your guest put 0 points. What brought you there?",
        "You'd like to move 4 points from Business driven to Community spirit.",
        "We both want more points on Community spirit.",
        "For Business driven, your guest guessed that you'd put 2 points, but you put 7 points.",
    ]
    pages = owner.get(by_id(made)), guest.get(by_key(made))
    for page, asked in zip(pages, (for_guest, for_inviter), strict=True):
        questions = page.context["both"]["questions"]
        assert [q[: len(a)] for q, a in zip(questions, asked, strict=True)] == asked
        assert all(question in words_of(page) for question in questions)
    # The sheet has both lists, and is the same for both.
    for page in (owner.get(by_id(made, "sheet/")), guest.get(by_key(made, "sheet/"))):
        both = page.context["both"]
        assert both["for_guest"] == pages[0].context["both"]["questions"]
        assert both["for_inviter"] == pages[1].context["both"]["questions"]
        said = words_of(page)
        assert said.count("Questions for the guest You put 0 points on Business driven") == 1
        assert said.count("Questions for Anna You put 7 points on Business driven") == 1
        assert all(question in said for question in both["for_guest"] + both["for_inviter"])


def test_the_sheet_is_for_both_to_read_and_holds_no_private_label(owner, user, guest):
    made = make_talk(user, "open")
    owner.post(by_id(made, "note/"), {"text": "Mine."})
    guest.post(by_key(made, "note/"), {"text": "Theirs."})
    words = words_of(owner.get(by_id(made, "sheet/")))
    assert words_of(guest.get(by_key(made, "sheet/"))) == words
    assert LABEL not in words
    for each in (
        "Print or save as PDF Anna Now",
        "Note from Anna Mine. The guest Now",
        "Note from the guest Theirs. Points on",
        "Anna placed 8 of the guest's 10 points right. The biggest miss was Learning sponge",
        "The guest placed 5 of Anna's 10 points right. The biggest miss was Business driven",
        "Now, the guest has 6 more points than Anna on Vanity project, and 7 fewer on Business",
        "In the future, the guest wants 2 more points than Anna on Community spirit",
    ):
        assert each in words


def test_without_a_name_the_guest_is_your_guest(owner, user):
    words = words_of(owner.get(by_id(make_talk(user, "open", label=""))))
    assert "A talk with your guest" in words
    assert "You placed 8 of your guest's 10 points right." in words
    assert "Your guest placed 5 of your 10 points right." in words
    assert "Now, your guest has 6 more points than you on Vanity project," in words
    assert (
        "Ask your guest these questions. They're worded to be read aloud, so they call you “ Anna "
        in words
    )


def test_a_guess_of_one_side_is_a_column_of_the_other(owner, user):
    inviters = {kind: split for kind, split in INVITERS.items() if kind != TalkKind.GUESS}
    response = owner.get(by_id(make_talk(user, "open", inviters=inviters)))
    assert "Purpose Now Future Guess Now Future Business driven 7 3 2 0 0" in text_of(response)
    heads = re.findall(r'<th scope="colgroup" colspan="(\d)">', response.content.decode())
    assert heads == ["3", "2"]


def test_each_reads_how_close_both_guesses_came(owner, user, guest):
    made = make_talk(user, "open", label="Robin")
    assert (
        "How close you came You placed 8 of Robin's 10 points right. Your biggest miss was "
        "Learning sponge: you guessed 1, but it's 3. Robin placed 5 of your 10 points right. "
        "The biggest miss was Business driven: the guess was 2, but it's 7."
    ) in words_of(owner.get(by_id(made)))
    assert (
        "How close you came You placed 5 of Anna's 10 points right. Your biggest miss was "
        "Business driven: you guessed 2, but it's 7. Anna placed 8 of your 10 points right. "
        "The biggest miss was Learning sponge: the guess was 1, but it's 3."
    ) in words_of(guest.get(by_key(made)))


def test_a_talk_without_guesses_is_a_talk(owner, user, guest):
    both = {TalkKind.NOW: "2-2-2-2-2", TalkKind.FUTURE: "2-2-2-2-2"}
    made = make_talk(user, "open", inviters=both, guests=both)
    words = text_of(owner.get(by_id(made)))
    assert "guess" not in words.lower()
    assert "How close" not in words
    assert "No points need to move." in words
    assert "Now, you both spend your points the same way." in words
    assert "What did each of us do on LinkedIn last week?" in text_of(guest.get(by_key(made)))


def test_questions_are_in_the_words_of_staff(user, guest):
    TalkQuestion.objects.filter(topic="guest_moves").update(text="{points}, {name}? <b>")
    made = make_talk(user, "open")
    asked = "<li>4 points, your guest? &lt;b&gt;</li>"
    assert asked in guest.get(by_key(made)).content.decode()
    TalkQuestion.objects.filter(topic="guest_moves").update(text="{name} asks.")
    assert "<li>Your guest asks.</li>" in guest.get(by_key(made)).content.decode()


def test_a_note_reaches_the_other_once_it_is_open(owner, user, guest):
    made = make_talk(user, "agreed")
    response = guest.post(by_key(made, "note/"), {"text": "Line one\r\nLine <two>"})
    assert (response.status_code, response.url) == (303, f"{by_key(made)}?noted")
    assert TalkNote.objects.get().text == "Line one\nLine <two>"
    assert "Your note is saved." in text_of(guest.get(response.url))
    assert "Line one" in text_of(guest.get(by_key(made)))
    assert "Your note is saved." not in text_of(guest.get(by_key(made)))
    assert "Line one" in guest.get(by_key(made, "note/")).content.decode()
    assert "Line one" not in owner.get(by_id(made)).content.decode()
    guest.post(by_key(made, "agree/"))
    assert "Line one\nLine &lt;two&gt;" in owner.get(by_id(made)).content.decode()
    assert f"Note from {LABEL} Line one" in words_of(owner.get(by_id(made)))
    assert "Your note Line one" in words_of(guest.get(by_key(made)))
    response = guest.post(by_key(made, "note/"), {"text": ""})
    assert "Line one" not in owner.get(by_id(made)).content.decode()
    assert "Your note is deleted." in text_of(guest.get(response.url))
    assert guest.post(by_key(made, "note/"), {"text": ""}).url == by_key(made)


def test_a_note_that_comes_too_late_is_not_said_to_be_saved(user, guest, monkeypatch):
    made = make_talk(user, "agreed")
    monkeypatch.setattr(Talk, "write", lambda *args: False)  # the talk ended just now
    assert guest.post(by_key(made, "note/"), {"text": "Too late"}).url == by_key(made)


def test_a_note_that_is_too_long_is_refused_and_still_there(user, guest):
    made = make_talk(user, "started")
    response = guest.post(by_key(made, "note/"), {"text": "x" * (NOTE_MAX_LENGTH + 1)})
    assert response.status_code == 422
    assert "x" * (NOTE_MAX_LENGTH + 1) in response.content.decode()
    assert guest.post(by_key(made, "note/"), {"text": "A\0B"}).status_code == 422
    assert not TalkNote.objects.exists()


def test_the_sheet_has_it_all_and_says_how_to_lead_the_talk(owner, user, guest):
    made = make_talk(user, "open")
    guest.post(by_key(made, "note/"), {"text": "Let's take our time."})
    for response in (owner.get(by_id(made, "sheet/")), guest.get(by_key(made, "sheet/"))):
        words = text_of(response)
        assert "Listen. Don't advise, even if you know the answer." in words
        assert "How you compare" in words
        assert "Let's take our time." in words
        assert date_format(timezone.localdate()) in words


def test_what_each_can_do_with_their_own_points(owner, user, guest):
    made = make_talk(user, "open")
    for page, own in ((owner.get(by_id(made)), INVITERS), (guest.get(by_key(made)), GUESTS)):
        body = page.content.decode()
        assert f'href="/keep/{own[TalkKind.NOW]}/"' in body
        assert f'href="/goal/?start={own[TalkKind.FUTURE]}#set"' in body
    goal = owner.get(f"/goal/?start={INVITERS[TalkKind.FUTURE]}").context["form"]
    assert goal.points == Split.parse(INVITERS[TalkKind.FUTURE]).as_dict()


def test_a_guest_without_an_account_reads_what_needs_one(owner, user, guest):
    made = make_talk(user, "open", guest=make_user("guest@example.org"))
    signed_in = Client()
    signed_in.force_login(made.talk.guest)
    needs_one = "You need an account for this."
    words = text_of(guest.get(by_key(made)))
    for way in ("to my history", "Make my future points my goal", "Remind me in 3 months"):
        assert f"{way} {needs_one}" in words
    for response in (owner.get(by_id(made)), signed_in.get(by_id(made))):
        assert response.status_code == 200
        assert needs_one not in text_of(response)


@pytest.mark.parametrize("state", ["started", "answered", "open"])
def test_a_guest_keeps_their_link_unless_the_talk_is_in_their_list(user, guest, stranger, state):
    made = make_talk(user, state)
    page = guest.get(by_key(made))
    assert "Save your link This link is your way back" in text_of(page)
    assert link_in(page) == by_key(made)
    has_account = User.objects.get(email="stranger@example.org")
    with_account = make_talk(user, state, guest=has_account)
    for path in (by_key(with_account), by_id(with_account)):
        page = stranger.get(path)
        assert page.status_code == 200
        assert 'href="/talks/">Your talks</a>' in page.content.decode()
        assert "Save your link" not in text_of(page)


def test_a_group_is_led_from_the_talks_to_the_rooms(owner):
    page = owner.get(PATH)
    assert "More than two people? Open a room :" in text_of(page)
    assert '<a href="/rooms/">Open a room</a>' in page.content.decode()


def test_a_reminder_is_one_press_away(owner, user):
    prove_address(user)
    made = make_talk(user, "open")
    response = owner.post(by_id(made, "remind/"), follow=True)
    reminder = Reminder.objects.get(user=user)
    assert reminder.rhythm == Reminder.Rhythm.ON_DATE
    assert reminder.due_on == timezone.localdate() + relativedelta(months=3)
    assert f"We'll remind you on {reminder.due_on:%-d %B %Y}." in text_of(response)


# --- The end ------------------------------------------------------------------------------------


def test_the_guest_withdraws(owner, user, guest):
    made = make_talk(user, "open")
    asked = text_of(guest.get(by_key(made, "withdraw/")))
    assert "Withdraw from this talk?" in asked
    assert "Anna keeps theirs, and sees that you've withdrawn." in asked
    response = guest.post(by_key(made, "withdraw/"))
    assert (response.status_code, response.url) == (303, by_key(made))
    gone = guest.get(by_key(made))
    assert gone.status_code == 410
    assert "You've withdrawn from this talk" in text_of(gone)
    page = owner.get(by_id(made))
    assert page.status_code == 200
    assert f"{LABEL} has withdrawn." in words_of(page)
    assert "Business driven 7" in page.content.decode()
    assert "Community spirit 6" not in page.content.decode()
    assert f"{LABEL} has withdrawn." in words_of(owner.get(PATH))


def test_who_has_entered_nothing_reads_of_nothing_that_is_left(owner, user, guest):
    made = make_talk(user, "started", label="")
    guest.post(by_key(made, "withdraw/"))
    page = owner.get(by_id(made))
    assert "Your guest has withdrawn. You can invite someone else." in words_of(page)
    assert 'href="/talks/#invite"' in page.content.decode()
    assert "Your points" not in text_of(page)
    made = make_talk(user, "started")
    owner.post(by_id(made, "withdraw/"))
    words = words_of(guest.get(by_key(made)))
    assert "The other person has withdrawn." in words
    assert "still here" not in words
    assert "invite" not in words


def test_a_talk_that_the_guest_left_is_removed_from_the_list(owner, user, guest):
    made = make_talk(user, "left")
    remove = f'<a href="{by_id(made, "withdraw/")}">'
    for path in (PATH, by_id(made)):
        page = owner.get(path)
        assert "Remove from my list" in words_of(page)
        assert "Withdraw" not in words_of(page)
        assert remove in page.content.decode()
    asked = words_of(owner.get(by_id(made, "withdraw/")))
    assert (
        "Remove this talk? You won't see it in your list any more. What you entered in it "
        "will be deleted. This can't be undone. Remove Cancel"
    ) in asked
    response = owner.post(by_id(made, "withdraw/"), follow=True)
    assert "Talk removed from your list." in words_of(response)
    assert by_id(made) not in response.content.decode()
    assert not made.talk.answers.filter(side=TalkSide.INVITER).exists()


def test_a_guest_without_a_list_removes_a_talk_that_the_inviter_left(user, guest):
    made = make_talk(user, "withdrawn")
    assert "Remove this talk" in words_of(guest.get(by_key(made)))
    asked = words_of(guest.get(by_key(made, "withdraw/")))
    assert "Remove this talk? What you entered in it will be deleted" in asked
    assert "list" not in asked
    assert guest.post(by_key(made, "withdraw/")).url == by_key(made)
    assert not made.talk.answers.exists()
    gone = guest.get(by_key(made))
    assert gone.status_code == 410
    assert "Talk removed Everything you entered in it has been deleted." in words_of(gone)
    assert "You've withdrawn" not in words_of(gone)


def test_only_a_talk_that_the_other_left_can_be_removed(owner, user):
    for state in ("invited", "started", "answered", "agreed", "open", "over", "expired"):
        make_talk(user, state)
    assert "Remove" not in words_of(owner.get(PATH))


def test_the_inviter_withdraws(owner, user, guest):
    made = make_talk(user, "open")
    response = owner.post(by_id(made, "withdraw/"), follow=True)
    assert "You've withdrawn. Your points, guess and note have been deleted." in text_of(response)
    assert by_id(made) not in response.content.decode()
    page = guest.get(by_key(made))
    assert page.status_code == 200
    assert "The other person has withdrawn." in words_of(page)
    assert "Anna" not in page.content.decode()
    assert "Community spirit 6" in page.content.decode()


def test_after_its_term_a_talk_is_over(owner, user, guest):
    made = make_talk(user, "over")
    for response in (owner.get(by_id(made)), guest.get(by_key(made))):
        assert response.status_code == 410
        assert "This talk is over" in text_of(response)
    assert "This talk is over." in text_of(owner.get(PATH))


@pytest.mark.parametrize("kind", ["now", "future", "guess"])
@pytest.mark.parametrize("state", ["over", "left", "withdrawn"])
def test_points_that_come_too_late_for_a_talk_still_have_a_result(owner, user, guest, kind, state):
    made = make_talk(user, state)
    for response in (
        owner.post(by_id(made, f"{kind}/"), points("6-2-2-0-0")),
        guest.post(by_key(made, f"{kind}/"), points("6-2-2-0-0")),
    ):
        assert response.status_code == 410
        link = 'href="/splits/6-2-2-0-0/">See the result of these points</a>'
        assert link in response.content.decode()
    stale = guest.post(by_key(made, f"{kind}/"), points("6-2-2-0-1"))
    assert b"See the result" not in stale.content


def test_the_end_of_a_talk_leads_a_signed_in_person_to_their_talks(owner, user, guest):
    link = 'href="/talks/">Your talks</a>'
    for state in ("over", "withdrawn"):
        made = make_talk(user, state)
        response = owner.get(by_id(made))
        assert response.status_code == 410
        assert link in response.content.decode()
    left = make_talk(user, "left")
    assert link not in guest.get(by_key(left)).content.decode()


def test_an_inviter_whose_invitation_expired_can_invite_again(owner, user, guest):
    made = make_talk(user, "expired")
    for path in (by_id(made), f"/invitations/{made.invite_key}/"):
        response = owner.get(path)
        assert response.status_code == 410
        said = words_of(response)
        assert "This invitation has expired Nobody used it. Invitations last 14 days." in said
        assert 'href="/talks/#invite">Invite someone</a>' in response.content.decode()
    theirs = words_of(guest.get(f"/invitations/{made.invite_key}/"))
    assert "Ask the person who sent it for a new one." in theirs


# --- The guest's secret URL by mail -------------------------------------------------------------


def test_a_guest_mails_their_address_to_themselves(user, guest, mails):
    made = make_talk(user, "started")
    assert "Email it to me" in text_of(guest.get(by_key(made)))
    response = guest.post(by_key(made, "mail/"), {"email": "me@example.com"}, follow=True)
    assert "An email with your link is on its way to you." in text_of(response)
    (sent,) = mail.outbox
    assert sent.to == ["me@example.com"]
    assert f"http://127.0.0.1:8000{by_key(made)}\n" in sent.body
    assert "Anna" not in sent.body
    assert not Session.objects.exists()


def test_a_mailbox_gets_five_such_mails_a_day_whatever_tags_its_address_has(user, guest, mails):
    for number in range(5):
        made = make_talk(user, "started")
        form = {"email": f"Me+{number}@example.com"}
        assert guest.post(by_key(made, "mail/"), form).status_code == 303
    made = make_talk(user, "started")
    form = {"email": "me@example.com"}
    assert guest.post(by_key(made, "mail/"), form).status_code == 429
    assert len(mail.outbox) == 5


def test_such_mails_are_limited(user, guest, mails):
    made = make_talk(user, "started")
    for _ in range(5):
        assert guest.post(by_key(made, "mail/"), {"email": "me@example.com"}).status_code == 303
    response = guest.post(by_key(made, "mail/"), {"email": "me@example.com"})
    assert response.status_code == 429
    assert "That's enough emails for today. Copy the link instead." in text_of(response)
    assert len(mail.outbox) == 5


def test_links_by_mail_are_limited_too(client, mails, settings):
    settings.ACCOUNT_RATE_LIMITS = {"talk_invitation": "1/d/user"}
    inviter = make_verified_user()
    client.force_login(inviter)
    made = make_talk(inviter)
    form = {"email": "guest@example.com"}
    assert client.post(by_id(made, "link/"), form).status_code == 303
    response = client.post(by_id(made, "link/"), form, follow=True)
    # The link is renewed all the same, and can be copied.
    assert "That's enough emails for today. Copy the link instead." in text_of(response)
    assert "Copy the link" in text_of(response).partition("Send the invitation")[2]
    assert client.post(by_id(made, "link/"), {"email": ""}).status_code == 303
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("address", ["", "nobody"])
def test_a_wrong_address_gets_no_mail(user, guest, mails, address):
    made = make_talk(user, "started")
    assert guest.post(by_key(made, "mail/"), {"email": address}).status_code == 422
    assert mail.outbox == []


@pytest.mark.parametrize("side", ["inviter", "guest"])
def test_a_site_without_a_mail_server_sends_no_link_whoever_asks(client, user, side):
    client.force_login(user)
    made = make_talk(user) if side == "inviter" else make_talk(user, "started")
    address = by_id(made, "link/") if side == "inviter" else by_key(made, "mail/")
    response = client.post(address, {"email": "someone@example.com"}, follow=True)
    assert response.status_code == 200
    assert mail.outbox == []
    assert "someone@example.com" not in response.content.decode()


def test_a_mail_that_fails_is_said(user, guest, mails, settings):
    settings.EMAIL_BACKEND = "tests.support.mails.NoBackend"
    made = make_talk(user, "started")
    response = guest.post(by_key(made, "mail/"), {"email": "me@example.com"})
    assert response.status_code == 422
    assert "We couldn't send the email." in text_of(response)


# --- The list, the log, the number of queries ---------------------------------------------------


def test_the_list_says_where_each_talk_stands(owner, user):
    for state in ("invited", "started", "answered", "agreed", "open", "expired"):
        make_talk(user, state)
    words = words_of(owner.get(PATH))
    for said in (
        "Your guest hasn't started yet. The link works until",
        "You haven't finished yet.",
        "You've finished. Agree to share your points.",
        f"You've agreed. We're waiting for {LABEL}.",
        "You can both see everything until",
        "The link has expired.",
    ):
        assert said in words


def test_two_talks_of_a_day_are_told_apart_in_the_time_of_the_reader(owner, user):
    User.objects.filter(pk=user.pk).update(time_zone="Pacific/Auckland")
    day = datetime(2026, 11, 1, tzinfo=UTC)
    for hour in (20, 22):
        made_at = day + timedelta(hours=hour)
        made = make_talk(user, label="").talk
        Talk.objects.filter(pk=made.pk).update(made_at=made_at)
    words = text_of(owner.get(PATH))
    assert "Your invitation, 2 November 2026, 09:00 NZDT" in words
    assert "Your invitation, 2 November 2026, 11:00 NZDT" in words


def test_what_is_asked_for_in_the_list_is_a_click_away(owner, user):
    made = make_talk(user, "answered")
    (address,) = re.findall('href="([^"]+)">Agree to share', owner.get(PATH).content.decode())
    path, _hash, part = address.partition("#")
    assert path == by_id(made)
    assert f'<h2 id="{part}">Share your points' in owner.get(path).content.decode()


def test_a_talk_is_offered_where_somebody_looks_at_points(owner, user):
    result = make_assessment(user, "6-2-2-0-0").get_absolute_url()
    make_goal(user, "4-3-3-0-0")
    for path, words in (
        (result, "Talk about it with someone"),
        ("/splits/6-2-2-0-0/", "Talk about it with someone"),
        ("/goal/", "Talk about your goal with someone"),
        ("/history/", "Talks"),
    ):
        assert re.search(f'href="/talks/"[^>]*>{words}<', owner.get(path).content.decode()), path


def test_the_list_ends_somewhere(owner, user):
    for _ in range(MAX_LISTED + 2):
        made = make_talk(user)
    page = owner.get(PATH)
    listed = re.findall('<h3><a href="([^"]+)"', page.content.decode())
    assert len(listed) == MAX_LISTED
    assert listed[0] == by_id(made)
    assert "These are the latest ones." in text_of(page)


def test_it_takes_as_many_queries_for_three_talks_as_for_one(
    owner, user, django_assert_num_queries
):
    make_talk(user, "open")
    with django_assert_num_queries(3):  # session with user, talks, answers
        owner.get(PATH)
    make_talk(user, "open")
    make_talk(user, "started")
    with django_assert_num_queries(3):
        owner.get(PATH)


def test_what_a_talk_takes_of_the_database(owner, user, guest, settings, django_assert_num_queries):
    settings.PUBLIC_PAGE_SECONDS = 60
    made, started, invited = (make_talk(user, state) for state in ("open", "started", "invited"))
    guest.get(by_key(made))  # warm up: loads the published content
    with django_assert_num_queries(4):  # session with user; talk, answers, notes
        owner.get(by_id(made))
    with django_assert_num_queries(3):
        guest.get(by_key(made))
    with django_assert_num_queries(2):
        guest.get(by_key(started, "now/"))
    with django_assert_num_queries(1):
        guest.get(f"/invitations/{invited.invite_key}/")


@pytest.mark.parametrize("path", ["/talk/secret/", "/talk/secret/now/", "/invitations/secret/"])
def test_no_key_is_logged(rf, path):
    assert "secret" not in RequestLogMiddleware.format_request(rf.get(path))
    record = logging.LogRecord("django.request", 30, "", 0, "%s: %s", ("Gone", path), None)
    assert HideKeys().filter(record)
    assert "secret" not in record.getMessage()
    assert "Gone: /" in record.getMessage()


def test_the_inviters_own_page_that_is_passed_on_leads_to_the_invitation(stranger, owner, user):
    client, made = Client(), make_talk(user)
    page = f"{by_id(made)}?link={made.invite_key}"
    for guest in (client, stranger):
        assert guest.get(page).url == f"/invitations/{made.invite_key}/"
    # It may also be the inviter, whose session has ended.
    said = client.get(page, follow=True).content.decode()
    here = f"/accounts/login/?next=%2Finvitations%2F{made.invite_key}%2F"
    assert f'<a href="{here}">Sign in</a> to see your side.' in " ".join(said.split())
    assert owner.get(page).status_code == 200
    made.talk.withdraw(TalkSide.INVITER)
    for key in ("", "a/b", "%00", "\u0661", "nobodys-key", made.invite_key):
        assert client.get(by_id(made), {"link": key}).url.startswith("/accounts/login/")
        assert stranger.get(by_id(made), {"link": key}).status_code == 404


@pytest.mark.parametrize("state", ["left", "withdrawn"])
def test_after_an_open_talk_a_page_says_that_its_points_may_have_been_seen(
    owner, user, guest, state
):
    made = make_talk(user, state)
    page = owner.get(by_id(made)) if state == "left" else guest.get(by_key(made))
    said = words_of(page)
    assert "You had both agreed before, so they may have seen what you entered." in said
    assert "for you alone" not in said


def test_before_an_open_talk_what_one_entered_stays_ones_own(owner, user):
    made = make_talk(user, "agreed")
    made.talk.withdraw(TalkSide.GUEST)
    assert "What you entered is still here, for you alone." in words_of(owner.get(by_id(made)))
