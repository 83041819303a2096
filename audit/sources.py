"""What the API server knows of where a request came from: the class of its address, and the client's word for itself."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

_LONGEST = 100  # characters of a client's name; it chooses them


@lru_cache(maxsize=1_024)
def source_class(address: str) -> str:
    """Return loopback, link-local, private or public; empty for what is no address.

    Private is what no route of the internet leads to, so also the carriers' 100.64.0.0/10 and documentation's addresses.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    plain: IPv4Address | IPv6Address = getattr(found, "ipv4_mapped", None) or found
    if plain.is_loopback:
        return "loopback"
    if plain.is_link_local:
        return "link-local"
    return "public" if plain.is_global else "private"


def client(user_agent: str) -> str:
    """Return tool and version, the first product of a user agent such as `kubectl/v1.30.1 (linux/amd64) kubernetes/6911225`."""
    return user_agent.strip().partition(" ")[0][:_LONGEST]
