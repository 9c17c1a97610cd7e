"""Validation and rendering of the Markdown in tips: only paragraphs, emphasis, links and lists."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

import nh3
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

NO_HTML = _("HTML isn't allowed. To show the sign itself, put a backslash before it: \\<")
BAD_LINK = _(
    "The link “%(link)s” must begin with https://, http:// or mailto:, or with / for a page on "
    "this site."
)
NO_LINK = _("A link has no address. Write it as [words](https://…).")
NOT_PLAIN = _("Write plain text: readers would see HTML tags and Markdown marks as typed.")
TOO_MUCH = _("Only paragraphs, emphasis, links and lists are allowed.")

MAX_SHOWN_LINK = 80
"""Maximum number of characters of a bad link that the error shows."""

ALLOWED_TOKENS = {
    "paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak",
    "hardbreak", "em_open", "em_close", "strong_open", "strong_close", "link_open", "link_close",
    "bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close",
    "list_item_open", "list_item_close",
}  # fmt: skip
PLAIN_TOKENS = {"paragraph_open", "paragraph_close", "inline", "text", "softbreak"}
ALLOWED_TAGS = {"p", "br", "em", "strong", "a", "ul", "ol", "li"}
_WORDS = {"text", "text_special", "code_inline", "html_inline", "html_block"}
_WITHIN_WORDS = {"em_open", "em_close", "strong_open", "strong_close", "link_open", "link_close"}
# No attributes for all tags: nh3 allows `title` by default, which can't be read on a phone.
ALLOWED_ATTRIBUTES = {"*": set(), "a": {"href"}, "ol": {"start"}}
URL_SCHEMES = {"http", "https", "mailto"}

# Browsers read // and /\ as the start of another host, and drop tabs and line breaks from URLs.
_GOOD_LINK = re.compile(r"(https?://|mailto:|/(?!/|\\|%5C))[^\x00-\x20]*", re.IGNORECASE)

# HTML and all links are parsed, so that validation can reject them with a reason. If such a text
# is stored anyway, HTML is shown escaped, and a bad link loses its href.
_markdown = MarkdownIt("commonmark", {"html": True})
_markdown.validateLink = lambda url: True  # type: ignore[method-assign]


def _as_typed(self, tokens: Sequence[Token], index: int, options, env) -> str:
    return escapeHtml(tokens[index].content)


_markdown.add_render_rule("html_block", _as_typed)
_markdown.add_render_rule("html_inline", _as_typed)


def validate_markdown(text: str) -> None:
    """Raise ValidationError for HTML, unsafe links, and Markdown that isn't allowed."""
    tokens = _markdown.parse(text)
    for token in _flat(tokens):
        if token.type in ("html_block", "html_inline"):
            raise ValidationError(NO_HTML, code="html")
        if token.type == "link_open":
            link = str(token.attrGet("href"))
            if not link:
                raise ValidationError(NO_LINK, code="link")
            if not _GOOD_LINK.fullmatch(link):
                shown = Truncator(link).chars(MAX_SHOWN_LINK)
                raise ValidationError(BAD_LINK, code="link", params={"link": shown})
        if token.type not in ALLOWED_TOKENS:
            raise ValidationError(TOO_MUCH, code="markdown")
    if not tokens:  # nothing visible, such as a link definition that is never used
        raise ValidationError(TOO_MUCH, code="markdown")


def validate_plain_text(text: str) -> None:
    """Raise ValidationError for a plain text that has HTML or Markdown in it."""
    if any(token.type not in PLAIN_TOKENS for token in _flat(_markdown.parse(text))):
        raise ValidationError(NOT_PLAIN, code="markdown")


@lru_cache(maxsize=4_096)
def render_markdown(text: str) -> SafeString:
    """Return the sanitized HTML of a Markdown text, which need not have been validated.

    A single paragraph is returned without its <p>, to be put in a list item or a line.
    """
    tokens = _markdown.parse(text)
    if len(tokens) == 3 and tokens[1].type == "inline":
        tokens = tokens[1:2]
    html = nh3.clean(
        _markdown.renderer.render(tokens, _markdown.options, {}),
        tags=ALLOWED_TAGS,
        attributes=ALLOWED_ATTRIBUTES,
        attribute_filter=_without_bad_links,
        url_schemes=URL_SCHEMES,
        link_rel="noopener noreferrer",
    )
    return mark_safe(html)  # noqa: S308


@lru_cache(maxsize=4_096)
def plain_text(text: str) -> str:
    """Return the words of a Markdown text in one line, for titles and labels."""
    words = (
        token.content if token.type in _WORDS else "" if token.type in _WITHIN_WORDS else " "
        for token in _flat(_markdown.parse(text))
    )
    return " ".join("".join(words).split())


def _without_bad_links(tag: str, attribute: str, value: str) -> str | None:
    return value if attribute != "href" or _GOOD_LINK.fullmatch(value) else None


def _flat(tokens: list[Token]) -> Iterator[Token]:
    """Yield all tokens, including nested ones."""
    for token in tokens:
        yield token
        yield from _flat(token.children or [])
