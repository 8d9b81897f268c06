"""Which addresses lie with the same host, and which with the same owner: what was named before asking, and what not."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

USUAL_PORTS = {"http": 80, "https": 443}
_SHARED = frozenset(
    {
        "amazonaws.com", "azureedge.net", "azurewebsites.net", "blogspot.com", "cloudfront.net",
        "digitaloceanspaces.com", "fly.dev", "github.io", "gitlab.io", "googleapis.com", "herokuapp.com", "netlify.app",
        "ngrok.io", "pages.dev", "r2.dev", "readthedocs.io", "vercel.app", "windows.net", "workers.dev",
    }
)  # fmt: skip
"""names under which anybody can have a host"""
_S3_REGION = re.compile(r"(^|\.)s3[.-][a-z0-9-]+\.amazonaws\.com$")
_COUNTRY_SECOND = re.compile(r"[a-z]{2,3}|gouv|govt|asso")
"""second-level names of countries under which others register: co.uk, com.au, gouv.fr"""


def same_host(home: str, href: str) -> bool:
    """Whether an address lies on the home host and port, and no less protected on the way."""
    return _hostname(home) == _hostname(href) and _as_protected(home, href)


def same_site(home: str, href: str) -> bool:
    """Whether an address lies on the home host or beside it under the same registered name.

    Names under which anybody can have a host (cloud stores) count as registered by each host for itself; a store of
    Amazon is the same in whichever region it is addressed. There is no list of all such names here, only the usual
    ones, and of a country's name two or three labels are taken by their look (co.uk).
    """
    a, b = _hostname(home), _hostname(href)
    return bool(a) and (a == b or _owner(a) == _owner(b)) and _as_protected(home, href)


def _hostname(href: str) -> str:
    try:
        return (urlsplit(href).hostname or "").rstrip(".")
    except ValueError:
        return ""


def _as_protected(home: str, href: str) -> bool:
    """Whether the port is the same, or the usual one of its scheme as before, and https stays https."""
    try:
        a, b = urlsplit(home), urlsplit(href)
        ports = [part.port or USUAL_PORTS.get(part.scheme) for part in (a, b)]
    except ValueError:
        return False
    usual = ports[0] == USUAL_PORTS.get(a.scheme) and ports[1] == USUAL_PORTS.get(b.scheme)
    return (ports[0] == ports[1] or usual) and (b.scheme == "https" or a.scheme == "http")


def _owner(host: str) -> str:
    """The registered name of a host; the host itself where there is none, or where others share the name."""
    labels = host.split(".")
    if _is_number(host) or len(labels) < 2:
        return host
    if ".".join(labels[-2:]) in _SHARED:
        return _S3_REGION.sub(r"\1s3.amazonaws.com", host)
    by_country = len(labels) > 2 and len(labels[-1]) == 2 and _COUNTRY_SECOND.fullmatch(labels[-2])
    return ".".join(labels[-3 if by_country else -2 :])


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
