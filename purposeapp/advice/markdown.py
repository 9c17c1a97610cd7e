"""The Markdown of tips: paragraphs, emphasis, links and lists, and nothing else."""

from collections.abc import Iterator
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdown_it.token import Token

NO_HTML = _("HTML is not taken. Where you mean the sign, put a backslash before it: \\<")
BAD_LINK = _("A link must begin with https://, http:// or mailto:, or with / for a page of ours.")
LINK_FORM = _("Write a link as [words](https://…), all in one.")
TOO_MUCH = _("Only paragraphs, emphasis, links and lists are taken.")

LINKS = ("https://", "http://", "mailto:", "/")

ALLOWED = {
    "paragraph_open", "paragraph_close", "inline", "text", "text_special", "softbreak",
    "hardbreak", "em_open", "em_close", "strong_open", "strong_close", "link_open", "link_close",
    "bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close",
    "list_item_open", "list_item_close",
}  # fmt: skip


def _is_good_link(href: str) -> bool:
    return href.lower().startswith(LINKS) and not href.startswith(("//", "/\\", "/%5C"))


_renderer = MarkdownIt("zero").enable(["emphasis", "link", "list", "entity", "escape", "newline"])
_renderer.validateLink = _is_good_link  # type: ignore[assignment,method-assign]
# What a text would be in the whole of Markdown: so nothing that is refused stays unnoticed.
_reader = MarkdownIt("commonmark", {"html": True})
_reader.validateLink = lambda url: True  # type: ignore[method-assign]


def validate_markdown(text: str) -> None:
    """Raise ValidationError for HTML, a link that could run a script, and what is not taken."""
    tokens = _reader.parse(text)
    for token in _tokens(tokens):
        if token.type in ("html_block", "html_inline"):
            raise ValidationError(NO_HTML, code="html")
        if token.type == "link_open" and not _is_good_link(str(token.attrGet("href"))):
            raise ValidationError(BAD_LINK, code="link")
        if token.type not in ALLOWED:
            raise ValidationError(TOO_MUCH, code="markdown")
    # The other ways to write a link are not taken, and would be shown as they were typed.
    if _renderer.renderer.render(tokens, _renderer.options, {}) != _renderer.render(text):
        raise ValidationError(LINK_FORM, code="link")


@lru_cache(maxsize=4_096)
def render_markdown(text: str) -> SafeString:
    """The text as HTML; one paragraph comes without its <p>, as a list item or a line of its own.

    Safe for any text, also one that was never validated: what is not taken is shown as typed.
    """
    tokens = _renderer.parse(text)
    for token in _tokens(tokens):
        if token.type == "link_open":
            # No title: nobody can read it on a phone.
            token.attrs = {"href": token.attrs["href"], "rel": "noopener noreferrer"}
    if len(tokens) == 3 and tokens[1].type == "inline":
        tokens = tokens[1:2]
    return mark_safe(_renderer.renderer.render(tokens, _renderer.options, {}))  # noqa: S308


def _tokens(tokens: list[Token]) -> Iterator[Token]:
    """The tokens and those inside of them."""
    for token in tokens:
        yield token
        yield from _tokens(token.children or [])
