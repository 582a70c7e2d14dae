"""The command: how it is connected, what it refuses, by which keys it signs."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import typer
from gmssl_pyx import sm2_key_generate
from typer.testing import CliRunner, Result

from app.commands.simulator import register
from app.exchange.partners.certificates import read_certificate
from app.exchange.signatures import (
    PrivateKey,
    PublicKey,
    SharedKey,
    SignedCall,
    Signer,
    Verifier,
    check_answer,
    sign_call,
)
from app.kit.clock import utc_now
from app.kit.db import session_scope
from app.simulator.certificate import make_certificate
from app.simulator.identity import KeyFaultError, keep_keys
from app.simulator.tables import open_store
from tests.support.server import Server, clean_environment, free_port, serving

COMMAND = [sys.executable, "-c", "from app.cli import main; main()", "simulate-province"]
SHARED = "5a" * 32


def run(*options: str) -> Result:
    """What the command does that does not come to listening."""
    alone = typer.Typer()
    register(alone)
    return CliRunner().invoke(alone, options)


@contextmanager
def simulating(folder: Path, *options: str) -> Iterator[Server]:
    """The simulator as a process of its own, with its data in `folder`."""
    port = free_port()
    command = [*COMMAND, "--port", str(port), "--data", str(folder), *options]
    environment = clean_environment(PYTHONUTF8="1", PYTHONUNBUFFERED="1")
    with serving(command, port=port, log=folder.with_suffix(".log"), environment=environment) as server:
        yield server


def asked(server: Server, signer: Signer, verifier: Verifier, key_id: str) -> httpx.Response:
    """The answer to a signed call, which must be signed too."""
    nonce = f"nonce-{utc_now().timestamp()}".replace(".", "-")
    headers = sign_call(signer, key_id, SignedCall("GET", "/receipts", b""), utc_now(), nonce)
    answer = httpx.get(server.url + "/receipts", headers=headers)
    assert check_answer(verifier, answer.status_code, answer.content, answer.headers, nonce, utc_now()) is None
    return answer


def test_it_says_how_to_connect_it() -> None:
    create, start = run("--own", "--port", "8799").stdout.splitlines()
    assert create.startswith("yumiao partner create province --url http://127.0.0.1:8799 ")
    assert '--resources "enterprises ' in create
    assert start == "yumiao simulate-province --key-id <key_id> --key <key>"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ((), "--own"),
        (("--key-id", "k1"), "go together"),
        (("--key-id", "k1", "--key", "XY"), "neither a shared key"),
        (("--key-id", "k1", "--key", "00" * 64), "neither a shared key"),
        (("--key-id", "k1", "--key", SHARED, "--faults", "rain=1"), "no such fault: rain"),
        (("--key-id", "k1", "--key", SHARED, "--callback", "http://127.0.0.1:1"), "go together"),
        (("--key-id", "k1", "--key", SHARED, "--host", "0.0.0.0"), "--control-token"),
    ],
)
def test_it_refuses_what_cannot_be(tmp_path: Path, options: tuple[str, ...], reason: str) -> None:
    done = run("--data", str(tmp_path), *options)
    assert done.exit_code == 2 and reason in " ".join(done.output.replace("│", " ").split())


def test_a_shared_key_and_the_faults_are_kept_for_the_next_start(tmp_path: Path) -> None:
    shared = SharedKey(bytes.fromhex(SHARED))
    with simulating(
        tmp_path / "data", "--key-id", "k1", "--key", SHARED, "--faults", "delay=0.5,delay_seconds=0"
    ) as server:
        assert asked(server, shared, shared, "k1").json() == {"items": [], "next": "0"}
    with simulating(tmp_path / "data") as server:
        assert asked(server, shared, shared, "k1").status_code == 200
        assert httpx.get(server.url + "/state").json()["faults"]["delay"] == 0.5


def test_with_sm2_each_side_knows_the_other_by_its_public_key(tmp_path: Path) -> None:
    public, private = sm2_key_generate()
    with simulating(tmp_path / "data", "--key-id", "k2", "--key", public.hex()) as server:
        path = Path(server.printed().partition("certificate: ")[2].strip())
        theirs = read_certificate(path.read_text())
        assert theirs.subject == "CN=省级系统模拟器" and theirs.begins_at <= utc_now() < theirs.ends_at
        assert asked(server, PrivateKey(private, public), PublicKey(theirs.public), "k2").status_code == 200
        stranger, secret = sm2_key_generate()
        assert asked(server, PrivateKey(secret, stranger), PublicKey(theirs.public), "k2").status_code == 401


def test_its_pair_stays_the_same(tmp_path: Path) -> None:
    database = open_store(f"sqlite:///{tmp_path / 'simulator.db'}")
    public, _private = sm2_key_generate()
    with session_scope(database) as session:
        assert keep_keys(session, "", "") is None
        first = keep_keys(session, "k1", public.hex())
        assert keep_keys(session, "", "") == first
        with pytest.raises(KeyFaultError):
            keep_keys(session, "k1", "")
    database.dispose()


def test_a_certificate_holds_what_it_was_made_of() -> None:
    now = datetime(2021, 10, 12, 2, 0, tzinfo=UTC)
    public, private = sm2_key_generate()
    found = read_certificate(make_certificate(private, public, "示例", now))
    assert (found.public, found.subject) == (public, "CN=示例")
    assert (found.begins_at, found.ends_at) == (now, now + timedelta(days=365))
