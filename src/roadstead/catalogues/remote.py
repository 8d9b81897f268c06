"""One window of an image that lies elsewhere: https by byte range, `s3://`, or a local file by the same call.

Before GDAL may touch an address it is asked for its first bytes with our own request: that tells whether it is there,
whether it gives parts, what it really is, its ETag and size, and where redirects lead. Only GeoTIFF and JPEG 2000 are
opened; a VRT could name further files. Public buckets are read through https, so that they too give ETag and size; a
bucket whose reader must sign is read by GDAL's `/vsis3/` (docs: gdal.org, Virtual File Systems).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

import rasterio
import requests
from affine import Affine
from numpy.typing import NDArray
from rasterio.crs import CRS
from rasterio.enums import Resampling
from rasterio.errors import RasterioError
from rasterio.session import DummySession, Session
from rasterio.vrt import WarpedVRT
from rasterio.windows import Window

from roadstead.archive import box_of, image_kind, kind_of_bytes, open_image, placed
from roadstead.catalogues.hosts import same_site
from roadstead.model import RasterError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from shapely.geometry.base import BaseGeometry

_REMOTE_KINDS = ("GTiff", "JP2OpenJPEG")
_HEAD_BYTES = 16384
_MOST_REDIRECTS = 5
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
_MISSING, _REFUSED = frozenset({404, 410}), frozenset({401, 402, 403, 407})
_MOVED, _REGION = frozenset({301, 307}), "x-amz-bucket-region"
_AGENT = "roadstead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How the files of one provider are read."""

    sign: Callable[[str], str] | None = None
    """gives an address with its permission; the result is used, and never written down"""
    sign_host: str = ""
    """host that `sign` asks, which learns the addresses of the files; empty: nobody is asked"""
    sign_key: str = ""
    """environment variable whose key is sent to that host; empty: none is"""
    s3_signed: bool = False
    """whether reads of `s3://` are signed with the account in the environment, or with `s3_keys`"""
    requester_pays: bool = False
    """whether the reader's account is charged; needs `s3_signed`"""
    s3_endpoint: str = ""
    """host of another S3 service, or its http(s) address; empty: Amazon's"""
    s3_keys: tuple[str, str] = field(default=("", ""), repr=False)
    """key and secret; empty: GDAL takes those of the environment"""
    timeout_s: float = 30.0
    """longest silence of a server"""
    tries: int = 3
    pause_s: float = 1.0
    """before the second try; doubled each time"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """What a server says of a file."""

    href: str
    """as the catalogue names it, without permission"""
    host: str
    """empty for a local file"""
    etag: str = ""
    """as the server writes it; empty where it does not, or where GDAL signed the request"""
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Pixels of a window."""

    crs: str
    """WKT"""
    transform: Affine
    """(column, row) -> coordinates of `crs`"""
    height: int
    width: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteWindow:
    """A window of a file, its values untouched."""

    values: NDArray[Any]
    """shape (bands, height, width), in the file's own type"""
    grid: Grid
    nodata: float | None
    file: RemoteFile


def read_window(
    href: str, aoi: BaseGeometry, *, onto: Grid | None = None, access: Access | None = None
) -> RemoteWindow:
    """Read the window of a file around an area, or the values that lie on a given grid.

    Args:
        href: `https://`, `http://`, `s3://`, `file://` or a local path.
        aoi: area, WGS84; the window is its bounding box in the raster, cut at the edges.
        onto: pixels onto which the file is sampled by nearest neighbour; None: the file's own.
        access: how the provider's files are read; None: openly.

    Raises:
        RasterError: there is nothing, it is refused, it is no image or too slow, or it lies elsewhere.
    """
    with open_remote(href, access or Access()) as (dataset, file):
        if any("complex" in kind for kind in dataset.dtypes):
            raise RasterError(f"{file.href} holds complex radar values (SLC); give a detected product, like GRD")
        if dataset.crs is None:
            raise RasterError(f"{file.href} has no georeference, so an area cannot be found in it")
        if onto is not None:
            return _sampled(dataset, file, onto)
        wkt = dataset.crs.to_wkt()
        box = box_of(aoi, dataset.transform, wkt, dataset.shape, name_of(href))
        values = dataset.read(window=Window(box.col_off, box.row_off, box.width, box.height))
        moved = dataset.transform @ Affine.translation(box.col_off, box.row_off)
        grid = Grid(crs=wkt, transform=moved, height=box.height, width=box.width)
        return RemoteWindow(values=values, grid=grid, nodata=dataset.nodata, file=file)


def _sampled(dataset: Any, file: RemoteFile, grid: Grid) -> RemoteWindow:
    with WarpedVRT(
        dataset, crs=CRS.from_wkt(grid.crs), transform=grid.transform, height=grid.height, width=grid.width,
        resampling=Resampling.nearest,
    ) as warped:  # fmt: skip
        return RemoteWindow(values=warped.read(), grid=grid, nodata=dataset.nodata, file=file)


@contextmanager
def open_remote(href: str, access: Access) -> Iterator[tuple[Any, RemoteFile]]:
    """Open a GeoTIFF or JPEG 2000 wherever it lies; see `read_window`.

    Raises:
        RasterError: it cannot be opened or, inside the block, read.
    """
    local = local_file(href)
    if local is not None:
        if image_kind(local) not in _REMOTE_KINDS:
            raise RasterError(f"{local} is neither GeoTIFF nor JPEG 2000; give one of the two")
        with open_image(local) as dataset:
            yield dataset, RemoteFile(href=href, host="", size_bytes=local.stat().st_size)
        return
    path, driver, file, options = _prepared(href, access)
    try:
        with (
            rasterio.Env(session=_keys(access), **options, CPL_VSIL_CURL_NON_CACHED=path),
            rasterio.open(path, driver=driver) as dataset,
            placed(dataset) as view,
        ):
            yield view, file
    except RasterioError as error:
        raise RasterError(
            f"{name_of(href)} could not be read from {file.host} ({_without_secrets(error, path)}); try again later"
        ) from error


def _prepared(href: str, access: Access) -> tuple[str, str, RemoteFile, dict[str, Any]]:
    """GDAL's path, the only format allowed, what is known of the file, and GDAL's options."""
    if urlsplit(href).scheme == "s3" and access.s3_signed:
        file = RemoteFile(href=href, host=host_of(href, access))
        kind = _REMOTE_KINDS[href.lower().endswith(".jp2")]
        return f"/vsis3/{href.removeprefix('s3://')}", kind, file, _patience(access) | _s3(access)
    url = _signed(_https(href, access), access)
    url, kind, file = _probed(url, href, access)
    return f"/vsicurl/{url}", kind, file, _patience(access)


def local_file(href: str) -> Path | None:
    """The local file that a href names; None for an address of another machine.

    Raises:
        RasterError: its scheme is none that is read.
    """
    parts = urlsplit(href)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    if not parts.scheme or len(parts.scheme) == 1:
        return Path(href)
    if parts.scheme not in {"http", "https", "s3"}:
        raise RasterError(f"{href[:100]} cannot be read: {parts.scheme}:// is none of https, http, s3 and file")
    return None


def host_of(href: str, access: Access | None = None) -> str:
    """The host that would be asked for a file; empty for a local one."""
    if local_file(href) is not None:
        return ""
    return urlsplit(_https(href, access or Access())).netloc


def _https(href: str, access: Access) -> str:
    """An `s3://` address as https: the bucket in the host's name, or in the path where the service is another."""
    parts = urlsplit(href)
    if parts.scheme != "s3":
        return href
    bucket, key = parts.netloc, href.partition(f"{parts.netloc}/")[2]
    if access.s3_endpoint:
        base = access.s3_endpoint if "://" in access.s3_endpoint else f"https://{access.s3_endpoint}"
        return f"{base.rstrip('/')}/{bucket}/{key}"
    # Certificates of Amazon cover one label before its name only.
    return f"https://s3.amazonaws.com/{bucket}/{key}" if "." in bucket else f"https://{bucket}.s3.amazonaws.com/{key}"


def _signed(url: str, access: Access) -> str:
    return access.sign(url) if access.sign else url


def _probed(url: str, href: str, access: Access) -> tuple[str, str, RemoteFile]:
    """Ask for the first bytes: where the file really is, what it is, and what the server says of it."""
    host, asked = urlsplit(url).netloc, url
    for _ in range(_MOST_REDIRECTS):
        with _asked(url, href, access) as answer:
            if answer.is_redirect or (answer.status_code in _MOVED and _REGION in answer.headers):
                url = _followed(_sent_on(answer, url), asked, href)
                continue
            head = _head(answer, href)
            kind = kind_of_bytes(head)
            if kind not in _REMOTE_KINDS:
                raise RasterError(_what_instead(head, href, host))
            if answer.status_code != requests.codes.partial_content:
                raise RasterError(
                    f"{name_of(href)}: {host} gives a file whole or not at all ({_size_words(answer.headers)}); "
                    "fetch it by hand and bring it in with 'roadstead add'"
                )
            size = answer.headers.get("content-range", "").rpartition("/")[2]
            return url, kind, RemoteFile(
                href=href, host=host, etag=answer.headers.get("etag", ""),
                size_bytes=int(size) if size.isdigit() else None,
            )  # fmt: skip
    raise RasterError(f"{name_of(href)}: {host} sends on more than {_MOST_REDIRECTS} times; use another catalogue")


def _sent_on(answer: requests.Response, url: str) -> str:
    """Where a redirect leads; Amazon names a bucket's region and at times no address."""
    if answer.is_redirect:
        return urljoin(url, answer.headers["location"])
    return url.replace("s3.amazonaws.com/", f"s3.{answer.headers[_REGION]}.amazonaws.com/", 1)


def _followed(url: str, asked: str, href: str) -> str:
    """Where it is sent on to, if it may go there: who learns of the area was named before."""
    host, other = urlsplit(asked).netloc, urlsplit(url).netloc
    if urlsplit(url).scheme not in {"http", "https"}:
        raise RasterError(f"{name_of(href)}: {host} sends on to {url[:60]!r}, which is no web address")
    if not same_site(asked, url):
        raise RasterError(
            f"{name_of(href)}: {host} sends on to {other[:100]}, a host that was not named before asking; if that one "
            "may learn what you look at, fetch the file by hand and bring it in with 'roadstead add'"
        )
    return url


@contextmanager
def _asked(url: str, href: str, access: Access) -> Iterator[requests.Response]:
    """The answer to a request for the first bytes; busy servers are asked again."""
    host = urlsplit(url).netloc
    headers = {"Range": f"bytes=0-{_HEAD_BYTES - 1}", "User-Agent": _AGENT, "Accept-Encoding": "identity"}
    for attempt in range(access.tries):
        last = attempt + 1 == access.tries
        try:
            answer = requests.get(
                url, headers=headers, stream=True, allow_redirects=False, timeout=(access.timeout_s, access.timeout_s)
            )
        except requests.Timeout as error:
            if last:
                raise RasterError(
                    f"{name_of(href)}: {host} did not answer within {access.timeout_s:g} s; try again later"
                ) from error
        except (requests.RequestException, UnicodeError) as error:
            if last:
                raise RasterError(f"{name_of(href)}: {host} cannot be reached; check the network") from error
        else:
            with answer:
                if answer.status_code not in _AGAIN or last:
                    _check_status(answer.status_code, href, host)
                    yield answer
                    return
        time.sleep(access.pause_s * 2**attempt)


def _check_status(status: int, href: str, host: str) -> None:
    if status in _MISSING:
        raise RasterError(f"{name_of(href)} is not there: {host} answers {status}; it may have been moved or withdrawn")
    if status in _REFUSED:
        raise RasterError(
            f"{name_of(href)} is refused: {host} answers {status}; it needs an account or a key, so check what the "
            "provider asks for"
        )
    if status >= requests.codes.bad_request:
        raise RasterError(f"{name_of(href)}: {host} answers {status}; try again later")


def _head(answer: requests.Response, href: str) -> bytes:
    try:
        return next(answer.iter_content(_HEAD_BYTES), b"")
    except requests.RequestException as error:
        raise RasterError(f"{name_of(href)}: the connection broke; try again later") from error


def _what_instead(head: bytes, href: str, host: str) -> str:
    if not head:
        return f"{name_of(href)}: {host} gives an empty file; use another catalogue"
    what = "a web page or XML (often a login page, or a VRT)" if head.lstrip()[:1] == b"<" else "no image we read"
    return f"{name_of(href)}: {host} gives {what}; only GeoTIFF and JPEG 2000 are read from elsewhere"


def _size_words(headers: Mapping[str, str]) -> str:
    size = headers.get("content-length", "")
    return f"{int(size) / 1e6:.0f} MB" if size.isdigit() else "of unknown size"


def name_of(href: str) -> str:
    """A short name of a file for messages: what follows the last slash, never a permission in the query."""
    parts = urlsplit(href)
    return unquote(parts.path.rsplit("/", 1)[-1])[:100] or parts.netloc


def _without_secrets(error: Exception, path: str) -> str:
    text = (str(error).strip().splitlines() or [type(error).__name__])[0]
    query = path.partition("?")[2]
    return (text.replace(query, "...") if query else text)[:160]


def _patience(access: Access) -> dict[str, Any]:
    """GDAL's options for reading by range: no listing of folders, no side files, time-outs, tries."""
    return {
        "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
        "GDAL_HTTP_CONNECTTIMEOUT": f"{max(1, round(access.timeout_s))}",
        "GDAL_HTTP_LOW_SPEED_TIME": f"{max(1, round(access.timeout_s))}",
        "GDAL_HTTP_LOW_SPEED_LIMIT": "1",
        "GDAL_HTTP_MAX_RETRY": f"{access.tries - 1}",
        "GDAL_HTTP_RETRY_DELAY": f"{access.pause_s:g}",
        "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
        "GDAL_HTTP_USERAGENT": _AGENT,
    }


def _s3(access: Access) -> dict[str, Any]:
    options = {"AWS_REQUEST_PAYER": "requester"} if access.requester_pays else {}
    if access.s3_endpoint:
        scheme, _, host = access.s3_endpoint.rpartition("://")
        options |= {"AWS_S3_ENDPOINT": host.rstrip("/"), "AWS_VIRTUAL_HOSTING": "FALSE"}
        options |= {"AWS_HTTPS": "NO"} if scheme == "http" else {}
    return options


class _Keys(Session):  # type: ignore[misc]  # rasterio brings no types
    """Hands two keys to GDAL; rasterio takes them from a session only."""

    def __init__(self, keys: tuple[str, str]) -> None:
        self._keys = keys

    def get_credential_options(self) -> dict[str, str]:
        """As GDAL names them."""
        return dict(zip(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), self._keys, strict=True))


def _keys(access: Access) -> Any:
    return _Keys(access.s3_keys) if access.s3_keys[0] else DummySession()
