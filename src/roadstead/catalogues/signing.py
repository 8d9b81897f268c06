"""What a provider's files need before they can be read, by the signing word of the table of providers."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import requests

from roadstead.catalogues.remote import Access
from roadstead.model import CatalogueError, RasterError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SAS = "https://planetarycomputer.microsoft.com/api/sas/v1/sign"
_SAS_KEY = "PC_SDK_SUBSCRIPTION_KEY"
_SAS_FILES = ".blob.core.windows.net"
_COPERNICUS_FILES = "eodata.dataspace.copernicus.eu"
_TIMEOUT_S = 30.0


def access_for(signing: str, environ: Mapping[str, str] = os.environ) -> Access:
    """How files are read that need what the word says.

    Args:
        signing: `none`, `planetary-computer`, `copernicus`, `requester-pays` or `planet-key`; see `library.Provider`.
        environ: where keys are looked up; they go into no message and no file.

    Raises:
        CatalogueError: a key is missing, or such files cannot be read by window.
    """
    if signing == "none":
        return Access()
    if signing == "planetary-computer":
        key = environ.get(_SAS_KEY, "").strip()
        return Access(
            sign=lambda href: _planetary_computer(href, key),
            sign_host=urlsplit(_SAS).netloc,
            sign_key=_SAS_KEY if key else "",
        )
    if signing == "copernicus":
        keys = environ.get("CDSE_S3_ACCESS_KEY", ""), environ.get("CDSE_S3_SECRET_KEY", "")
        if not all(keys):
            raise CatalogueError("its files need keys; put them into CDSE_S3_ACCESS_KEY and CDSE_S3_SECRET_KEY")
        return Access(s3_signed=True, s3_endpoint=_COPERNICUS_FILES, s3_keys=keys)
    if signing == "requester-pays":
        if not (environ.get("AWS_ACCESS_KEY_ID") or environ.get("AWS_PROFILE")):
            raise CatalogueError(
                "its readers pay Amazon; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
            )
        return Access(s3_signed=True, requester_pays=True)
    if signing == "planet-key":
        raise CatalogueError("its images are ordered; order it at Planet and bring it in with 'roadstead add'")
    raise CatalogueError(f"its signing word {signing!r} is not known; correct the table of providers")


def _planetary_computer(href: str, key: str) -> str:
    """A file's address with a permission for an hour; the service learns the file, not the area."""
    if not (urlsplit(href).hostname or "").endswith(_SAS_FILES):
        return href
    headers = {"Ocp-Apim-Subscription-Key": key} if key else {}
    try:
        # A redirect is not followed: the key would go along.
        answer = requests.get(_SAS, params={"href": href}, headers=headers, timeout=_TIMEOUT_S, allow_redirects=False)
        answer.raise_for_status()
        signed = answer.json()["href"]
    except (requests.RequestException, ValueError, KeyError, TypeError) as error:
        name = urlsplit(href).path.rsplit("/", 1)[-1]
        raise RasterError(f"{urlsplit(_SAS).netloc} gave no permission to read {name}; try again later") from error
    if not isinstance(signed, str) or urlsplit(signed).netloc != urlsplit(href).netloc:
        raise RasterError(f"{urlsplit(_SAS).netloc} answered with another address; use another catalogue")
    return signed
