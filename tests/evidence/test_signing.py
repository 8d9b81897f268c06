"""Figures with Content Credentials, signed offline with a certificate of our own."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import c2pa
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from roadstead.evidence import Print, figures, signing
from roadstead.model import InputError

if TYPE_CHECKING:
    from pathlib import Path

SECP112R1 = b"""-----BEGIN PRIVATE KEY-----
ME4CAQAwEAYHKoZIzj0CAQYFK4EEAAYENzA1AgEBBA58Pxn4EV+wk30p9GtE9KEg
Ax4ABGzU14rM93wUFhFbKg5Ip2X0wwHWeBmULNB61ts=
-----END PRIVATE KEY-----
"""
"""made by openssl for this test; the library knows no such curve"""
FROM = datetime(2026, 1, 1, tzinfo=UTC)


def _certificate(name: str, issuer: tuple[x509.Name, ec.EllipticCurvePrivateKey] | None = None) -> Any:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, name), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test")]
    )
    by, by_key = issuer or (subject, key)
    root = issuer is None
    uses = x509.KeyUsage(
        digital_signature=not root, key_cert_sign=root, crl_sign=root, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(by).public_key(key.public_key()).serial_number(7)
        .not_valid_before(FROM).not_valid_after(FROM + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=root, path_length=None), critical=True)
        .add_extension(uses, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by_key.public_key()), critical=False)
    )  # fmt: skip
    if not root:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    signed = made.sign(by_key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM), key, subject


def _pem(key: ec.EllipticCurvePrivateKey, password: bytes = b"") -> bytes:
    how = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    root, root_key, name = _certificate("root")
    leaf, key, _ = _certificate("desk", (name, root_key))
    (folder / "cert.pem").write_bytes(leaf + root)
    (folder / "key.pem").write_bytes(_pem(key))
    (folder / "other.pem").write_bytes(_pem(root_key))
    (folder / "odd.pem").write_bytes(SECP112R1)
    (folder / "koblitz.pem").write_bytes(_pem(ec.generate_private_key(ec.SECP256K1())))
    (folder / "locked.pem").write_bytes(_pem(key, b"secret"))
    return folder


def test_png_and_pdf_carry_a_signature_that_one_flipped_bit_breaks(verified: Path, keys: Path, tmp_path: Path) -> None:
    wanted = Print(names=("MAP",), formats=("png", "pdf", "svg"), c2pa=(keys / "cert.pem", keys / "key.pem"))
    figures(verified, wanted, out=tmp_path)
    for kind, media in signing.MEDIA.items():
        data = (tmp_path / f"map-1.{kind}").read_bytes()
        told = json.loads(c2pa.Reader(media, io.BytesIO(data)).json())
        manifest = told["manifests"][told["active_manifest"]]
        assert told["validation_state"] == "Valid", kind
        assert manifest["claim_generator_info"][0]["name"] == "Roadstead"
        said = next(a["data"] for a in manifest["assertions"] if a["label"] == "org.roadstead.figure")
        assert said["credit"] == (tmp_path / "map-1.credit.txt").read_text("utf-8").strip()
        flipped = bytearray(data)
        # In the picture's own data, before what PDF and after what PNG adds for the manifest.
        flipped[-200 if kind == "png" else 900] ^= 1
        broken = json.loads(c2pa.Reader(media, io.BytesIO(bytes(flipped))).json())
        assert broken["validation_state"] == "Invalid", kind
    assert "c2pa" not in (tmp_path / "map-1.svg").read_text("utf-8")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("nowhere.pem", "key.pem"), "cannot be read"),
        (("key.pem", "key.pem"), "holds no certificate"),
        (("cert.pem", "cert.pem"), "is no private key"),
        (("cert.pem", "locked.pem"), "is encrypted; decrypt it first"),
        (("cert.pem", "odd.pem"), "odd.pem: is of a kind that C2PA does not allow; use P-256"),
        (("cert.pem", "koblitz.pem"), "koblitz.pem: is of a kind that C2PA does not allow; use P-256"),
        (("cert.pem", "other.pem"), "cannot be signed"),
    ],
)
def test_what_cannot_sign_is_named(
    verified: Path, keys: Path, tmp_path: Path, given: tuple[str, str], told: str
) -> None:
    wanted = Print(names=("MAP",), formats=("png",), c2pa=(keys / given[0], keys / given[1]))
    with pytest.raises(InputError, match=told):
        figures(verified, wanted, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_svg_alone_is_not_said_to_be_signed(verified: Path, keys: Path, tmp_path: Path) -> None:
    wanted = Print(names=("MAP",), formats=("svg",), c2pa=(keys / "cert.pem", keys / "key.pem"))
    with pytest.raises(InputError, match="SVG is not signed; add --format png"):
        figures(verified, wanted, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_only_who_signs_or_stamps_loads_cryptography() -> None:
    asked = "import sys, roadstead.evidence; print(sorted(m for m in sys.modules if m.startswith('cryptography')))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)  # noqa: S603
    assert told.stdout.strip() == "[]"


def test_without_the_library_it_says_what_to_install(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> Any:
        raise ImportError

    monkeypatch.setattr(signing, "import_module", missing)
    with pytest.raises(InputError, match=r"roadstead\[c2pa\]"):
        signing.seal_of(keys / "cert.pem", keys / "key.pem")
