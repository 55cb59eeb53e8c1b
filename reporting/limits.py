"""How often one network, or one person, may ask for something that costs."""

from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from django.core.cache import cache


def within_limit(action: str, *, who: str, per_minute: int, at: datetime) -> bool:
    """Count one request and tell whether `who` has asked at most `per_minute` times this minute.

    The count lies in the cache, which all web processes share. It is not exact when requests come at
    the same instant, and need not be: it keeps load away, while a checksum cannot be guessed.

    Args:
        who: whom the limit holds for: `network_of` an address, or a person's number.
    """
    minute = int(at.timestamp()) // 60
    key = f"limit:{action}:{who}:{minute}"
    count = int(cache.get(key, 0)) + 1
    cache.set(key, count, timeout=120)
    return count <= per_minute


def network_of(client: str) -> str:
    """The network of an address; of IPv6 the network of 64 bits, which is one household's."""
    try:
        address = ip_address(client)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(ip_network(f"{address}/64", strict=False).network_address).replace(":", "-")
    return str(address)
