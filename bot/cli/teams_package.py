"""The Teams app package: what stands in appPackage/, filled in and zipped.

https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package
"""

import ipaddress
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zipfile import ZipFile, ZipInfo

from msgspec import Struct

from desk.errors import BadInput

# It stands beside bot/: in a clone, and where the product is installed.
SOURCE = Path(__file__).parents[2] / "appPackage"
FILES = ("manifest.json", "ro.json", "color.png", "outline.png")

LONGEST_NAME, LONGEST_COMPANY, LONGEST_URL = 30, 32, 2048  # characters; the manifest's schema
_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_VERSION = re.compile(r"(?:0|[1-9]\d{0,8})(?:\.(?:0|[1-9]\d{0,8})){2}")
_PLACEHOLDER = re.compile(r"\$\{\{(\w+)\}\}")
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # the first time that a zip can hold; the same package has the same bytes


class Facts(Struct, frozen=True):
    """What a package says about one desk; every value is checked by `facts`."""

    app_id: str
    domain: str
    name: str
    company: str
    website: str
    privacy: str
    terms: str
    version: str

    @property
    def endpoint(self) -> str:
        """Where Azure must send what people say: the bot's messaging endpoint."""
        return f"https://{self.domain}/api/messages"


def facts(
    app_id: str,
    domain: str,
    *,
    name: str = "Dispecer",
    company: str = "",
    website: str = "",
    privacy: str = "",
    terms: str = "",
    version: str = "1.0.0",
) -> Facts:
    """Check what was typed. Without a company it is the name, without an address the website.

    Raises BadInput, which names the option, for what Teams would refuse.
    """
    domain = _domain(domain)
    name = _short("--name", name, LONGEST_NAME)
    website = _url("--website", website or f"https://{domain}")
    return Facts(
        _app_id(app_id),
        domain,
        name,
        _short("--company", company or name, LONGEST_COMPANY),
        website,
        _url("--privacy", privacy or website),
        _url("--terms", terms or website),
        _version(version),
    )


def _app_id(text: str) -> str:
    app_id = text.strip().lower()
    if not _GUID.fullmatch(app_id):
        wrong = (
            "--app-id: “{text}” is not an app id. It is the bot's Microsoft App ID in Azure, "
            "like 1f0c8d0e-5b1a-4a55-9d4c-0d6a3f5f9b21."
        )
        raise BadInput(wrong, text=text)
    return app_id


def _domain(text: str) -> str:
    host = text.strip().lower()
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:  # a label is empty or too long
        raise _no_domain(text) from None
    labels = host.split(".")
    whole = len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    if not whole or len(labels) < 2 or _is_address(host):
        raise _no_domain(text)
    return host


def _no_domain(text: str) -> BadInput:
    wrong = (
        "--domain: “{text}” is not a domain. Write the host name at which Teams reaches the desk, "
        "without https:// and without a port, like desk.example.com."
    )
    return BadInput(wrong, text=text)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _short(option: str, text: str, longest: int) -> str:
    line = text.strip()
    if not line or not line.isprintable():
        raise BadInput("{option}: “{text}” is not a name.", option=option, text=text)
    if len(line) > longest:
        wrong = "{option}: “{text}” has {length} characters; Teams takes at most {longest}."
        raise BadInput(wrong, option=option, text=line, length=len(line), longest=longest)
    return line


def _url(option: str, text: str) -> str:
    url = text.strip()
    try:
        parts = urlsplit(url)
        whole = parts.scheme == "https" and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f]", url)
    except ValueError:  # brackets that are no IPv6 address
        whole = False
    if not whole or len(url) > LONGEST_URL:
        wrong = "{option}: “{text}” is not an address that Teams takes. Write it in full, like {like}."
        raise BadInput(wrong, option=option, text=text, like="https://example.com/privacy")
    return url


def _version(text: str) -> str:
    if not _VERSION.fullmatch(text.strip()):
        raise BadInput("--version: “{text}” is not a version. Write three numbers, like 1.0.1.", text=text)
    return text.strip()


def write(path: Path, found: Facts) -> None:
    """Write the package. The same facts give the same bytes. Raises OSError where it cannot be written."""
    contents = {name: _content(name, found) for name in FILES}
    with ZipFile(path, "w") as package:
        for name, content in contents.items():
            entry = ZipInfo(name, _EARLIEST)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            package.writestr(entry, content)


def _content(name: str, found: Facts) -> bytes:
    raw = (SOURCE / name).read_bytes()
    if not name.endswith(".json"):
        return raw
    filled = _filled(json.loads(raw), _values(found))
    return json.dumps(filled, ensure_ascii=False, indent=2).encode() + b"\n"


def _values(found: Facts) -> dict[str, str]:
    return {
        "TEAMS_APP_ID": found.app_id,
        "DESK_DOMAIN": found.domain,
        "DESK_NAME": found.name,
        "DESK_COMPANY": found.company,
        "DESK_WEBSITE": found.website,
        "DESK_PRIVACY": found.privacy,
        "DESK_TERMS": found.terms,
        "DESK_VERSION": found.version,
    }


def _filled(node: Any, values: Mapping[str, str]) -> Any:
    """Fill in the placeholders of every text, after parsing: no name can break the JSON."""
    if isinstance(node, str):
        return _PLACEHOLDER.sub(lambda found: values[found[1]], node)
    if isinstance(node, list):
        return [_filled(inner, values) for inner in node]
    if isinstance(node, dict):
        return {key: _filled(inner, values) for key, inner in node.items()}
    return node
