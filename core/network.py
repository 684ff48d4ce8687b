"""Addresses of machines, and the names that a server answers to."""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

_FORWARDED = (
    "forwarded",
    "via",
    "x-forwarded",
    "x-original",
    "x-real-ip",
    "x-client-ip",
    "x-cluster-client-ip",
    "x-proxy",
    "x-scheme",
    "x-url-scheme",
    "front-end-https",
    "true-client-ip",
    "cf-",
    "fastly-client-ip",
    "x-envoy-external-address",
)
"""How the names of headers begin by which a proxy shows itself."""
_IPV6_PREFIX = 64
"""Bits; who is given an IPv6 address is given all of such a network."""
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


def is_forwarded(headers: Iterable[str]) -> bool:
    """Whether a proxy shows itself in a request's headers: then it is not from this machine,
    whatever address it comes from.

    Args:
        headers: their names. Case counts as little as ``_`` for ``-``, which some servers take.
    """
    return any(name.lower().replace("_", "-").startswith(_FORWARDED) for name in headers)


def asked_as(address: str, names: Sequence[str] = ()) -> tuple[str, ...]:
    """By which names a server may be asked for that listens on ``address``; empty: by any.

    One that an attacker made to resolve to this machine must not show anybody what it serves.

    Args:
        names: those it was given besides.
    """
    own = (address,) if is_loopback(address) else ()
    return tuple(dict.fromkeys((*_THIS_MACHINE, *own, *names))) if own or names else ()


def is_loopback(address: str | None) -> bool:
    """Whether only this machine can reach ``address``; None stands for every address."""
    if address == "localhost":
        return True
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


def without_password(address: str) -> str:
    """What looks like an address, without the name and password that it may have."""
    return re.sub(r"(?s)//.*@", "//", address)


@lru_cache(maxsize=4096)
def network_of(address: str) -> str | None:
    """Whom an address stands for: one of IPv4 itself, one of IPv6 for its network, of which one
    person has all; None if it is not an address.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return None
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.version == 4 or ip.is_loopback:
        return str(ip)
    return str(ipaddress.ip_network((ip, _IPV6_PREFIX), strict=False))
