"""The access matrix: what each role gets from every URL by each method.

A row of TABLE is a URL with one cell for each column of its heading. A cell has one sign for each
of METHODS, in their order. Requests are bare, with no query and no form, but with the Origin of our
own pages. After the arrow come the targets of redirects, in the order of the columns; `./` is the
URL itself.
"""

import re

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from purposeapp.models import PortraitPart, TalkQuestion, Tip
from tests.support.headers import ORIGIN, check, is_private
from tests.support.make import (
    NOON,
    make_assessment,
    make_editor,
    make_reminder,
    make_superuser,
    make_user,
    make_verified_user,
    prove_address,
)
from tests.support.rooms import make_room
from tests.support.talks import make_talk

METHODS = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"]
SIGNS = {200: "o", 400: "b", 401: "u", 403: "x", 404: "0", 405: "-", 409: "c", 422: "?"}
"""The sign of each status code. Of the redirects, `s` leads to the sign-in page with `next` set to
this URL, and `>` anywhere else."""

ROLES = ["anonymous", "stranger", "owner", "editor", "staff", "superuser"]
"""The owner owns the assessment and the reminder; editors may change tips; plain staff, nothing."""

GROUPS = {
    "everyone": ROLES,
    "signed-in": ROLES[1:],
    "others": [role for role in ROLES if role not in ("anonymous", "owner")],
    "visitors": ["anonymous", "stranger", "owner"],
    "any-staff": ["editor", "staff", "superuser"],
}

TABLE = """
                                         everyone
/                                        oo?---
/questionnaire.png                       oo----
/splits/6-2-2-0-0/                       oo----
/splits/6-2-2-0-0.png                    oo----
/splits/6-2-2-0-0/with/1-1-1-7-0/        oo----
/splits/6-2-2-0-0/again.ics              oo----
/purposes/                               oo----
/purposes/job-seeking/                   oo----
/purposes/job-seeking.png                oo----
/community/                              oo----
/privacy/                                oo----
/worksheet/                              oo----
/favicon.ico                             >>----     → /static/img/favicon-32.png
/.well-known/change-password             >>----     → /accounts/password/change/
/manifest.webmanifest                    oo----
/robots.txt                              oo----
/sitemap.xml                             oo----
/healthz                                 oo----
/readyz                                  oo----
/metrics                                 000000
/reminders/stop/{stop_key}/              ooo---
/talk/{guest}/                           oo----
/talk/{guest}/now/                       oo?---
/talk/{guest}/future/                    oo?---
/talk/{guest}/guess/                     oo?---
/talk/{guest}/agree/                     >>>---     → /talk/{guest}/
/talk/{guest}/withdraw/                  oo>---     → /talk/{guest}/
/talk/{guest}/note/                      oo>---     → /talk/{guest}/
/talk/{guest}/sheet/                     >>----     → /talk/{guest}/
/talk/{guest}/mail/                      >>>---     → /talk/{guest}/
/join/                                   oo----
/r/{code}/                               oo?---
/r/{code}/future/                        >>>---     → /r/{code}/
/r/{code}/result/                        >>----     → /r/{code}/
/r/{code}/leave/                         oo>---     → ./
/r/{code}/keep/                          -->---     → /r/{code}/
/accounts/inactive/                      oo---o
/accounts/password/reset/                oo??-o
/accounts/password/reset/confirm/        >>>>>>     → /accounts/password/reset/
/accounts/password/reset/complete/       >>>>>>     → /accounts/password/reset/
/accounts/password/reset/done/           oo---o
/accounts/confirm-email/x/               oo0--o
/accounts/oidc/linkedin/login/           o->---     → {linkedin}
/accounts/oidc/linkedin/login/callback/  b-----
/accounts/3rdparty/login/cancelled/      oo---o
/accounts/3rdparty/login/error/          uu---o
/accounts/3rdparty/signup/               >>>>>>     → /accounts/login/

                               anonymous  signed-in
/goal/                         ssssss     oo?---
/goal/end/                     -->---     -->---     → /accounts/login/?next=/goal/ /goal/
/try/                          oo?---     oo?---
/try/6-2-2-0-0/                oo----     oo----
/history/                      ssssss     oo----
/history/add/                  ssssss     oo?---
/history/compare/              ssssss     oo----
/history/pending/              ssssss     >>>---     → /history/
/history/export.json           ssssss     oo----
/history/export.csv            ssssss     oo----
/history/import/               ssssss     oo?---
/talks/                        oossss     oo?---
/rooms/                        oossss     oo?---
/tips/                         ssssss     oo----
/tips/{tip}/tick/              -->---     --?---     → /accounts/login/?next=/tips/
/tips/side/                    -->---     --?---     → /accounts/login/?next=/tips/
/reminders/                    ssssss     oo?---
/reminders/changed/            -->---     -->---
        → /accounts/login/?next=/reminders/ /reminders/
/reminders/address/            -->---     -->---
        → /accounts/login/?next=/reminders/ /reminders/
/settings/                     ssssss     oo----
/settings/community/           ssssss     oo?---
/settings/time-zone/           -->---     -->---
        → /accounts/login/?next=/settings/ /settings/
/settings/sign-out/            -->---     -->---
        → /accounts/login/?next=/settings/ /settings/
/accounts/signup/              oo??-o     >>>>>>     → /history/
/accounts/login/               oo??-o     >>>>>>     → /history/
/accounts/login/code/          oo??-o     >>>>>>     → /history/
/accounts/login/code/confirm/  >>>>>>     >>>>>>     → /accounts/login/code/ /history/
/accounts/confirm-email/       oo---o     oo---o
/accounts/logout/              >>>--o     oo>--o     → /
/accounts/reauthenticate/      ssssss     oo??-o
/accounts/email/               ssssss     oo>>-o     → ./
/accounts/password/change/     ssssss     oo??-o
/accounts/password/set/        ssssss     >>>>>>     → /accounts/password/change/
/accounts/delete/              ssssss     oo?---
/accounts/3rdparty/            ssssss     oo??-o

                               anonymous  owner   others
/keep/6-2-2-0-0/               oo>---     >>>---  oo>---
        → /accounts/signup/?next=%2Fkeep%2F6-2-2-0-0%2F /history/{new}/
/history/{assessment}/         ssssss     oo>---  000---  → ./
/history/{assessment}/day/     ssssss     000---  000---
/history/{on_paper}/day/       ssssss     oo?---  000---
/history/{assessment}/delete/  ssssss     oo>---  00>---  → /history/
/history/{assessment}/event/   -->---     -->---  --0---
        → /accounts/login/?next=/history/{new}/ /history/{new}/
/history/{assessment}/remind/  -->---     -->---  --0---
        → /accounts/login/?next=/history/{new}/ /history/{new}/
/reminders/five-purposes.ics   ssssss     oo----  00----
/invitations/{invitation}/     oo>---     oo>---  oo>---
        → /talk/{guest}/ /talks/{new}/
/talks/{talk}/                 ssssss     oo----  000000
/talks/{talk}/now/             ssssss     oo?---  000000
/talks/{talk}/future/          ssssss     oo?---  000000
/talks/{talk}/guess/           ssssss     oo?---  000000
/talks/{talk}/agree/           ssssss     >>>---  000000  → /talks/{new}/
/talks/{talk}/withdraw/        ssssss     oo>---  000000  → /talks/
/talks/{talk}/note/            ssssss     oo>---  000000  → /talks/{new}/
/talks/{talk}/sheet/           ssssss     >>----  000000  → /talks/{new}/
/talks/{talk}/remind/          ssssss     >>>---  000000  → /talks/{new}/
/talks/{talk}/link/            ssssss     >>>---  000000  → /talks/{new}/
/rooms/{room}/                 ssssss     oo?---  000000
/rooms/{room}/screen/          ssssss     oo----  000000
/rooms/{room}/paper/           ssssss     oo?---  000000
/rooms/{room}/sheet/           ssssss     oo----  000000
/rooms/{room}/picture.csv      ssssss     oo----  000000

               anonymous  stranger+owner  any-staff
/admin/login/  >>>>>>     xxxxxx          >ooo-o
        → /accounts/login/?next=%2Fadmin%2Flogin%2F /admin/

                                    visitors  any-staff
/admin/                             ssssss    oooooo
/admin/logout/                      >>>>>>    --o--o     → /admin/
/admin/password_change/             ssssss    >>>>>>     → /accounts/password/change/
/admin/password_change/done/        ssssss    oo---o
/admin/autocomplete/                ssssss    xx---o
/admin/jsi18n/                      ssssss    oo---o
/admin/r/{type}/{tip}/              ssssss    000000
/admin/nothing/                     ssssss    000000

                                                visitors  staff   editor+superuser
/admin/purposeapp/                              ssssss    000000  oooooo
/admin/purposeapp/tip/                          ssssss    xxxxxx  oooooo
/admin/purposeapp/tip/add/                      ssssss    xxxxxx  oo?ooo
/admin/purposeapp/tip/coverage/                 ssssss    xxxxxx  oo----
/admin/purposeapp/tip/deleted/                  ssssss    xxxxxx  oo----
/admin/purposeapp/tip/export/                   ssssss    xxxxxx  oo----
/admin/purposeapp/tip/import/                   ssssss    xxxxxx  oo?---
/admin/purposeapp/tip/import/difference/        ssssss    xxxxxx  >>>---
        → /admin/purposeapp/tip/import/
/admin/purposeapp/tip/preview/                  ssssss    xxxxxx  oo?---
/admin/purposeapp/tip/{tip}/                    ssssss    >>>>>>  >>>>>>            → ./change/
/admin/purposeapp/tip/{tip}/change/             ssssss    xxxxxx  oo?ooo
/admin/purposeapp/tip/{tip}/delete/             ssssss    xxxxxx  oooooo
/admin/purposeapp/tip/{tip}/history/            ssssss    xx----  oo----
/admin/purposeapp/tip/{tip}/history/{version}/  ssssss    xxx---  oo?---
/admin/purposeapp/tip/x/history/                ssssss    xx----  00----
/admin/purposeapp/tip/x/history/y/              ssssss    xxx---  000---
/admin/purposeapp/tip/{tip}/preview/            ssssss    xxxxxx  oo?---
/admin/purposeapp/tip/{tip}/publish/            ssssss    xxxxxx  >>>---
        → ../change/ /admin/purposeapp/tip/

                                                               visitors  staff   editor+superuser
/admin/purposeapp/portraitpart/                                ssssss    xxxxxx  oooooo
/admin/purposeapp/portraitpart/add/                            ssssss    xxxxxx  oo?ooo
/admin/purposeapp/portraitpart/coverage/                       ssssss    xxxxxx  oo----
/admin/purposeapp/portraitpart/{part}/                         ssssss    >>>>>>  >>>>>>
        → ./change/
/admin/purposeapp/portraitpart/{part}/change/                  ssssss    xxxxxx  oo?ooo
/admin/purposeapp/portraitpart/{part}/delete/                  ssssss    xxxxxx  xxxxxx
/admin/purposeapp/portraitpart/{part}/history/                 ssssss    xx----  oo----
/admin/purposeapp/portraitpart/{part}/history/{part_version}/  ssssss    xxx---  oo?---
/admin/purposeapp/portraitpart/{part}/preview/                 ssssss    xxxxxx  oo----
/admin/purposeapp/portraitpart/{part}/publish/                 ssssss    xxxxxx  >>>---
        → ../change/ /admin/purposeapp/portraitpart/

                                                                  visitors  staff   editor+superuser
/admin/purposeapp/talkquestion/                                   ssssss    xxxxxx  oooooo
/admin/purposeapp/talkquestion/add/                               ssssss    xxxxxx  oo?ooo
/admin/purposeapp/talkquestion/{question}/                        ssssss    >>>>>>  >>>>>>
        → ./change/
/admin/purposeapp/talkquestion/{question}/change/                 ssssss    xxxxxx  oo?ooo
/admin/purposeapp/talkquestion/{question}/delete/                 ssssss    xxxxxx  xxxxxx
/admin/purposeapp/talkquestion/{question}/history/                ssssss    xx----  oo----
/admin/purposeapp/talkquestion/{question}/history/{qst_version}/  ssssss    xxx---  oo?---
/admin/purposeapp/talkquestion/{question}/preview/                ssssss    xxxxxx  oo----
/admin/purposeapp/talkquestion/{question}/publish/                ssssss    xxxxxx  >>>---
        → ../change/ /admin/purposeapp/talkquestion/

                                                    visitors  staff+editor  superuser
/admin/purposeapp/assessment/                       ssssss    xxxxxx        oooooo
/admin/purposeapp/assessment/add/                   ssssss    xxxxxx        xxxxxx
/admin/purposeapp/assessment/{assessment}/          ssssss    >>>>>>        >>>>>>     → ./change/
/admin/purposeapp/assessment/{assessment}/change/   ssssss    xxxxxx        ooxooo
/admin/purposeapp/assessment/{assessment}/delete/   ssssss    xxxxxx        xxxxxx
/admin/purposeapp/assessment/{assessment}/history/  ssssss    xxxxxx        oooooo
/admin/purposeapp/user/                             ssssss    xxxxxx        oooooo
/admin/purposeapp/user/add/                         ssssss    xxxxxx        oooooo
/admin/purposeapp/user/{user}/                      ssssss    >>>>>>        >>>>>>     → ./change/
/admin/purposeapp/user/{user}/change/               ssssss    xxxxxx        oooooo
/admin/purposeapp/user/{user}/delete/               ssssss    xxxxxx        oooooo
/admin/purposeapp/user/{user}/history/              ssssss    xxxxxx        oooooo
/admin/purposeapp/user/{user}/password/             ssssss    xxxxxx        oooooo
/admin/auth/group/                                  ssssss    xxxxxx        oooooo
/admin/auth/group/add/                              ssssss    xxxxxx        oooooo
/admin/auth/group/{group}/                          ssssss    >>>>>>        >>>>>>     → ./change/
/admin/auth/group/{group}/change/                   ssssss    xxxxxx        oooooo
/admin/auth/group/{group}/delete/                   ssssss    xxxxxx        oooooo
/admin/auth/group/{group}/history/                  ssssss    xxxxxx        oooooo
"""

NO_TOKEN = ["/reminders/stop/{stop_key}/", "/r/{code}/keep/"]
"""URLs that accept a POST without a CSRF token: the one-click unsubscribe of mail programs (RFC
8058), and keeping one's own answer in a room, which must come from a page of ours."""


def sections() -> list[tuple[str, list[str]]]:
    """Return the headings of the table, each with its rows, with single spaces between words."""
    found = []
    for block in re.sub(r"\n +→", " →", TABLE).strip("\n").split("\n\n"):
        heading, *rows = (" ".join(line.split()) for line in block.splitlines())
        found.append((heading, rows))
    return found


def roles_of(column: str) -> list[str]:
    return [role for name in column.split("+") for role in GROUPS.get(name, [name])]


class World:
    """One object of every kind, and a signed-in client for every role."""

    def __init__(self, linkedin: str) -> None:
        owner = make_verified_user()
        users = {
            "stranger": make_verified_user("stranger@example.org"),
            "owner": owner,
            "editor": make_editor(),
            "staff": make_user("staff@example.org", is_staff=True),
            "superuser": make_superuser(),
        }
        for role in GROUPS["any-staff"]:
            prove_address(users[role])
        tip = Tip.objects.earliest("pk")
        tip.save()  # so that it has a historical version
        part = PortraitPart.objects.earliest("pk")
        question = TalkQuestion.objects.earliest("pk")
        talk = make_talk(owner, "started")
        room = make_room(owner)
        self.linkedin = linkedin
        self.values = {
            "assessment": make_assessment(owner).pk,
            "room": room.pk,
            "code": room.code,
            "on_paper": make_assessment(owner, taken_at=NOON, taken_on=NOON.date()).pk,
            "stop_key": make_reminder(owner, due_on=NOON.date()).stop_key,
            "tip": tip.pk,
            "version": tip.history.latest().pk,
            "talk": talk.talk.pk,
            "guest": talk.guest_key,
            "invitation": make_talk(owner).invite_key,
            "question": question.pk,
            "qst_version": question.history.latest().pk,
            "part": part.pk,
            "part_version": part.history.latest().pk,
            "type": ContentType.objects.get_for_model(Tip).pk,
            "user": owner.pk,
            "group": users["editor"].groups.get().pk,
        }
        self.client = Client()
        self.cookies = {}
        for role, user in users.items():
            client = Client()
            client.force_login(user)
            self.cookies[role] = client.cookies["sessionid"].value

    def ask(
        self, role: str, method: str, path: str, client: Client | None = None, **headers: str
    ) -> HttpResponse:
        """Send a bare request, and roll back what it did."""
        client = client or self.client  # a new client would load the middleware again
        client.cookies.clear()
        if role in self.cookies:
            client.cookies["sessionid"] = self.cookies[role]
        with transaction.atomic():
            form = "application/x-www-form-urlencoded"
            response = client.generic(method, path, content_type=form, headers=ORIGIN | headers)
            transaction.set_rollback(True)
        return response

    def row(self, heading: str, address: str) -> str:
        """Return the actual row of a URL; where the roles of a column differ, all their results."""
        path = address.format(**self.values)
        words, targets = [address], []
        for column in heading.split():
            found = [self._cell(role, path) for role in roles_of(column)]
            words.append("/".join(dict.fromkeys(cell for cell, _ in found)))
            for target in dict.fromkeys(target for _, each in found for target in each):
                if targets[-1:] != [target]:
                    targets.append(target)
        return " ".join([*words, "→", *targets] if targets else words)

    def _cell(self, role: str, path: str) -> tuple[str, list[str]]:
        sign_in = "/admin/login/" if path.startswith("/admin/") else "/accounts/login/"
        cell, targets = "", []
        for method in METHODS:
            response = self.ask(role, method, path)
            check(response)
            if role != "anonymous" and response.status_code == 200:
                assert is_private(response) or self._is_public(path), path
            if response.status_code not in (302, 303):
                cell += SIGNS.get(response.status_code, f"({response.status_code})")
            elif response.url == f"{sign_in}?next={path}":
                cell += "s"
            else:
                cell += ">"
                targets.append(self._in_names(response.url, path))
        return cell, targets

    def _is_public(self, path: str) -> bool:
        return self.ask("anonymous", "GET", path).status_code == 200

    def _in_names(self, url: str, path: str) -> str:
        """Return a URL with the parts that differ between runs replaced."""
        if url.startswith(self.linkedin):
            return "{linkedin}"
        if url.startswith(path):
            return f"./{url.removeprefix(path)}"
        url = re.sub("^/r/[^/]{6}/", "/r/{code}/", url)
        url = re.sub("^/talk/[^/]{22}/", "/talk/{guest}/", url).partition("?link=")[0]
        return re.sub("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "{new}", url)
