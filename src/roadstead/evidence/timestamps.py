"""RFC 3161 timestamps over the payload's manifest: proof that the bundle existed at a time, by somebody else's clock.

What is stamped is manifest-sha256.txt, which holds the hash of every payload file. The authority's certificate is kept
beside its answer, so that the stamp is verified without any network. Whoever makes a bundle chooses that certificate,
so its fingerprint is always shown: compare it with what the authority publishes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from roadstead.model import InputError, iso
from roadstead.steps import write_atomic

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from cryptography.x509 import Certificate

FOLDER = "timestamps"
STATUS = f"{FOLDER}/status.json"
SCHEMA_VERSION = 1
TIMEOUT_S = 20.0
MAX_ANSWER_BYTES = 2**20
NOBODY = "no authority is configured; give one with --tsa"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a verified timestamp says."""

    time: datetime
    """UTC, by the authority's clock"""
    authority: str
    """subject of the root certificate that it was verified with"""
    fingerprint: str
    """SHA-256 of that certificate, hex"""

    def __str__(self) -> str:
        return (
            f"existed at {iso(self.time)}, says {self.authority} (certificate SHA-256 {self.fingerprint}; compare it "
            "with what the authority publishes)"
        )


def write_stamps(root: Path, manifest: bytes, urls: Sequence[str], certificate: Path | None) -> list[str]:
    """Ask each authority for a timestamp and keep answers, certificates and failures in ROOT/timestamps.

    Args:
        root: the bundle's folder.
        manifest: what is stamped.
        urls: addresses of authorities; they learn the manifest's hash and nothing else.
        certificate: PEM file with their root certificates; else those that come with the answer.

    Returns:
        One sentence for each authority, or why there is none.
    """
    entries: list[dict[str, Any]] = []
    said: list[str] = []
    for number, url in enumerate(urls, start=1):
        entry: dict[str, Any] = {"authority": url}
        try:
            answer = _ask(url, manifest)
            roots = _pem_bytes(certificate) if certificate else _roots_within(answer)
            stamp = verify_stamp(answer, manifest, roots)
        except InputError as error:
            entry |= {"state": "untimestamped", "reason": str(error)}
            said.append(f"untimestamped by {url}: {error}")
        else:
            names = {"response": f"{FOLDER}/{number}.tsr", "certificate": f"{FOLDER}/{number}.pem"}
            write_atomic(root / names["response"], answer)
            write_atomic(root / names["certificate"], roots)
            entry |= {"state": "stamped", **names}
            said.append(f"{url}: {stamp}")
        entries.append(entry)
    status = {"schema_version": SCHEMA_VERSION, "over": "manifest-sha256.txt", "stamps": entries}
    if not urls:
        status["reason"] = f"untimestamped: {NOBODY}"
        said.append(f"untimestamped: {NOBODY}")
    write_atomic(root / STATUS, json.dumps(status, indent=1, ensure_ascii=False) + "\n")
    return said


def verify_stamp(answer: bytes, message: bytes, roots_pem: bytes) -> Stamp:
    """Verify a timestamp offline: signature, certificate chain at its time, its purpose, and the stamped hash.

    Args:
        answer: the authority's answer (DER).
        message: what was stamped.
        roots_pem: root certificates to trust (PEM).

    Raises:
        InputError: it is no timestamp, not over this message, or not by this authority.
    """
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 - only who stamps or verifies pays for it
    from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response  # noqa: PLC0415 - only with stamps

    try:
        response = decode_timestamp_response(answer)
        time = response.tst_info.gen_time
        roots = _certificates(roots_pem)
        # Certificates that came with the answer are links of the chain only; whom to trust is not theirs to say.
        VerifierBuilder(roots=list(roots)).build().verify_message(response, message)
    except (ValueError, VerificationError, AssertionError, TypeError, OverflowError) as error:
        raise InputError(f"the timestamp does not hold ({error})") from error
    return Stamp(
        time=time,
        authority=" or ".join(r.subject.rfc4514_string() for r in roots),
        fingerprint=" or ".join(r.fingerprint(SHA256()).hex() for r in roots),
    )


def _ask(url: str, manifest: bytes) -> bytes:
    import requests  # noqa: PLC0415 - nobody is contacted by those who do not stamp
    from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response  # noqa: PLC0415 - only with stamps

    request = TimestampRequestBuilder(data=manifest, hash_algorithm=HashAlgorithm.SHA256).build()
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    try:
        with requests.post(
            url, data=request.as_bytes(), headers=headers, timeout=TIMEOUT_S, stream=True, allow_redirects=False
        ) as got:
            got.raise_for_status()
            answer = got.raw.read(MAX_ANSWER_BYTES, decode_content=True)
    except (requests.RequestException, OSError) as error:
        raise InputError(f"the authority cannot be reached ({type(error).__name__})") from error
    try:
        if decode_timestamp_response(answer).tst_info.nonce != request.nonce:
            raise InputError("the authority answered another question (its nonce differs)")
    except ValueError as error:
        raise InputError(f"the authority gave no timestamp ({error})") from error
    return bytes(answer)


def _pem_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); give the authority's certificate") from error


def _certificates(pem: bytes) -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415

    try:
        return load_pem_x509_certificates(pem)
    except ValueError as error:
        raise InputError(f"the authority's certificate cannot be read ({error})") from error


def _embedded(answer: bytes) -> list[Certificate]:
    from cryptography.x509 import load_der_x509_certificate  # noqa: PLC0415
    from rfc3161_client import decode_timestamp_response  # noqa: PLC0415 - only with stamps

    held = decode_timestamp_response(answer).signed_data.certificates
    return sorted((load_der_x509_certificate(c) for c in held), key=lambda c: (c.serial_number, c.signature))


def _roots_within(answer: bytes) -> bytes:
    """Self-signed certificates that came with the answer, PEM."""
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    roots = [c.public_bytes(Encoding.PEM) for c in _embedded(answer) if c.issuer == c.subject]
    if not roots:
        raise InputError("its root certificate did not come with the answer; give it with --tsa-certificate")
    return b"".join(roots)
