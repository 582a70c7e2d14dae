"""Calls: signed both ways, bounded in time and size; whatever goes wrong is told apart."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.exchange.delivery.calls import Endpoint, Limits, PartnerClient
from app.exchange.delivery.reasons import REASONS, CallError, reason
from app.exchange.handovers.domain import Manifest
from app.exchange.signatures import SharedKey
from tests.support import partner
from tests.support.partner import Fault, Reply, StubPartner, changed, partner_server, status
from tests.support.server import free_port

KEY = b"the key that both sides agreed on"
NOW = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
MANIFEST = Manifest("JH-2021-0001", "enterprises", "province", "v1", 1, "0" * 64, 7)
RECORD = (
    b'{"idempotency_key":"enterprises/A@7","resource":"enterprises","key":"A","version":7,"retired":false,'
    b'"digest":"d","data":{"uscc":"A"}}'
)


@pytest.fixture
def stub() -> Iterator[StubPartner]:
    with partner_server(KEY, lambda: NOW) as found:
        yield found


def client(url: str, key: bytes = KEY, **limits: float) -> PartnerClient:
    endpoint = Endpoint(url, "province-1", SharedKey(key), SharedKey(key))
    return PartnerClient(endpoint, lambda: NOW, Limits(**({"wait": 2, "whole": 5} | limits)))  # type: ignore[arg-type]


def failure(url: str, key: bytes = KEY, **limits: float) -> CallError:
    with client(url, key, **limits) as calling, pytest.raises(CallError) as caught:
        calling.post_records("JH-2021-0001", [RECORD])
    return caught.value


def test_a_batch_is_announced_and_handed_over_on_one_connection(stub: StubPartner) -> None:
    with client(stub.url) as calling:
        assert calling.put_manifest(MANIFEST).status == 200
        got = calling.post_records(MANIFEST.number, [RECORD])
        polled = calling.get_receipts("")
        assert list(calling.iterate_records("enterprises", limit=1)) == [{"uscc": "A"}]
    assert stub.manifests == {"JH-2021-0001": MANIFEST.to_json()}
    assert [receipt.outcome for receipt in got.receipts.readable] == ["accepted"]
    assert polled.receipts == got.receipts and polled.next == "1"


def test_all_pages_are_read(stub: StubPartner) -> None:
    stub.held = {("enterprises", str(n)): {"version": n, "data": {"n": n}} for n in range(5)}
    with client(stub.url) as calling:
        assert [each["n"] for each in calling.iterate_records("enterprises", limit=2)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (partner.dropped_before, "dropped"),
        (partner.dropped_after, "dropped"),
        (partner.half_json, "unreadable"),
        (partner.wrong_signature, "skew"),
        (changed(headers={**partner.JSON, "ym-signature": "sm3-hmac=00"}), "signature"),
        (partner.unsigned, "unsigned"),
        (partner.html, "content_type"),
        (changed(body=b"[]"), "unreadable"),
        (changed(body=b'{"receipts":7}'), "unreadable"),
        (changed(body=b"{" + b" " * 70_000), "too_large"),
        (status(302, location="http://127.0.0.1:1/"), "status"),
        (status(400), "invalid"),
        (status(401), "refused"),
        (status(404), "unknown"),
        (status(409), "conflict"),
        (status(413), "oversized"),
        (status(418), "status"),
        (status(422), "invalid"),
        (status(500), "server"),
    ],
)
def test_each_way_to_fail_is_told_apart(stub: StubPartner, fault: Fault, code: str) -> None:
    stub.manifests["JH-2021-0001"] = {}
    stub.faults.append(fault)
    error = failure(stub.url, answer=60_000)
    assert error.code == code in REASONS
    assert reason(error.kept).startswith(REASONS[code])


@pytest.mark.parametrize("code", [404, 409, 422])
def test_an_unsigned_refusal_moves_nothing_of_ours(stub: StubPartner, code: int) -> None:
    stub.faults.append(lambda _process: Reply(code, b"{}", signed=False))
    assert failure(stub.url).code == "unsigned"


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("7", timedelta(seconds=7)),
        ("Wed, 30 Jun 2021 02:00:09 GMT", timedelta(seconds=9)),
        ("999999999", timedelta(hours=1)),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_read_in_either_form_and_bounded(
    stub: StubPartner, header: str, pause: timedelta | None
) -> None:
    stub.faults.append(status(429, retry_after=header))
    error = failure(stub.url)
    assert (error.code, error.pause) == ("busy", pause)


def test_another_key_is_refused_by_the_partner(stub: StubPartner) -> None:
    assert failure(stub.url, key=b"another").code == "refused"


def test_nobody_there() -> None:
    assert failure(f"http://127.0.0.1:{free_port()}").code == "unreachable"


def dripping(stop: threading.Event) -> Callable[[Callable[[], Reply]], Reply]:
    def fault(process: Callable[[], Reply]) -> Reply:
        stop.wait(5)
        return process()

    return fault


def test_a_partner_that_hangs_is_given_up_after_the_wait(stub: StubPartner) -> None:
    stop = threading.Event()
    stub.faults.append(dripping(stop))
    begun = time.monotonic()
    error = failure(stub.url, wait=0.3)
    stop.set()
    assert error.code == "timeout" and time.monotonic() - begun < 2
    assert error.took_ms >= 300


def test_a_partner_that_answers_drop_by_drop_is_given_up_after_the_whole() -> None:
    """No single wait is long, not even within the headers; the call as a whole is."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        stop = threading.Event()

        def drip() -> None:
            connection, _address = server.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\nx: ")
                while not stop.wait(0.05):
                    try:
                        connection.sendall(b"a")
                    except OSError:
                        return

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        begun = time.monotonic()
        error = failure(f"http://127.0.0.1:{server.getsockname()[1]}", wait=1, whole=0.5)
        stop.set()
        thread.join()
    assert error.code == "timeout" and time.monotonic() - begun < 2


def test_a_receipt_that_is_none_is_counted_and_left_out(stub: StubPartner) -> None:
    stub.manifests["JH-2021-0001"] = {}
    stub.faults.append(changed(body=b'{"receipts":[{"receipt_id":"R1"},7]}'))
    with client(stub.url) as calling:
        got = calling.post_records("JH-2021-0001", [RECORD])
    assert (got.receipts.readable, got.receipts.unreadable) == ([], 2)


def test_what_is_kept_of_an_answer_is_short(stub: StubPartner) -> None:
    stub.faults.append(lambda _process: Reply(500, "错".encode() * 5_000))
    error = failure(stub.url)
    assert error.text == "错" * 2_000 and len(error.kept) <= 400
