"""Other people's text inside of HTML, and pages that ask nothing of the network."""

import base64
import hashlib
from html import escape

from crucible_tools.formats.text import line, markable


def escaped(text: object) -> str:
    """The text in one line, for an element or a quoted attribute: it opens none and closes none."""
    return escape(markable(line(text)), quote=True)


def preformatted(text: str) -> str:
    """The same of several lines, for an element that keeps them."""
    return escape(markable(text), quote=True)


def page(title: str, style: str, content: list[str]) -> str:
    """A page of its own: no script runs in it, and nothing is loaded, not even from where it lies.

    Args:
        title: as text.
        style: the only style sheet that counts; its digest is in the page's policy.
        content: what stands in the body, as HTML.
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    head = [
        "<!doctype html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="color-scheme" content="light dark">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{escaped(title)}</title>",
        f"<style>{style}</style>",
        "</head>",
        "<body>",
    ]
    return "\n".join([*head, *content, "</body>", "</html>"])
