"""How often one network may ask for something that needs no account."""

from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from django.core.cache import cache


def within_limit(action: str, *, client: str, per_minute: int, at: datetime) -> bool:
    """Count one request and tell whether its network has asked at most `per_minute` times this minute.

    The count lies in the cache, which all web processes share. It is not exact when requests come at
    the same instant, and need not be: it keeps load away, while a checksum cannot be guessed.

    Args:
        client: the address that asks; of IPv6 the network of 64 bits counts, which is one household's.
    """
    minute = int(at.timestamp()) // 60
    key = f"limit:{action}:{_network(client)}:{minute}"
    count = int(cache.get(key, 0)) + 1
    cache.set(key, count, timeout=120)
    return count <= per_minute


def _network(client: str) -> str:
    try:
        address = ip_address(client)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(ip_network(f"{address}/64", strict=False).network_address).replace(":", "-")
    return str(address)
