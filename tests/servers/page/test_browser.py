"""The page in a real Chromium: what it looks like to a reader, what its scripts do, and that nobody else's run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from crucible_tools.model.access import Scope
from tests.servers.http.conftest import Served
from tests.servers.page.browser import Chromium, Tab, chromium
from tests.servers.page.conftest import prepared, recorded, served_page, token_of

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

PAGES = [
    "/",
    "/ui/inactive",
    "/ui/tools/form",
    "/ui/tools/greet",
    "/ui/tools/greet/diff",
    "/ui/tools/hostile",
    "/ui/calls",
    "/ui/recorded",
    "/ui/events",
    "/ui/runs",
    "/ui/hooks",
    "/ui/health",
]

AXE = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")

CHECK = """axe.run(document, {resultTypes: ["violations"], rules: {"region": {enabled: true}}}).then((found) =>
    found.violations.map((each) => `${each.id}: ${each.nodes.slice(0, 3).map((node) => node.html).join(" | ")}`))"""


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    async with served_page(await prepared(Path(tmp_path_factory.mktemp("page")))) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def browser() -> AsyncIterator[Chromium]:
    async with chromium() as running:
        yield running


@pytest_asyncio.fixture(loop_scope="module")
async def tab(served: Served, browser: Chromium) -> AsyncIterator[Tab]:
    """Somebody who is signed in; nothing may be wrong with what they see."""
    async with browser.tab() as opened:
        await opened.go(served.listening.link)
        yield opened
        opened.check(served.url)


async def call(served: Served, tool: str, **arguments: Any) -> str:
    """A call by an application; its id."""
    assert served.listening.own is not None
    client = await served.client(served.listening.own.secret.text)
    response = await client.post(f"/tools/{tool}", json=arguments)
    return await recorded(served, response.headers["crucible-call-id"])


# Where the page is narrow and dark, its colours and its width are other ones; all else is the same.
@pytest.mark.parametrize(("width", "dark"), [(1280, False), (360, True)])
async def test_every_page_fits_reads_well_and_asks_nobody_else(
    served: Served, browser: Chromium, width: int, dark: bool
) -> None:
    await call(served, "hostile")
    call_id = await call(served, "hostile.error")
    async with browser.tab(width=width, dark=dark) as tab:
        await tab.go(served.listening.link)
        wrong: dict[str, list[str]] = {}
        for path in ["/ui/sign-in", *PAGES, f"/ui/calls/{call_id}", f"/ui/recorded/{call_id}"]:
            await tab.go(served.url + path)
            broad = await tab.js("document.documentElement.scrollWidth")
            if broad > width:
                wrong[path] = [f"it is {broad} pixels wide"]
            await tab.js(AXE + "; 0")
            if found := await tab.js(CHECK.replace("{resultTypes", "{runOnly: ['color-contrast'], resultTypes", dark)):
                wrong[path] = [*wrong.get(path, []), *found]
        assert wrong == {}
        assert await tab.js("window.ran") is None
        tab.check(served.url)


async def test_the_form_that_asks_for_a_token_reads_well(served: Served, browser: Chromium) -> None:
    async with browser.tab(width=360) as tab:
        await tab.go(served.url)
        await tab.js(AXE + "; 0")
        assert await tab.js(CHECK) == []
        await tab.fill("#token", "crucible_no")
        await tab.leaving_by("Enter")
        assert await tab.js("!!document.querySelector('#token-error')")
        # It has the focus as soon as the page is drawn.
        await tab.until("document.activeElement.id === 'token'")
        await tab.fill("#token", await token_of(served, Scope.READ))
        await tab.leaving_by("Enter")
        assert await tab.js("location.pathname === '/' && !!document.querySelector('nav')")
        assert tab.problems == [each for each in tab.problems if "401 (Unauthorized)" in each]


async def test_the_printed_link_signs_in_and_keeps_no_token_in_the_address(served: Served, tab: Tab) -> None:
    assert await tab.js("location.href") == f"{served.url}/"
    assert "crucible_session" not in await tab.js("document.cookie")
    await tab.leaving("document.querySelector('.who button').click()")
    assert await tab.js("location.pathname") == "/ui/sign-in"


async def test_a_link_on_another_sites_page_leads_in(served: Served, browser: Chromium) -> None:
    async with browser.tab() as tab:
        # `localhost` is another site than 127.0.0.1: the cookie is not sent with what begins there.
        await tab.go(served.url.replace("127.0.0.1", "localhost") + "/ui/sign-in")
        await tab.js(f"location.href = {served.listening.link!r}; 0")
        await tab.until("location.hostname === '127.0.0.1' && !!document.querySelector('nav')")
        assert tab.problems == []


async def test_a_tool_is_called_by_keyboard_alone(served: Served, tab: Tab) -> None:
    await tab.go(f"{served.url}/ui/tools/steps")
    for _ in range(30):
        if await tab.js("document.activeElement.id") == "arg-0":
            break
        await tab.press("Tab")
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert await tab.js(outline) not in ("none", ""), await tab.js("document.activeElement.outerHTML")
    await tab.send("Input.insertText", text="3")
    await tab.press("Enter")
    await tab.until("document.querySelector('#outcome').innerText.includes('Result')")
    shown = await tab.text("#outcome")
    assert "finished" in shown
    assert "step 2" in shown
    assert await tab.js("location.pathname") == "/ui/tools/steps"


async def test_wrong_arguments_stand_beside_their_fields_and_have_the_focus(served: Served, tab: Tab) -> None:
    await tab.go(f"{served.url}/ui/tools/form")
    count, title = (
        """document.querySelector('[name="arg.count"]')""",
        """document.querySelector('[name="arg.title"]')""",
    )
    send = "document.querySelector('button.primary').click(); 0"
    await tab.js(f"{count}.value = 'many'; {send}")
    await tab.until("document.querySelectorAll('.wrong').length === 2")
    assert await tab.js("document.activeElement.name") == "arg.count"
    first = "document.activeElement.getAttribute('aria-describedby').split(' ')[0]"
    assert await tab.js(f"document.getElementById({first}).innerText") == "It has to be a whole number."
    await tab.js(f"{count}.value = '12'; {title}.value = 'a title'; {send}")
    await tab.until("document.querySelectorAll('.wrong').length === 1")
    assert "maximum" in await tab.text(".wrong .error")
    await tab.js(f"{count}.value = '7'; {send}")
    await tab.until("document.querySelector('#outcome').innerText.includes('Result')")
    assert '"count": 7' in await tab.text("#outcome")
    assert await tab.js("document.querySelectorAll('.wrong').length") == 0


async def test_a_running_call_shows_how_far_it_is_and_is_stopped(served: Served, tab: Tab) -> None:
    await tab.go(f"{served.url}/ui/tools/endless")
    await tab.js("document.querySelector('form[data-try] button.primary').click(); 0")
    await tab.until("document.querySelector('#outcome').innerText.includes('begun')")
    await tab.js("document.querySelector('[data-stop]:not([hidden])').click(); 0")
    await tab.until("document.querySelector('#outcome').innerText.includes('Stopped')")
    await tab.go(f"{served.url}/ui/calls")
    await tab.until("document.querySelector('#calls').innerText.includes('No call runs')")


async def test_calls_appear_and_end_on_the_page_while_it_is_open(served: Served, tab: Tab) -> None:
    await tab.go(f"{served.url}/ui/calls")
    await tab.until("document.querySelector('[data-state=calls]').innerText === 'live'")
    call_id = await call(served, "greet", name="Ann")
    await tab.until(f"!!document.getElementById('call-{call_id}')")
    await tab.js(f"document.getElementById('call-{call_id}').focus(); 0")
    other = await call(served, "fails")
    await tab.until(f"!!document.getElementById('call-{other}')")
    assert await tab.js("document.activeElement.id") == f"call-{call_id}"
    await tab.js("document.querySelector('[data-pause=calls]').click(); 0")
    assert await tab.text("[data-state=calls]") == "paused"


async def test_events_appear_as_they_happen(served: Served, tab: Tab) -> None:
    await tab.go(f"{served.url}/ui/events?tool=greet")
    await tab.until("document.querySelector('[data-state=events]').innerText === 'live'")
    call_id = await call(served, "greet", name="Ann")
    await call(served, "fails")
    await tab.until(f"document.querySelector('#events .new')?.innerText.includes({call_id!r})")
    assert "fails" not in await tab.text("#events")


async def test_a_recorded_call_is_replayed(served: Served, tab: Tab) -> None:
    call_id = await call(served, "dice")
    await tab.go(f"{served.url}/ui/recorded/{call_id}")
    assert (await tab.text(".timeline")).count("random::integer") == 2
    await tab.leaving("document.querySelector('main button.primary').click()")
    assert "The replay is the same." in await tab.text("#replayed")


@pytest.mark.parametrize("tool", ["hostile", "hostile.error", "huge"])
async def test_no_script_of_a_tools_text_runs(served: Served, tab: Tab, tool: str) -> None:
    await tab.go(f"{served.url}/ui/events")
    await tab.until("document.querySelector('[data-state=events]').innerText === 'live'")
    call_id = await call(served, tool)
    await tab.until(f"document.querySelector('#events').innerText.includes({call_id!r})")
    assert await tab.js("window.ran") is None
    await tab.go(f"{served.url}/ui/tools/{tool}")
    await tab.js("document.querySelector('form[data-try] button.primary').click(); 0")
    await tab.until("document.querySelector('#outcome').innerText.includes('This call')")
    assert "window.ran=1" in await tab.text("#outcome")
    assert await tab.js("window.ran") is None
    assert await tab.js("document.querySelectorAll('main img, main svg[onload], main a[href^=javascript]').length") == 0
    for path in ("/", "/ui/calls", f"/ui/calls/{call_id}", f"/ui/recorded/{call_id}"):
        await tab.go(served.url + path)
        assert await tab.js("window.ran") is None


async def test_everything_is_read_and_called_without_scripts(served: Served, browser: Chromium) -> None:
    async with browser.tab(scripts=False) as tab:
        await tab.go(served.listening.link)
        for path in PAGES:
            await tab.go(served.url + path)
            assert await tab.js("document.querySelectorAll('h1').length") == 1
        await tab.go(f"{served.url}/ui/tools/greet")
        await tab.fill("#arg-0", "Ann")
        await tab.leaving("document.querySelector('form[data-try] button.primary').click()")
        assert "hello Ann" in await tab.text("#outcome")
        tab.check(served.url)
