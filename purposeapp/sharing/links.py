"""Sharing links of pages: the URL, the preview card, and links to share by LinkedIn or mail."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from purposeapp import sentences
from purposeapp.split import Purpose, Split


def mailto(subject: str, body: str) -> str:
    """Return a mailto: URL that opens a prepared mail in the reader's mail program.

    Line breaks are CRLF (RFC 6068): with LF alone, some mail programs show a single line.
    """
    body = body.replace("\n", "\r\n")
    return f"mailto:?subject={quote(subject)}&body={quote(body)}"


@dataclass(frozen=True)
class MailableLink:
    """A link that is only for the people it is sent to, and the mail that contains it."""

    url: str
    title: str
    body: str

    @property
    def mail_url(self) -> str:
        return mailto(self.title, self.body)


@dataclass(frozen=True)
class Share:
    """The sharing links of a public page. They contain no name or id of the person who shares it.

    URLs are absolute, based on PUBLIC_URL, since they are used outside this site.
    """

    title: str
    path: str
    card_path: str
    introduction: str
    """The sentence before the title and the link in a mail."""

    @property
    def url(self) -> str:
        return settings.PUBLIC_URL + self.path

    @property
    def card_url(self) -> str:
        return settings.PUBLIC_URL + self.card_path

    @property
    def linkedin_url(self) -> str:
        """The LinkedIn page where its member can post about this page."""
        return "https://www.linkedin.com/sharing/share-offsite/?" + urlencode({"url": self.url})

    @property
    def mail_url(self) -> str:
        """A mailto: URL with a prepared mail to a person who is unsure of their purpose."""
        subject = _("What are you on LinkedIn for?")
        body = _(
            "Hello,\n\n"
            "What are you on LinkedIn for? You spread ten points over five purposes. "
            "%(introduction)s\n\n"
            "%(title)s\n%(url)s\n\n"
            "Spend your own ten points: it takes two minutes. Then let's talk about where you'd "
            "like them to be in a year.\n"
        ) % {"introduction": self.introduction, "title": self.title, "url": self.url}
        return mailto(subject, body)


def share_questionnaire() -> Share:
    """Return the sharing links of the questionnaire."""
    return Share(
        title=_("What are you on LinkedIn for?"),
        path=reverse("questionnaire"),
        card_path=reverse("questionnaire_card"),
        introduction=_("Try it here:"),
    )


def share_split(split: Split) -> Share:
    """Return the sharing links of a split."""
    return Share(
        title=sentences.headline(split),
        path=reverse("split", args=[split]),
        card_path=reverse("split_card", args=[split]),
        introduction=_("Here's an example:"),
    )


def share_purpose(purpose: Purpose) -> Share:
    """Return the sharing links of a purpose, which don't say how many points it has."""
    return Share(
        title=str(purpose.label),
        path=reverse("purpose", args=[purpose]),
        card_path=reverse("purpose_card", args=[purpose]),
        introduction=_("Here's one of them:"),
    )
