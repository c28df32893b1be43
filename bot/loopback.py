"""Whether a request comes from this machine itself."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import HttpVersion11, web

_OWN_NAMES = {"localhost", "127.0.0.1", "::1"}
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")


def from_this_machine(request: web.BaseRequest) -> bool:
    """Whether a request comes from a program on this machine, and for it by name. Never raises."""
    # A proxy on this machine would make everybody look local; and a foreign name that resolves to
    # 127.0.0.1 (DNS rebinding) would make a foreign page look like ours. Many a proxy gives itself away:
    # by what it adds, or by HTTP/1.0, which is what nginx speaks where nobody told it otherwise.
    if request.version < HttpVersion11 or any(header in request.headers for header in _FORWARDED):
        return False
    return _is_loopback(request.remote) and _host_name(request.host) in _OWN_NAMES


def _is_loopback(address: str | None) -> bool:
    try:
        peer = ip_address(address or "")
    except ValueError:
        return False
    mapped = getattr(peer, "ipv4_mapped", None)
    return (mapped or peer).is_loopback


def _host_name(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None
