"""Content Credentials (C2PA) in exported figures: who signs says what the file is and with what it was made.

`c2pa-python` (MIT or Apache-2.0, the `[c2pa]` extra) puts the manifest into the file. No timestamp authority and no
other host is asked. A signature is never the same twice, and neither are signed files.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from roadstead.model import InputError
from roadstead.report import SIMULATED_PREFIX

if TYPE_CHECKING:
    from pathlib import Path

    from roadstead.report import Plate

_SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype"
_CURVES = {"secp256r1": b"es256", "secp384r1": b"es384", "secp521r1": b"es512"}
MEDIA = {"png": "image/png", "pdf": "application/pdf"}
"""endings of the files that are signed, and what they are"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What figures are signed with."""

    certificates: bytes
    """PEM: the signer's, then those up to a root"""
    key: bytes
    """PEM, PKCS 8, never written anywhere"""
    algorithm: bytes
    version: str
    """of the program"""


def seal_of(certificate: Path, key: Path) -> Seal:
    """Read certificate and key.

    Raises:
        InputError: a file cannot be read, is encrypted, or of a kind that C2PA does not allow, or a library is missing.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - only who signs pays for it
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - as above

    _library()
    chain, secret = _read(certificate), _read(key)
    if b"-----BEGIN CERTIFICATE-----" not in chain:
        raise InputError(f"--c2pa {certificate}: holds no certificate; give PEM, yours first, then its issuers'")
    try:
        held = serialization.load_pem_private_key(secret, None)
    except TypeError as error:
        raise InputError(
            f"--c2pa {key}: is encrypted; decrypt it first: openssl pkcs8 -in KEY -topk8 -nocrypt"
        ) from error
    except UnsupportedAlgorithm as error:
        raise _not_allowed(key) from error
    except ValueError as error:
        raise InputError(f"--c2pa {key}: is no private key in PEM; give the key of the certificate") from error
    plain = held.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Seal(certificates=chain, key=plain, algorithm=_algorithm(held, key), version=version("roadstead"))


def signed(data: bytes, kind: str, plate: Plate, seal: Seal) -> bytes:
    """A figure's file with its manifest inside.

    Args:
        data: PNG or PDF.
        kind: `png` or `pdf`.
        plate: the figure, for its name and credit.
        seal: what it is signed with.

    Raises:
        InputError: certificate and key do not belong together, or the certificate may not sign content.
    """
    c2pa = _library()
    info = c2pa.C2paSignerInfo(alg=seal.algorithm, sign_cert=seal.certificates, private_key=seal.key, ta_url=None)
    out = io.BytesIO()
    try:
        with c2pa.Signer.from_info(info) as signer, c2pa.Builder(json.dumps(_manifest(plate, seal))) as builder:
            builder.sign(signer, MEDIA[kind], io.BytesIO(data), out)
    except c2pa.C2paError as error:
        raise InputError(
            f"{plate.name}.{kind}: cannot be signed ({error}); the certificate needs the key given with it, digital "
            "signature as its use, and an issuer other than itself"
        ) from error
    return out.getvalue()


def _manifest(plate: Plate, seal: Seal) -> dict[str, Any]:
    simulated = plate.name.startswith(SIMULATED_PREFIX)
    source = f"{_SOURCE}/{'algorithmicMedia' if simulated else 'dataDrivenMedia'}"
    made = {"action": "c2pa.created", "digitalSourceType": source}
    said = {"name": plate.name, "credit": plate.credit, "caption": plate.caption[:2000], "simulated": simulated}
    return {
        "title": plate.name,
        "claim_generator_info": [{"name": "Roadstead", "version": seal.version}],
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": [made]}},
            {"label": "org.roadstead.figure", "data": said},
        ],
    }


def _algorithm(key: object, path: Path) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415 - only who signs pays for it

    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in _CURVES:
        return _CURVES[key.curve.name]
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return b"ed25519"
    if isinstance(key, rsa.RSAPrivateKey):
        return b"ps256"
    raise _not_allowed(path)


def _not_allowed(path: Path) -> InputError:
    return InputError(f"--c2pa {path}: is of a kind that C2PA does not allow; use P-256, P-384, P-521, Ed25519 or RSA")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"--c2pa {path}: cannot be read ({error.strerror}); check the path") from error


def _library() -> Any:
    try:
        return import_module("c2pa")
    except ImportError as error:
        raise InputError("--c2pa: needs c2pa-python; install it with: pip install 'roadstead[c2pa]'") from error
