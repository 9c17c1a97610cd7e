"""Normalization of texts that people type, for forms and imports alike."""


def with_line_feeds(text: str) -> str:
    """Return the text with LF for each CRLF, as texts are stored and as `maxlength` counts them.

    Browsers count a line break as one character but send two. Counted as sent, a note of many
    lines would be too long although the browser accepted it.
    """
    return text.replace("\r\n", "\n")


def on_one_line(text: str) -> str:
    """Return the text on one line: without whitespace around it, and each run of it as a space."""
    return " ".join(text.split())
