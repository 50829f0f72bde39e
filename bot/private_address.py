"""Which addresses lead into somebody's own network."""

import ipaddress
from urllib.parse import urlsplit


def is_public(address: str) -> bool:
    """Whether an IP address is one of the internet's."""
    return ipaddress.ip_address(address.partition("%")[0]).is_global


def names_private_address(url: str) -> bool:
    """Whether the host is written as an address, and a private one; names are asked later."""
    host = urlsplit(url).hostname or ""
    try:
        return not is_public(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
