"""A real Chromium, driven over its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

GUARD_S: Final = 120.0
"""Seconds after which something hangs, on however busy a machine."""

_FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",  # containers run tests as root
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--no-first-run",
    "--disable-extensions",
    "--disable-component-update",
    "--disable-background-networking",
    "--remote-debugging-port=0",
    "--force-color-profile=srgb",
)


class Chromium:
    """One running browser. An async context manager."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._tabs: dict[str, Callable[[str, dict[str, Any]], None]] = {}

    async def send(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """A command, and what it gives."""
        number = next(self._numbers)
        future = self._waiting[number] = asyncio.get_running_loop().create_future()
        message = {"id": number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        await self._connection.send(json.dumps(message))
        async with asyncio.timeout(GUARD_S):
            return await future

    async def listen(self) -> None:
        """Hears answers and events until the browser ends."""
        async for text in self._connection:
            message = json.loads(text)
            if "id" in message:
                waiting = self._waiting.pop(message["id"])
                if waiting.done():
                    continue
                if "error" in message:
                    waiting.set_exception(RuntimeError(str(message["error"])))
                else:
                    waiting.set_result(message["result"])
            elif (heard := self._tabs.get(message.get("sessionId", ""))) is not None:
                heard(message["method"], message["params"])

    @contextlib.asynccontextmanager
    async def tab(
        self, *, width: int = 1280, height: int = 900, dark: bool = False, scripts: bool = True
    ) -> AsyncIterator[Tab]:
        """A tab with cookies of its own.

        Args:
            width, height: of its window, in CSS pixels.
            dark: whether its reader likes it dark.
            scripts: whether scripts run.
        """
        context = (await self.send("Target.createBrowserContext"))["browserContextId"]
        target = await self.send("Target.createTarget", url="about:blank", browserContextId=context)
        attached = await self.send("Target.attachToTarget", targetId=target["targetId"], flatten=True)
        tab = Tab(self, attached["sessionId"])
        self._tabs[attached["sessionId"]] = tab.heard
        try:
            await tab.prepare(width, height, dark=dark, scripts=scripts)
            yield tab
        finally:
            del self._tabs[attached["sessionId"]]
            await self.send("Target.disposeBrowserContext", browserContextId=context)


class Tab:
    """One page, and everything about it that should not be."""

    def __init__(self, browser: Chromium, session: str) -> None:
        self._browser = browser
        self._session = session
        self._loaded = asyncio.Event()
        self.problems: list[str] = []
        """Console errors, exceptions, violations of the page's policy, dialogs."""
        self.requests: list[str] = []
        """Every address that was asked for."""

    async def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command to this page."""
        return await self._browser.send(method, self._session, **parameters)

    async def prepare(self, width: int, height: int, *, dark: bool, scripts: bool) -> None:
        for domain in ("Page", "Runtime", "Log", "Network", "Audits", "DOM"):
            await self.send(f"{domain}.enable")
        await self.send(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        await self.send("Emulation.setScrollbarsHidden", hidden=True)  # as on a telephone: they take no width
        feature = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.send("Emulation.setEmulatedMedia", features=[feature])
        if not scripts:
            await self.send("Emulation.setScriptExecutionDisabled", value=True)

    def heard(self, method: str, data: dict[str, Any]) -> None:
        """An event of the page."""
        match method:
            case "Page.loadEventFired":
                self._loaded.set()
            case "Page.javascriptDialogOpening":
                self.problems.append(f"dialog: {data['message']}")
            case "Runtime.exceptionThrown":
                details = data["exceptionDetails"]
                self.problems.append(f"exception: {details.get('exception', {}).get('description', details['text'])}")
            case "Runtime.consoleAPICalled" if data["type"] in ("error", "warning", "assert"):
                self.problems.append(f"console: {[each.get('value') for each in data['args']]}")
            case "Log.entryAdded" if data["entry"]["level"] in ("error", "warning"):
                self.problems.append(f"log: {data['entry']['text']} {data['entry'].get('url', '')}")
            case "Audits.issueAdded" if data["issue"]["code"] == "ContentSecurityPolicyIssue":
                self.problems.append(f"policy: {data['issue']['details']}")
            case "Network.requestWillBeSent":
                self.requests.append(data["request"]["url"])
            case _:
                pass

    async def go(self, url: str) -> None:
        """Opens an address and waits until it is loaded."""
        self._loaded.clear()
        await self.send("Page.navigate", url=url)
        await self.loaded()

    async def loaded(self) -> None:
        """Waits for the page that is being loaded."""
        async with asyncio.timeout(GUARD_S):
            await self._loaded.wait()

    async def leaving(self, act: str) -> None:
        """Does what leads to another page, as JavaScript, and waits until that is loaded."""
        self._loaded.clear()
        await self.js(f"{act}; 0")
        await self.loaded()

    async def leaving_by(self, key: str) -> None:
        """Presses a key that leads to another page, and waits until that is loaded."""
        self._loaded.clear()
        await self.press(key)
        await self.loaded()

    async def js(self, expression: str) -> Any:
        """The value of an expression in the page; the page's policy does not concern it."""
        given = await self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in given:
            raise AssertionError(given["exceptionDetails"])
        return given["result"].get("value")

    async def text(self, selector: str = "body") -> str:
        """What is to be read there; nothing where there is no such element."""
        return await self.js(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    async def until(self, expression: str) -> None:
        """Waits until an expression is true."""
        async with asyncio.timeout(GUARD_S):
            while not await self.js(expression):
                await asyncio.sleep(0.02)

    async def fill(self, selector: str, text: str) -> None:
        """Types into a field, as a keyboard does."""
        await self.js(f"document.querySelector({json.dumps(selector)}).focus(); 0")
        await self.send("Input.insertText", text=text)

    async def press(self, key: str, *, modifiers: int = 0) -> None:
        """A key: Tab, Enter, Space."""
        codes = {"Tab": 9, "Enter": 13, "Space": 32}
        text = {"Enter": "\r", "Space": " "}.get(key, "") if not modifiers else ""
        named = {"key": " " if key == "Space" else key, "code": key, "windowsVirtualKeyCode": codes[key]}
        await self.send("Input.dispatchKeyEvent", type="keyDown", text=text, modifiers=modifiers, **named)
        await self.send("Input.dispatchKeyEvent", type="keyUp", modifiers=modifiers, **named)

    async def screenshot(self, path: Path) -> None:
        """The whole page as PNG."""
        given = await self.send("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(given["data"]))

    def check(self, url: str) -> None:
        """Fails when something was wrong with any page, or anything was asked of somebody else."""
        own = urlsplit(url).netloc
        others = [each for each in self.requests if urlsplit(each).scheme in ("http", "https", "ws")]
        assert [each for each in others if urlsplit(each).netloc != own] == []
        assert self.problems == []


def executable() -> str:
    """The browser; there are no tests of the page without one."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, f"none of {', '.join(NAMES)} is installed: `make chromium` installs one"
    return found


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """A browser that runs as long as the block does."""
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            executable(),
            *_FLAGS,
            f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            assert process.stderr is not None
            async with asyncio.timeout(GUARD_S):
                url = await _listening(process.stderr)
            drained = asyncio.create_task(_drain(process.stderr))
            async with connect(url, max_size=None, open_timeout=GUARD_S, ping_interval=None) as connection:
                browser = Chromium(connection)
                listens = asyncio.create_task(browser.listen())
                try:
                    yield browser
                finally:
                    with contextlib.suppress(ConnectionClosed):
                        await browser.send("Browser.close")
                    listens.cancel()
                    await asyncio.wait({listens})
            await drained
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
            await process.wait()


async def _listening(lines: asyncio.StreamReader) -> str:
    said = b""
    while line := await lines.readline():
        said += line
        if b"DevTools listening on " in line:
            return line.decode().partition("DevTools listening on ")[2].strip()
    raise AssertionError(f"the browser ended: {said.decode(errors='replace')}")


async def _drain(lines: asyncio.StreamReader) -> None:
    while await lines.read(65536):
        pass
