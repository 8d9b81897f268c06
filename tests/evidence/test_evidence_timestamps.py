"""RFC 3161 with a local authority made by openssl: real stamps verify, forged ones do not."""

from __future__ import annotations

import shutil
import subprocess
import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from roadstead.evidence import audit, bundle
from roadstead.evidence.bag import seal
from roadstead.evidence.timestamps import verify_stamp
from roadstead.model import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the local authority")
CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[stamping]
extendedKeyUsage = critical,timeStamping
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
"""


@dataclass(frozen=True)
class Authority:
    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def answer(self, query: bytes) -> bytes:
        (self.folder / "q.tsq").write_bytes(query)
        _openssl(self.folder, "ts -reply -config tsa.cnf -queryfile q.tsq -inkey tsa.key -signer tsa.pem -out a.tsr")
        return (self.folder / "a.tsr").read_bytes()

    def stamp(self, message: bytes) -> bytes:
        (self.folder / "message").write_bytes(message)
        _openssl(self.folder, "ts -query -data message -sha256 -cert -out m.tsq")
        return self.answer((self.folder / "m.tsq").read_bytes())


def _openssl(folder: Path, words: str) -> None:
    subprocess.run(["openssl", *words.split()], cwd=folder, check=True, capture_output=True)  # noqa: S603, S607


def authority_in(folder: Path, name: str) -> Authority:
    folder.mkdir()
    (folder / "tsa.cnf").write_text(CONFIG.format(folder=folder), "utf-8")
    (folder / "serial").write_text("01\n", "utf-8")
    _openssl(folder, f"req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 30 -subj /CN={name}-root")
    _openssl(folder, f"req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN={name}")
    _openssl(
        folder,
        "x509 -req -in tsa.csr -CA root.pem -CAkey root.key -CAcreateserial -days 30 -out tsa.pem "
        "-extfile tsa.cnf -extensions stamping",
    )
    return Authority(folder)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority_in(tmp_path_factory.mktemp("authority") / "honest", "honest")


@pytest.fixture(scope="module")
def forger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return authority_in(tmp_path_factory.mktemp("authority") / "forger", "honest")


@pytest.fixture
def url(authority: Authority) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = authority.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/tsr"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_stamp_verifies_and_tells_its_authority(authority: Authority) -> None:
    stamp = verify_stamp(authority.stamp(b"manifest"), b"manifest", authority.root.read_bytes())
    assert "honest-root" in stamp.authority
    assert len(stamp.fingerprint) == 64


def test_a_stamp_over_something_else_fails(authority: Authority) -> None:
    with pytest.raises(InputError, match="does not hold"):
        verify_stamp(authority.stamp(b"manifest"), b"another", authority.root.read_bytes())


def test_a_stamp_by_a_namesake_fails(authority: Authority, forger: Authority) -> None:
    with pytest.raises(InputError, match="does not hold"):
        verify_stamp(forger.stamp(b"manifest"), b"manifest", authority.root.read_bytes())


@pytest.mark.parametrize("where", [0.1, 0.3, 0.5, 0.7, 0.95])
def test_a_stamp_with_a_flipped_byte_fails_or_is_the_same_stamp(authority: Authority, where: float) -> None:
    answer = bytearray(authority.stamp(b"manifest"))
    answer[int(where * len(answer))] ^= 0xFF
    with pytest.raises(InputError, match="does not hold"):
        verify_stamp(bytes(answer), b"manifest", authority.root.read_bytes())


@pytest.mark.parametrize("answer", [b"", b"no DER", b"\x30\x80" * 1000])
def test_rubbish_is_no_stamp(authority: Authority, answer: bytes) -> None:
    with pytest.raises(InputError, match="does not hold"):
        verify_stamp(answer, b"manifest", authority.root.read_bytes())


@pytest.mark.enable_socket
def test_a_stamped_bundle_verifies_offline_and_a_forged_stamp_fails(
    case: Path, url: str, authority: Authority, forger: Authority, tmp_path: Path
) -> None:
    made = bundle(case, out=tmp_path / "b", authorities=[url], certificate=authority.root)
    assert "honest-root" in made.timestamps[0]
    good = audit(made.folder)
    assert good.faults == []
    assert any("existed at" in f and "honest-root" in f for f in good.facts)

    manifest = (made.folder / "manifest-sha256.txt").read_bytes()
    (made.folder / "timestamps/1.tsr").write_bytes(forger.stamp(manifest))
    seal(made.folder)
    bad = audit(made.folder)
    assert [(f.file, f.stage.value) for f in bad.faults] == [("timestamps/1.tsr", "timestamps")]
    # A forger who also swaps the certificate is found by whoever holds the true one.
    shutil.copy(forger.root, made.folder / "timestamps/1.pem")
    seal(made.folder)
    assert audit(made.folder).faults == []
    assert [f.file for f in audit(made.folder, certificate=authority.root).faults] == ["timestamps/1.tsr"]


@pytest.mark.enable_socket
def test_a_stamped_bundle_is_not_written_over(case: Path, url: str, authority: Authority) -> None:
    bundle(case, authorities=[url], certificate=authority.root)
    with pytest.raises(InputError, match="timestamped"):
        bundle(case)


@pytest.mark.enable_socket
def test_an_authority_out_of_reach_leaves_it_untimestamped_with_the_reason(case: Path, tmp_path: Path) -> None:
    made = bundle(case, out=tmp_path / "b", authorities=["http://127.0.0.1:9/tsr"])
    assert "cannot be reached" in made.timestamps[0]
    found = audit(made.folder)
    assert found.faults == []
    assert any("cannot be reached" in f for f in found.facts)


@pytest.mark.enable_socket
def test_without_the_root_certificate_it_says_how_to_give_it(case: Path, url: str, tmp_path: Path) -> None:
    made = bundle(case, out=tmp_path / "b", authorities=[url])
    assert "--tsa-certificate" in made.timestamps[0]
