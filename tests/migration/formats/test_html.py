"""The page: one file that asks for nothing and runs nothing, and in which others' text is text."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from crucible_tools.migration.formats import render
from crucible_tools.migration.formats.style import STYLE
from crucible_tools.model.enums import ReportFormat
from crucible_tools.model.migration import MigrationReport
from tests.migration.formats.hostile import hostile, with_hostile_texts
from tests.migration.formats.support import RUN, atomic_failure, report, unplanned

VOID = {"meta", "br"}


class Page(HTMLParser):
    """Every tag with its attributes, and all text by the element that holds it."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.others: list[str] = []
        self.text = ""
        self.style = ""
        self._open: list[str] = []
        self.feed(source)
        self.close()
        assert self._open == [], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.style += data
        else:
            self.text += data

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    def handle_pi(self, data: str) -> None:
        self.others.append(data)

    def unknown_decl(self, data: str) -> None:
        self.others.append(data)


def page(made: MigrationReport) -> Page:
    return Page(render(made, ReportFormat.HTML))


PLAIN = render(report(), ReportFormat.HTML)


@with_hostile_texts
def test_no_element_and_no_attribute_is_made_by_somebody_elses_text(text: str) -> None:
    rendered = render(hostile(text), ReportFormat.HTML)
    shown = Page(rendered)
    # A line feed in a difference makes a line of it, which may be one more that was taken away or added.
    lines = {"ins", "del", "b"}
    assert [it for it in shown.tags if it[0] not in lines] == [it for it in Page(PLAIN).tags if it[0] not in lines]
    assert all(attributes == () for tag, attributes in shown.tags if tag in lines)
    assert shown.others == []
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]", rendered)


def test_what_is_escaped_is_shown() -> None:
    shown = page(hostile("<b>&amp;\x1b[2J")).text
    assert "broken<b>&amp;\\x1b[2J" in shown


def test_nothing_is_loaded_and_no_script_is_allowed() -> None:
    shown = Page(PLAIN)
    attributes = [(tag, name) for tag, names in shown.tags for name, _ in names]
    assert not {tag for tag, _ in shown.tags} & {"script", "img", "link", "iframe", "object", "form", "base"}
    assert not [name for _, name in attributes if name == "src" or name == "style" or name.startswith("on")]
    assert all(dict(names)["href"].startswith("#") for tag, names in shown.tags if tag == "a")
    assert not re.search(r"url\(|@import|//", shown.style)


def test_the_policy_allows_the_one_style_sheet_and_nothing_else() -> None:
    shown = Page(PLAIN)
    (policy,) = [
        dict(names)["content"] for tag, names in shown.tags if ("http-equiv", "Content-Security-Policy") in names
    ]
    digest = base64.b64encode(hashlib.sha256(shown.style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def test_links_inside_the_page_lead_somewhere_and_ids_are_unique() -> None:
    shown = Page(PLAIN)
    ids = [value for _, names in shown.tags for name, value in names if name == "id"]
    assert len(set(ids)) == len(ids)
    targets = [str(dict(names)["href"])[1:] for tag, names in shown.tags if tag == "a"]
    assert set(targets) <= set(ids)
    assert {"failed", "warnings", "tools", "skipped", "run"} <= set(targets)


def test_every_tool_is_there_with_what_became_of_it() -> None:
    shown = page(report()).text
    for name, ending in (
        ("broken", "failed"),
        ("calm", "unchanged"),
        ("careless", "failed"),
        ("echo", "new"),
        ("shown", "changedrepaired safely"),
        ("guessed", "repairedunsafely"),
        ("stale", "vanished"),
        ("twice", "failed"),
    ):
        assert f"{name}{ending}" in shown
    assert RUN in shown


def test_a_failure_says_where_why_and_what_helps_and_shows_the_line() -> None:
    shown = page(report()).text
    assert "tools/broken.rn:2:9" in shown
    assert "2 |     let let a = 1;\n  |         ^^^" in shown
    assert "What helps: look at it" in shown
    assert 'The smallest policy that allows it[tool."fetch".policy]' in shown


def test_differences_are_folded_away_and_their_lines_are_marked() -> None:
    rendered = render(report(), ReportFormat.HTML)
    assert "<del>-let mut a</del>\n<ins>+let a</ins>" in rendered
    folded = rendered.partition("What the repairs change")[0].rpartition("<details")[2]
    assert "</details>" not in folded


def test_an_atomic_failure_says_that_nothing_was_migrated_and_why() -> None:
    shown = page(atomic_failure()).text
    assert "Migrated 0 of 9 tools" in shown
    assert "2 tools are fine and not migrated, because the run was atomic and another tool failed" in shown
    assert "echorolled back" in shown
    assert "It went on from the run 20261129T100000Z-aaaaaaaa" in shown


def test_a_report_without_a_plan_says_so_and_shows_what_is_known() -> None:
    shown = page(unplanned()).text
    assert "kept no plan" in shown
    assert "brokenfailed" in shown


PAIRS = [
    ("text", "page"),
    ("text", "card"),
    ("soft", "page"),
    ("soft", "card"),
    ("link", "page"),
    ("text", "code"),
    ("soft", "code"),
    ("text", "add"),
    ("text", "del"),
    *((tone, f"{tone}-bg") for tone in ("good", "bad", "warn", "calm")),
    *((tone, "card") for tone in ("good", "bad", "warn")),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "paper"), PAIRS)
def test_text_stands_out_enough_to_be_read(theme: int, ink: str, paper: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 to 1."""
    colours = dict(re.findall(r"--([\w-]+): #(\w{6});", STYLE.split("@media")[theme]))
    light, dark = sorted((luminance(colours[ink]), luminance(colours[paper])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of a colour of six hexadecimal digits."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
