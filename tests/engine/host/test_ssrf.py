"""No script reaches an address that is not public: in no spelling, by no name, by no redirect."""

from __future__ import annotations

import pytest

from crucible_tools.engine.host.world import World
from tests.engine.host.support import GET, Heard, Net, Stage, http_policy, serving, to
from tests.engine.support import level

pytestmark = pytest.mark.asyncio(loop_scope="module")

# What a URL looks like that is refused before any name is looked up.
LITERAL = [
    # this machine and its neighbours, spelled as usual
    "http://127.0.0.1/",
    "http://127.0.0.1:8080/admin",
    "https://127.0.0.1/",
    "http://127.255.255.254/",
    "http://0.0.0.0/",
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.168.0.1/",
    "http://100.64.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://169.254.170.2/v2/credentials",
    "http://100.100.100.200/latest/meta-data/",
    "http://168.63.129.16/metadata",
    "http://192.0.0.192/opc/v2/",
    "http://192.0.2.1/",
    "http://198.18.0.1/",
    "http://198.51.100.7/",
    "http://203.0.113.9/",
    "http://224.0.0.1/",
    "http://239.255.255.250:1900/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    # the same as other numbers
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7F.0x0.0x0.0x1/",
    "http://0177.0.0.1/",
    "http://017700000001/",
    "http://127.1/",
    "http://127.0.1/",
    "http://0/",
    "http://127.0.0.1./",
    "http://0127.0.0.01/",
    "http://127.0.0.1.0x0/",
    "http://2852039166/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://127.0.0.256/",
    "http://00000000000000127.0.0.1/",
    # the same in other scripts and in escapes
    "http://１２７.０.０.１/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1%2f@public.test/",
    "http://127%2e0%2e0%2e1/",
    # IPv6
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000::0001]:8080/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[::ffff:8.8.8.8]/",
    "http://[::127.0.0.1]/",
    "http://[0:0:0:0:0:ffff:c0a8:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[64:ff9b:1::1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:7f00:1::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[fec0::1]/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://[ff02::1]/",
    "http://[100::1]/",
    "http://[5f00::1]/",
    "http://[4000::1]/",
    "http://[::1/",
    "http://[::1]x/",
    "http://[127.0.0.1]/",
    "http://[v1.x]/",
]

# Texts whose host is not what it seems, or that are no request to a server at all.
FORGED = [
    "http://public.test@127.0.0.1/",
    "http://127.0.0.1@public.test/",
    "http://user:secret@public.test/",
    "http://public.test:80@127.0.0.1:8080/",
    "http://@127.0.0.1/",
    "http://public.test\\@127.0.0.1/",
    "http:\\\\127.0.0.1\\",
    "http:/\\127.0.0.1/",
    "http://127.0.0.1\\.public.test/",
    "http:127.0.0.1/",
    "http:/127.0.0.1/",
    "http:///127.0.0.1/",
    "http://public.test\t/",
    "http://public.test\r\nHost: 127.0.0.1\r\n\r\n/",
    "http://public.test/\r\nX-Injected: 1",
    "http://public.test/\n",
    "\u0000http://public.test/",
    "http://public .test/",
    "http://public.test:99999/",
    "http://public.test:0/",
    "http://public.test:80:81/",
    "http://public.test:x/",
    "http://:80/",
    "http://./",
    "http://public..test/",
    "http://-public.test/",
    "http://пример.тест@127.0.0.1/",
    "http://a" + "b" * 70 + ".test/",
    "http://public.test/" + "x" * 9000,
    "file:///etc/passwd",
    "FILE:///etc/passwd",
    "ftp://public.test/",
    "gopher://127.0.0.1:6379/_FLUSHALL",
    "dict://127.0.0.1:11211/stats",
    "ldap://127.0.0.1/",
    "ws://public.test/",
    "data:text/plain,hello",
    "javascript:alert(1)",
    "jar:http://public.test!/",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
]

# Names, and the addresses that they turn out to have.
NAMES = {
    "localhost": ["127.0.0.1"],
    "localhost.": ["::1"],
    "metadata.google.internal": ["169.254.169.254"],
    "127.0.0.1.nip.test": ["127.0.0.1"],
    "inside.test": ["10.1.2.3"],
    "mixed.test": ["93.184.216.34", "192.168.1.1"],
    "mixed-other-way.test": ["192.168.1.1", "93.184.216.34"],
    "six.test": ["fd12::1"],
    "mapped.test": ["::ffff:10.0.0.1"],
    "nat64.test": ["64:ff9b::a00:1"],
    "tunnel.test": ["2002:a00:1::1"],
    "scoped.test": ["fe80::1%eth0"],
    "nothing.test": ["0.0.0.0"],
    "odd.test": ["not an address"],
    "multicast.test": ["224.0.0.251"],
    "UPPER.test": ["127.0.0.1"],
    "bücher.test": ["127.0.0.1"],
}


async def refused(stage: Stage, url: str, net: Net) -> Heard:
    """Asks for a URL at PRODUCTION, and checks that nothing was connected and that it was reported."""
    heard = Heard()
    result = await stage.call(GET, {"url": url}, policy=level("production"), world=net.world(), heard=heard)
    assert result.error is not None
    assert (result.error.kind, result.error.data["capability"]) == ("denied", "http"), result.error
    assert net.connections == []
    assert [(effect.function, effect.allowed) for effect in heard.effects] == [("crucible::http_get", False)]
    assert heard.denied[0].reason
    return heard


@pytest.mark.parametrize("url", LITERAL)
async def test_an_address_that_is_not_public_is_refused_in_every_spelling(stage: Stage, url: str) -> None:
    net = Net()
    await refused(stage, url, net)
    assert net.lookups == []


@pytest.mark.parametrize("url", FORGED)
async def test_a_url_with_two_readings_or_another_scheme_is_refused(stage: Stage, url: str) -> None:
    net = Net({"public.test": [["93.184.216.34"]]})
    heard = await refused(stage, url, net)
    assert net.lookups == []
    assert "secret" not in heard.denied[0].target


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_is_judged_by_its_addresses(stage: Stage, name: str) -> None:
    looked_up = name.lower().removesuffix(".").replace("bücher", "xn--bcher-kva")
    net = Net({looked_up: [NAMES[name]]})
    await refused(stage, f"http://{name}/", net)
    assert net.lookups == [looked_up]


async def test_the_connection_goes_to_the_address_that_was_checked_though_the_name_changes_meanwhile(
    stage: Stage,
) -> None:
    async with serving() as server:
        server.answers["/"] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
        net = Net({"rebinding.test": [["127.0.0.1"], ["10.0.0.1"]]})
        policy = http_policy(private={"127.0.0.1/32"})
        result = await stage.call(
            GET, {"url": f"http://rebinding.test:{server.port}/"}, policy=policy, world=net.world()
        )
        assert result.result == "hi"
        assert (net.lookups, net.connections) == (["rebinding.test"], [("127.0.0.1", server.port)])


async def test_a_name_that_turns_private_is_refused_at_its_next_request(stage: Stage) -> None:
    async with serving() as server:
        server.answers["/"] = to("/again")
        net = Net({"rebinding.test": [["127.0.0.1"], ["10.0.0.1"]]})
        heard = Heard()
        result = await stage.call(
            GET,
            {"url": f"http://rebinding.test:{server.port}/"},
            policy=http_policy(private={"127.0.0.1/32"}),
            world=net.world(),
            heard=heard,
        )
        assert result.error is not None
        assert result.error.kind == "denied"
        assert net.connections == [("127.0.0.1", server.port)]
        assert [effect.allowed for effect in heard.effects] == [True, False]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
@pytest.mark.parametrize(
    "location",
    [
        "http://10.0.0.1/",
        "http://[::1]/",
        "//169.254.169.254/latest/meta-data/",
        "http://inside.test/",
        "http://2130706433/",
        "file:///etc/passwd",
        "http://public.test@10.0.0.1/",
        "/\\10.0.0.1/",
        "gopher://10.0.0.1:6379/_INFO",
        "http://127.0.0.2/",
    ],
)
async def test_a_redirect_to_what_is_not_public_is_refused(stage: Stage, status: str, location: str) -> None:
    async with serving() as server:
        server.answers["/"] = to(location, status)
        net = Net({"public.test": [["127.0.0.1"]], "inside.test": [["10.1.2.3"]]})
        heard = Heard()
        result = await stage.call(
            GET,
            {"url": f"http://public.test:{server.port}/"},
            policy=http_policy(private={"127.0.0.1/32"}),
            world=net.world(),
            heard=heard,
        )
        assert result.error is not None
        assert result.error.kind == "denied", result.error
        assert net.connections == [("127.0.0.1", server.port)]
        assert [effect.allowed for effect in heard.effects] == [True, False]


@pytest.mark.parametrize("url", ["https://93.184.216.34/", "http://[2606:2800:220:1::1]/", "http://public.test/x?y=1"])
async def test_public_addresses_are_what_production_may_connect_to(stage: Stage, url: str) -> None:
    net = Net({"public.test": [["93.184.216.34"]]})

    async def nobody(address: str, port: int) -> None:
        net.connections.append((address, port))
        raise ConnectionRefusedError

    heard = Heard()
    result = await stage.call(
        GET,
        {"url": url},
        policy=level("production"),
        world=World(resolve=net.resolve, connect=nobody),
        heard=heard,
    )
    assert result.error is not None
    assert result.error.kind == "tool"
    assert [effect.allowed for effect in heard.effects] == [True]
    assert len(net.connections) == 1
