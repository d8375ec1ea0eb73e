"""Requests that a policy allows: what is sent, what comes back, and where they end."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crucible_tools.engine.host.world import World
from crucible_tools.model.grants import SecretHeader
from crucible_tools.model.tools import ToolExecutionContext
from tests.engine.host.support import GET, Heard, Net, Stage, http_policy, ok, serving, to
from tests.engine.support import level

pytestmark = pytest.mark.asyncio(loop_scope="module")

CERTIFICATE = Path(__file__).parent / "service.test.pem"
LOCAL = http_policy(private={"127.0.0.1/32"})
CLIENT = """
    pub async fn call(args) {
        let request = http::Client::new().get(args.url);
        for header in args.headers { request = request.header(header[0], header[1]); }
        match request.send().await {
            Ok(response) => [response.status().as_u16(), response.text().await?],
            Err(error) => #{error},
        }
    }
"""


async def get(stage: Stage, url: str, **given: Any) -> Any:
    """The answer of `crucible::http_get`, or the tool's own error as `{"error": ..}`."""
    result = await stage.call(GET, {"url": url}, policy=given.pop("policy", LOCAL), **given)
    return result.result if result.error is None else {result.error.kind: result.error.data}


async def test_each_function_gives_what_it_says(stage: Stage) -> None:
    source = """
        pub async fn call(args) {
            let url = args.url;
            let response = http::get(`${url}/json`).await?;
            let posted = http::post(`${url}/echo`, "b=1").await?;
            [
                crucible::http_get(`${url}/text`).await?,
                crucible::http_post(`${url}/echo`, "a=1").await?,
                crucible::http_post(`${url}/echo`, #{n: 1}).await?,
                crucible::http_json_get(`${url}/json`).await?,
                response.status().as_u16(),
                response.json().await?,
                response.header("x-mark"),
                posted.text().await?,
                http::Client::new().put(`${url}/echo`).header("X-A", "1").json(#{a: [1]}).send().await?.text().await?,
            ]
        }
    """
    async with serving() as server:
        server.answers["/text"] = ok("grüße", "200 OK", "Content-Type: text/plain; charset=utf-8")
        server.answers["/json"] = ok('{"a": [1, 2.5, null]}', "200 OK", "X-Mark: here")

        async def echo(writer: asyncio.StreamWriter) -> None:
            request = server.requests[-1]
            kind = request.headers.get("content-type", "none")
            writer.write(ok(f"{request.method} {kind} {request.body.decode()}"))

        server.answers["/echo"] = echo
        result = await stage.call(source, {"url": server.url}, policy=LOCAL)
        assert result.error is None, result.error
        assert result.result == [
            "grüße",
            "POST none a=1",
            'POST application/json {"n": 1}',
            {"a": [1, 2.5, None]},
            200,
            {"a": [1, 2.5, None]},
            "here",
            "POST none b=1",
            'PUT application/json {"a":[1]}',
        ]
        first, last = server.requests[2], server.requests[-1]
        assert first.headers["host"] == f"127.0.0.1:{server.port}"
        assert first.headers["user-agent"].startswith("crucible-tools/")
        assert last.headers["x-a"] == "1"


async def test_development_may_ask_private_addresses_without_naming_them(stage: Stage) -> None:
    async with serving() as server:
        server.answers["/"] = ok("in")
        assert await get(stage, server.url, policy=level("development")) == "in"


async def test_a_status_of_failure_is_an_error_of_the_flat_functions_and_an_answer_of_the_others(stage: Stage) -> None:
    async with serving() as server:
        url = f"{server.url}/missing"
        assert await get(stage, url) == {"tool": f"{url}: the server answered 404 Not Found"}
        result = await stage.call(CLIENT, {"url": url, "headers": []}, policy=LOCAL)
        assert result.result == [404, ""]


@pytest.mark.parametrize(
    ("fields", "url", "why"),
    [
        ({"hosts": {"api.test"}}, "http://127.0.0.1:{port}/", "does not name the host"),
        ({"hosts": {"*.api.test"}}, "http://api.test/", "does not name the host"),
        ({"hosts": {"api.test"}}, "http://api.test.evil.test/", "does not name the host"),
        ({"hosts": {"api.test"}}, "http://evilapi.test/", "does not name the host"),
        ({"hosts": {"api.test:80"}}, "http://api.test:81/", "does not name the host"),
        ({"hosts": set()}, "http://api.test/", "does not name the host"),
        ({"methods": {"POST"}}, "http://127.0.0.1:{port}/", "does not name the method GET in http_methods"),
    ],
)
async def test_hosts_and_methods_are_the_policys(stage: Stage, fields: dict[str, Any], url: str, why: str) -> None:
    heard = Heard()
    async with serving() as server:
        net = Net({name: [["127.0.0.1"]] for name in ("api.test", "api.test.evil.test", "evilapi.test")})
        policy = http_policy(private={"127.0.0.1/32"}, **fields)
        result = await stage.call(
            GET, {"url": url.format(port=server.port)}, policy=policy, world=net.world(), heard=heard
        )
    assert result.error is not None
    assert result.error.kind == "denied"
    assert why in result.error.message
    assert (net.connections, len(heard.denied), heard.allowed) == ([], 1, [])


@pytest.mark.parametrize("host", ["api.test", "*.test", "api.test:{port}", "*.test:{port}"])
async def test_a_host_may_be_named_with_stars_and_ports(stage: Stage, host: str) -> None:
    async with serving() as server:
        server.answers["/"] = ok("in")
        policy = http_policy(hosts={host.format(port=server.port)}, private={"127.0.0.0/8"})
        net = Net({"api.test": [["127.0.0.1"]]})
        assert await get(stage, f"http://API.test.:{server.port}/", policy=policy, world=net.world()) == "in"


@pytest.mark.parametrize("method", ["CONNECT", "TRACE", "GET / HTTP/1.1\r\nX:", "", "PROPFIND"])
async def test_other_methods_are_refused_whatever_the_policy_says(stage: Stage, method: str) -> None:
    # Scripts can't spell them through `http::Client`; a guest that was taken over could.
    from crucible_tools.engine.host.effects import CallFacts, EffectLog, HostContext
    from crucible_tools.engine.host.http import http_modules
    from crucible_tools.engine.outcome import Stop

    heard, net = Heard(), Net()
    request = {f.name: f for module in http_modules(net.world()) for f in module.functions}["http::request"]
    context = HostContext(level("development"), CallFacts("tool"), "http::request", "http", EffectLog(heard))
    with pytest.raises(Stop, match="method"):
        await request.call(context, method, "http://127.0.0.1:9/", [], None)
    assert (net.connections, len(heard.denied)) == ([], 1)


# Headers

BAD_HEADERS = [
    ["Host", "inside.test"],
    ["hOsT", "inside.test"],
    ["Content-Length", "0"],
    ["Transfer-Encoding", "chunked"],
    ["Connection", "upgrade"],
    ["Upgrade", "websocket"],
    ["Proxy-Authorization", "x"],
    ["Expect", "100-continue"],
    ["X-A\r\nX-B", "1"],
    ["X-A", "1\r\nX-B: 2"],
    ["X-A", "1\n"],
    ["X-A", "1\u0000"],
    ["X A", "1"],
    ["X-A:", "1"],
    ["", "1"],
    ["X-A", "\u2028"],
    ["X-A", "x" * 9000],
    ["Ｈost", "inside.test"],
]


@pytest.mark.parametrize("header", BAD_HEADERS)
async def test_a_header_that_could_end_a_request_or_lead_it_elsewhere_is_refused(
    stage: Stage, header: list[str]
) -> None:
    heard = Heard()
    async with serving() as server:
        result = await stage.call(CLIENT, {"url": server.url, "headers": [header]}, policy=LOCAL, heard=heard)
        assert server.requests == []
    assert result.error is not None
    assert (result.error.kind, len(heard.denied)) == ("denied", 1)


SECRET = "s3cr3t-t0ken"


def secret_policy(*headers: SecretHeader, **fields: Any) -> Any:
    return http_policy(private={"127.0.0.1/32"}, headers=tuple(headers), **fields)


async def test_a_secret_header_is_added_by_the_host_and_nobody_else_sees_it(stage: Stage) -> None:
    heard = Heard()
    async with serving() as server:
        header = SecretHeader(server.url, "Authorization", "TOKEN", "Bearer ")

        async def echo(writer: asyncio.StreamWriter) -> None:
            said = server.requests[-1].headers["authorization"]
            writer.write(ok(f"you said {said}", "200 OK", f"X-Echo: {said}"))

        server.answers["/"] = echo
        source = """
            pub async fn call(args) {
                let client = http::Client::new();
                let response = client.get(args.url).header("authorization", "mine").send().await?;
                [response.text().await?, response.header("X-Echo")]
            }
        """
        result = await stage.call(
            source,
            {"url": server.url},
            policy=secret_policy(header),
            world=World(environment={"TOKEN": SECRET}),
            heard=heard,
        )
        assert server.requests[0].headers["authorization"] == f"Bearer {SECRET}"
        assert result.result == ["you said Bearer [secret]", "Bearer [secret]"]
    assert SECRET not in repr(heard.effects)
    assert SECRET not in json.dumps(secret_policy(header).to_json())


async def test_a_secret_header_stays_behind_on_a_redirect_to_another_host_and_on_the_way_back(stage: Stage) -> None:
    async with serving() as server, serving() as other:
        headers = [SecretHeader(place.url, "X-Key", "TOKEN") for place in (server, other)]
        server.answers["/"] = to(f"{other.url}/there")
        other.answers["/there"] = to(f"{server.url}/back")
        server.answers["/back"] = ok("done")
        found = await get(stage, server.url, policy=secret_policy(*headers), world=World(environment={"TOKEN": SECRET}))
        assert found == "done"
        assert ["x-key" in request.headers for request in (*server.requests, *other.requests)] == [True, False, False]


async def test_a_secret_header_goes_along_on_a_redirect_within_its_host(stage: Stage) -> None:
    async with serving() as server:
        server.answers["/"] = to("/next")
        server.answers["/next"] = ok("done")
        policy = secret_policy(SecretHeader(server.url, "X-Key", "TOKEN"))
        await get(stage, server.url, policy=policy, world=World(environment={"TOKEN": SECRET}))
        assert [request.headers["x-key"] for request in server.requests] == [SECRET, SECRET]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.1:{port}", "https://127.0.0.1:{port}", "http://127.0.0.1"])
async def test_a_secret_header_is_for_https_and_its_very_port_unless_it_says_otherwise(stage: Stage, host: str) -> None:
    async with serving() as server:
        server.answers["/"] = ok("done")
        policy = secret_policy(SecretHeader(host.format(port=server.port), "X-Key", "TOKEN"))
        await get(stage, server.url, policy=policy, world=World(environment={"TOKEN": SECRET}))
        assert "x-key" not in server.requests[0].headers


@pytest.mark.parametrize("environment", [{}, {"TOKEN": ""}, {"TOKEN": "a\r\nb"}])
async def test_a_request_without_its_secret_is_not_made(stage: Stage, environment: dict[str, str]) -> None:
    async with serving() as server:
        policy = secret_policy(SecretHeader(server.url, "X-Key", "TOKEN"))
        found = await get(stage, server.url, policy=policy, world=World(environment=environment))
        assert "TOKEN" in found["tool"]
        assert server.requests == []


async def test_what_says_who_asks_stays_behind_on_a_redirect_to_another_host(stage: Stage) -> None:
    async with serving() as server, serving() as other:
        server.answers["/"] = to(f"{other.url}/there")
        other.answers["/there"] = ok("done")
        headers = [["Authorization", "x"], ["Cookie", "x"], ["X-Api-Key", "x"], ["Accept", "text/html"]]
        await stage.call(CLIENT, {"url": server.url, "headers": headers}, policy=LOCAL)
        assert {"authorization", "cookie", "x-api-key", "accept"} <= server.requests[0].headers.keys()
        assert not {"authorization", "cookie", "x-api-key"} & other.requests[0].headers.keys()
        assert other.requests[0].headers["accept"] == "text/html"


async def test_no_proxy_of_the_environment_is_used(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving() as server, serving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        server.answers["/"] = ok("direct")
        assert await get(stage, server.url) == "direct"
        assert proxy.requests == []


# Redirects


@pytest.mark.parametrize(
    ("status", "sent", "followed"),
    [
        ("301 Moved", "POST", ("GET", b"")),
        ("302 Found", "POST", ("GET", b"")),
        ("303 See Other", "POST", ("GET", b"")),
        ("303 See Other", "PUT", ("GET", b"")),
        ("302 Found", "PUT", ("PUT", b"x")),
        ("307 Temporary", "POST", ("POST", b"x")),
        ("308 Permanent", "POST", ("POST", b"x")),
    ],
)
async def test_redirects_change_the_method_as_browsers_do(
    stage: Stage, status: str, sent: str, followed: tuple[str, bytes]
) -> None:
    source = f"""
        pub async fn call(args) {{
            http::Client::new().{sent.lower()}(args.url).body("x").send().await?.text().await
        }}
    """
    async with serving() as server:
        server.answers["/"] = to("next?x=1#part", status)
        server.answers["/next"] = ok("done")
        result = await stage.call(source, {"url": server.url}, policy=LOCAL)
        assert result.result == "done"
        assert (server.requests[1].method, server.requests[1].body) == followed
        assert server.requests[1].path == "/next?x=1"


async def test_a_redirect_may_be_written_in_any_alphabet(stage: Stage) -> None:
    async with serving() as server:
        server.answers["/"] = "HTTP/1.1 302 Found\r\nLocation: /größe x\r\nContent-Length: 0\r\n\r\n".encode()
        server.answers["/gr%C3%B6%C3%9Fe%20x"] = ok("done")
        assert await get(stage, server.url) == "done"


async def test_redirects_come_to_an_end(stage: Stage) -> None:
    heard = Heard()
    async with serving() as server:
        server.answers["/"] = to("/")
        policy = http_policy(private={"127.0.0.1/32"}, max_redirects=3)
        assert "more than 3 redirects" in (await get(stage, server.url, policy=policy, heard=heard))["tool"]
        assert len(server.requests) == len(heard.allowed) == 4


async def test_a_redirect_to_a_host_that_the_policy_does_not_name_is_refused(stage: Stage) -> None:
    async with serving() as server, serving() as other:
        server.answers["/"] = to(other.url)
        policy = http_policy(hosts={f"127.0.0.1:{server.port}"}, private={"127.0.0.1/32"})
        found = await get(stage, server.url, policy=policy)
        assert found["denied"]["function"] == "crucible::http_get"
        assert other.requests == []


# Limits


def chunked(writer: asyncio.StreamWriter, piece: bytes, times: int) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    writer.write((f"{len(piece):x}\r\n".encode() + piece + b"\r\n") * times + b"0\r\n\r\n")


async def test_an_answer_that_is_too_long_is_an_error_and_not_read_on(stage: Stage) -> None:
    async with serving() as server:

        async def endless(writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                writer.write(b"x" * 65536)
                await writer.drain()

        server.answers["/"] = endless
        policy = http_policy(private={"127.0.0.1/32"}, max_bytes=100_000)
        assert "more than 100,000 bytes" in (await get(stage, server.url, policy=policy))["tool"]


@pytest.mark.parametrize("wrapped", [gzip.compress, zlib.compress])
async def test_a_compressed_answer_counts_by_what_it_unfolds_to(stage: Stage, wrapped: Any) -> None:
    kind = "Content-Encoding: " + ("gzip" if wrapped is gzip.compress else "deflate")
    async with serving() as server:
        server.answers["/small"] = ok(wrapped(b"small"), "200 OK", kind)
        server.answers["/bomb"] = ok(wrapped(b"0" * 50_000_000), "200 OK", kind)
        server.answers["/broken"] = ok(wrapped(b"small" * 100)[:-7], "200 OK", kind)
        assert await get(stage, f"{server.url}/small") == "small"
        assert "more than" in (await get(stage, f"{server.url}/bomb"))["tool"]
        assert "damaged" in (await get(stage, f"{server.url}/broken"))["tool"]


async def test_a_chunked_answer_is_put_together_and_limited(stage: Stage) -> None:
    async with serving() as server:

        async def pieces(writer: asyncio.StreamWriter) -> None:
            chunked(writer, b"abc", 3)

        server.answers["/"] = pieces
        assert await get(stage, server.url) == "abcabcabc"
        policy = http_policy(private={"127.0.0.1/32"}, max_bytes=8)
        assert "more than 8 bytes" in (await get(stage, server.url, policy=policy))["tool"]


async def test_a_body_that_is_too_long_is_not_sent(stage: Stage) -> None:
    source = 'pub async fn call(args) { http::post(args.url, "12345").await }'
    async with serving() as server:
        policy = http_policy(private={"127.0.0.1/32"}, max_bytes=4)
        result = await stage.call(source, {"url": server.url}, policy=policy)
        assert result.error is not None
        assert "the limit is 4" in result.error.data
        assert server.requests == []


async def test_a_request_takes_no_longer_than_the_policy_says(stage: Stage) -> None:
    async with serving() as server:
        server.silent.add("/")
        policy = http_policy(private={"127.0.0.1/32"}, timeout_s=0.05)
        assert "no answer within 0.05 s" in (await get(stage, server.url, policy=policy))["tool"]
        await asyncio.wait_for(server.closed.wait(), 30)


async def test_a_request_ends_with_its_call_and_closes_its_connection(stage: Stage) -> None:
    async with serving() as server:
        server.silent.add("/")
        context = ToolExecutionContext(deadline=datetime.now(UTC) + timedelta(seconds=0.2))
        assert "timed_out" in await get(stage, server.url, context=context)
        await asyncio.wait_for(server.closed.wait(), 30)


async def test_a_cancelled_call_closes_its_connection(stage: Stage) -> None:
    async with serving() as server:
        server.silent.add("/")
        waiting = asyncio.create_task(get(stage, server.url))
        while not server.requests:
            await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.wait_for(server.closed.wait(), 30)


# What the network does


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"", "broke off"),
        (b"SSH-2.0-OpenSSH_9.9\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\nx", "compressed as 'br'"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 20_000 + b"\r\n", "no HTTP"),
    ],
)
async def test_what_is_no_answer_is_the_tools_own_error(stage: Stage, answer: bytes, says: str) -> None:
    async with serving() as server:
        server.answers["/"] = answer
        assert says in (await get(stage, server.url))["tool"]


async def test_a_host_without_addresses_and_a_port_without_listener_are_the_tools_own_errors(stage: Stage) -> None:
    async with serving() as server:
        url = server.url
    assert "nothing accepts connections" in (await get(stage, url))["tool"]
    assert "no address of this host" in (await get(stage, "http://unknown.test/", world=Net().world()))["tool"]


async def test_the_next_address_of_a_host_is_tried_when_one_does_not_answer(stage: Stage) -> None:
    async with serving() as server:
        server.answers["/"] = ok("second")
        net = Net({"two.test": [["127.0.0.2", "127.0.0.1"]]})
        policy = http_policy(private={"127.0.0.0/8"})
        assert await get(stage, f"http://two.test:{server.port}/", policy=policy, world=net.world()) == "second"
        assert [address for address, _ in net.connections] == ["127.0.0.2", "127.0.0.1"]


@pytest.mark.parametrize("text", ["", "nothing", "/path", "//public.test/", "public.test/x", "?"])
async def test_a_text_that_is_no_absolute_url_is_the_tools_own_error(stage: Stage, text: str) -> None:
    assert "no absolute URL" in (await get(stage, text))["tool"]


@pytest.mark.parametrize("text", ["[1, 2", "NaN", "[" * 50_000, "[" * 101 + "]" * 101, ""])
async def test_an_answer_that_is_no_json_is_the_tools_own_error(stage: Stage, text: str) -> None:
    source = "pub async fn call(args) { crucible::http_json_get(args.url).await }"
    async with serving() as server:
        server.answers["/"] = ok(text)
        result = await stage.call(source, {"url": server.url}, policy=LOCAL)
    assert result.error is not None
    assert "the answer is no JSON" in result.error.data


@pytest.mark.parametrize(
    ("charset", "body", "text"),
    [
        ("utf-8", "ü".encode(), "ü"),
        ("iso-8859-1", b"\xfc\x80", "ü€"),
        ("utf-16", "ü".encode("utf-16"), "ü"),
        ("utf-7", b"+AGE-", "+AGE-"),
        ("rot13", b"abc", "abc"),
        ("zlib", b"\xff", "�"),
    ],
)
async def test_text_is_read_in_its_character_set(stage: Stage, charset: str, body: bytes, text: str) -> None:
    async with serving() as server:
        server.answers["/"] = ok(body, "200 OK", f'Content-Type: text/plain; charset="{charset}"')
        assert await get(stage, server.url) == text


async def test_a_path_is_sent_as_it_is_written_and_escaped_where_it_must_be(stage: Stage) -> None:
    async with serving() as server:
        server.answers["/a%20b/%C3%BC/../c"] = ok("found")
        assert await get(stage, f"{server.url}/a b/ü/../c?q=%20 {{x}}#part") == "found"
        assert server.requests[0].path == "/a%20b/%C3%BC/../c?q=%20%20%7Bx%7D"


async def test_the_certificate_must_be_for_the_hosts_name(stage: Stage) -> None:
    listening = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    listening.load_cert_chain(CERTIFICATE)
    names: list[str | None] = []
    listening.sni_callback = lambda connection, name, context: names.append(name)
    net = Net({"service.test": [["127.0.0.1"]], "other.test": [["127.0.0.1"]]})

    def trusting() -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(CERTIFICATE))

    async with serving(ssl=listening) as server:
        server.answers["/"] = ok("safe")
        # Contexts are kept by the engine, so that this one is the module's first and only.
        world = net.world(tls=trusting)
        assert await get(stage, f"https://service.test:{server.port}/", world=world) == "safe"
        found = await get(stage, f"https://other.test:{server.port}/", world=world)
        assert "certificate is not valid" in found["tool"]
        assert names[:2] == ["service.test", "other.test"]
