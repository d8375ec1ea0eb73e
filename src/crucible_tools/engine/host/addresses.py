"""Which addresses a request may be sent to: the one place that decides.

Public is what the registries of special addresses (IANA, RFC 6890 and its updates of 2025) leave over. Everything
else leads, or may lead, to the machine itself, to its neighbours, or by a detour to either.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING, Final

from crucible_tools.model.grants import ALL, covers_name, split_port

if TYPE_CHECKING:
    from crucible_tools.engine.host.urls import Target
    from crucible_tools.model.grants import HttpGrant

_SPECIAL: Final = [
    (ip_network(network), what)
    for network, what in (
        ("0.0.0.0/8", "this machine itself"),
        ("10.0.0.0/8", "a private network"),
        ("100.64.0.0/10", "a provider's private network"),
        ("127.0.0.0/8", "this machine itself"),
        ("168.63.129.16/32", "a cloud's metadata service"),
        ("169.254.0.0/16", "link-local, where clouds have their metadata service"),
        ("172.16.0.0/12", "a private network"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "reserved for documentation"),
        ("192.31.196.0/24", "reserved for name servers"),
        ("192.52.193.0/24", "a relay to multicast"),
        ("192.88.99.0/24", "a relay to IPv6"),
        ("192.168.0.0/16", "a private network"),
        ("192.175.48.0/24", "reserved for name servers"),
        ("198.18.0.0/15", "reserved for benchmarks"),
        ("198.51.100.0/24", "reserved for documentation"),
        ("203.0.113.0/24", "reserved for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::1/128", "this machine itself"),
        ("::/128", "this machine itself"),
        ("::ffff:0:0/96", "an IPv4 address in IPv6's clothes"),
        ("::/96", "an IPv4 address in IPv6's clothes"),
        ("64:ff9b::/96", "an IPv4 address behind NAT64"),
        ("64:ff9b:1::/48", "a private network's NAT64"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "a private network"),
        ("fc00::/7", "a private network"),
        ("ff00::/8", "multicast"),
        ("2001::/32", "a tunnel (Teredo)"),
        ("2001::/23", "reserved for protocols"),
        ("2001:db8::/32", "reserved for documentation"),
        ("2002::/16", "an IPv4 address behind 6to4"),
        ("2620:4f:8000::/48", "reserved for name servers"),
        ("3fff::/20", "reserved for documentation"),
    )
]
_PUBLIC_IPV6: Final = IPv6Network("2000::/3")
"""All that is given out for the public Internet so far."""


def why_not_public(address: IPv4Address | IPv6Address) -> str | None:
    """What an address is instead of public; None for a public one."""
    for network, what in _SPECIAL:
        if address.version == network.version and address in network:
            return what
    if isinstance(address, IPv6Address) and address not in _PUBLIC_IPV6:
        return "not given out for the public Internet"
    return None


def why_no_host(target: Target, grant: HttpGrant) -> str | None:
    """Why a policy does not name a URL's host; None when it does."""
    if grant.hosts is ALL:
        return None
    host = f"[{target.host}]" if ":" in target.host else target.host
    for pattern in grant.hosts:
        name, port = split_port(pattern)
        if covers_name(name, host) and (not port or int(port) == target.port):
            return None
    return f"the policy does not name the host {target.authority}"


def why_no_address(text: str, host: str, grant: HttpGrant) -> str | None:
    """Why a connection to an address is refused; None when it is not.

    Args:
        text: the address, as a resolver gives it.
        host: the host that it is the address of, for the message.
        grant: what the policy names.
    """
    if grant.private is ALL:
        return None
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return f"the address {text} of {host} is no IP address"
    what = why_not_public(address)
    if what is None:
        return None
    named = (ip_network(network) for network in grant.private)
    if any(address.version == network.version and address in network for network in named):
        return None
    of_host = "" if str(address) == host else f" of {host}"
    return f"the address {address}{of_host} is {what}, and the policy does not name it"
