"""Markdown in tips is safe: no script runs, and no link misleads, whatever is written."""

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st

from purposeapp.advice.markdown import (
    BAD_LINK,
    NO_HTML,
    TOO_MUCH,
    plain_text,
    render_markdown,
    validate_markdown,
)

ALLOWED = {
    "p": set(),
    "em": set(),
    "strong": set(),
    "a": {"href", "rel"},
    "ul": set(),
    "ol": {"start"},
    "li": set(),
    "br": set(),
}

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script href=data:,alert(1) />",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='/\t/evil.example'>x</a>",
    "<a href='java\nscript:alert(1)'>x</a>",
    "<details open ontoggle=alert(1)>",
    "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<base href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<style>@import '//evil.example'</style>",
    "<!--><script>alert(1)</script-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    "</li></ul><script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "\\<script\\>alert(1)\\</script\\>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](javascript&colon;alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](java&Tab;script:alert(1))",
    "[x](&#1;javascript:alert(1))",
    "[x](\\javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](data:image/svg+xml,<svg onload=alert(1)>)",
    "[x](file:///etc/passwd)",
    "[x](//evil.example)",
    "[x](/\\evil.example)",
    "[x](/&#9;/evil.example)",
    "[x](/&Tab;/evil.example)",
    "[x](</\\t/evil.example>)",
    "[x](\\\\evil.example)",
    "[x](evil.example)",
    "[x](#x)",
    "[x](?as=candidate)",
    '[x](https://example.org "\\" onmouseover=alert(1) x=\\"")',
    '[x](https://example.org/"onmouseover=alert(1)x=")',
    "[x](https://example.org/'onmouseover='alert(1))",
    "[x]: javascript:alert(1)\n\n[x]",
    "<javascript:alert(1)>",
    "<https://example.org>",
    "![x](javascript:alert(1))",
    "![x](https://example.org/x.png)",
    "[![x](javascript:alert(1))](https://example.org)",
    "`<script>alert(1)</script>`",
    "```\n<script>alert(1)</script>\n```",
    "    <script>alert(1)</script>",
    "# <script>alert(1)</script>",
    "> <script>alert(1)</script>",
    "| <script> | alert(1) |\n| --- | --- |",
    "[a](https://a.example)[b](https://b.example\n)",
    "*" * 1_000,
    "[" * 1_000,
    "- " * 500,
    "1. " * 300,
    "[a](" * 250,
    "\x00<script>\x00",
    "\u202e\u2066<script>",
]


class Reader(HTMLParser):
    """Records every tag with its attributes, as a browser would parse them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if tag not in ALLOWED or set(names) - ALLOWED[tag] or len(names) != len(set(names)):
            self.faults.append(self.get_starttag_text())
        if tag == "a":
            self.links.append(dict(attrs).get("href", "/"))
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        self.faults.append(f"<!--{data}")

    def handle_decl(self, decl):
        self.faults.append(f"<!{decl}")

    unknown_decl = handle_decl

    def handle_pi(self, data):
        self.faults.append(f"<?{data}")


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(render_markdown(text))
    reader.close()
    return reader


def is_good(link: str) -> bool:
    # Normalize the URL as browsers do before parsing it.
    link = "".join(sign for sign in link if sign not in "\t\r\n").strip().replace("\\", "/")
    parts = urlsplit(link)
    if parts.scheme in ("http", "https", "mailto"):
        return True
    return not parts.scheme and not parts.netloc and link.startswith("/")


def expect_harmless(text: str) -> None:
    reader = read(text)
    assert not reader.faults
    assert not reader.open
    assert all(map(is_good, reader.links)), reader.links


@pytest.mark.parametrize("text", HOSTILE)
def test_no_known_trick_gets_through(text):
    expect_harmless(text)


@given(st.text(alphabet=st.sampled_from("<>[]()*_-1.\\&;:/#!\"'`ab \n\t\x00é\u202e"), max_size=80))
@example("[a](/\n/b)")
def test_no_text_that_looks_like_markdown_gets_through(text):
    expect_harmless(text)


@given(st.lists(st.sampled_from([*HOSTILE[:48], " ", "\n", "\n\n", "- ", "*", "[", "](", ")"])))
def test_no_mixture_of_tricks_gets_through(parts):
    expect_harmless("".join(parts))


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("Be kind.", "Be kind."),
        ("Be *kind*, be **bold**.", "Be <em>kind</em>, be <strong>bold</strong>."),
        (
            "See [this](https://example.org/?a=1&b=2).",
            'See <a href="https://example.org/?a=1&amp;b=2" rel="noopener noreferrer">this</a>.',
        ),
        (
            "See [the five](/purposes/job-seeking/).",
            'See <a href="/purposes/job-seeking/" rel="noopener noreferrer">the five</a>.',
        ),
        (
            '[Write](mailto:a@example.org "now")',
            '<a href="mailto:a@example.org" rel="noopener noreferrer">Write</a>',
        ),
        ("One.\n\nTwo.", "<p>One.</p>\n<p>Two.</p>\n"),
        ("First:\n\n- one\n- two", "<p>First:</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>\n"),
        ("3. three\n4. four", '<ol start="3">\n<li>three</li>\n<li>four</li>\n</ol>\n'),
        ("a  \nb", "a<br>\nb"),
        ("1 < 2 & 3", "1 &lt; 2 &amp; 3"),
        (
            "[x][1]\n\n[1]: https://example.org",
            '<a href="https://example.org" rel="noopener noreferrer">x</a>',
        ),
        (
            "<https://example.org>",
            '<a href="https://example.org" rel="noopener noreferrer">https://example.org</a>',
        ),
    ],
)
def test_what_is_taken_looks_as_it_should(text, html):
    validate_markdown(text)
    assert render_markdown(text) == html


@pytest.mark.parametrize("text", ["<b>x</b>", "<script>alert(1)</script> & <!-- more -->"])
def test_html_is_shown_as_it_was_typed(text):
    assert read(text).text.strip() == text


@pytest.mark.parametrize("text", ["[x](javascript:alert)", "# x", "> x", "`x`"])
def test_other_markup_that_is_not_taken_leaves_its_words(text):
    reader = read(text)
    assert reader.text.strip() == "x"
    assert reader.links in ([], ["/"])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            "Read *one* report:\n- [Kinsta](https://kinsta.com)\n- **two**",
            "Read one report: Kinsta two",
        ),
        ("un*believ*able, [even](/) **so**", "unbelievable, even so"),
        ("2 \\* 2 &lt; 5\nand 3 > 2", "2 * 2 < 5 and 3 > 2"),
        ("One.\n\nTwo.\n\n1. a\n2. b", "One. Two. a b"),
        ("<b>x</b> ![y](/z) `code`", "<b>x</b> y code"),
    ],
)
def test_the_plain_text_is_the_words_in_one_line(text, words):
    assert plain_text(text) == words


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("<script>alert(1)</script>", NO_HTML),
        ("Be <b>bold</b>.", NO_HTML),
        ("<!-- x -->", NO_HTML),
        ("[x](javascript:alert(1))", BAD_LINK % {"link": "javascript:alert(1)"}),
        ("[x](JAVASCRIPT:alert(1))", BAD_LINK % {"link": "JAVASCRIPT:alert(1)"}),
        ("[x](data:text/html,x)", BAD_LINK % {"link": "data:text/html,x"}),
        ("[x](//evil.example)", BAD_LINK % {"link": "//evil.example"}),
        ("[x](/\\evil.example)", BAD_LINK % {"link": "/%5Cevil.example"}),
        ("[x](example.org)", BAD_LINK % {"link": "example.org"}),
        ("[x]: javascript:alert(1)\n\n[x]", BAD_LINK % {"link": "javascript:alert(1)"}),
        ("<javascript:alert(1)>", BAD_LINK % {"link": "javascript:alert(1)"}),
        (f"[x](x{'y' * 100})", BAD_LINK % {"link": f"x{'y' * 78}…"}),
        ("[x]: https://example.org", TOO_MUCH),
        ("# Headline", TOO_MUCH),
        ("> said", TOO_MUCH),
        ("`code`", TOO_MUCH),
        ("![x](https://example.org/x.png)", TOO_MUCH),
        ("a\n\n---\n\nb", TOO_MUCH),
    ],
)
def test_what_is_not_taken_is_refused_with_the_reason(text, error):
    with pytest.raises(ValidationError) as caught:
        validate_markdown(text)
    assert caught.value.messages == [error]
