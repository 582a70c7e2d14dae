"""Channels against servers that take, refuse, hang and drop: what went wrong is said, and nobody else waits."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from app.config import Settings
from app.notices.channels.email import Email, MailServer, compose
from app.notices.channels.outbox import Outbox
from app.notices.channels.port import Message, NotSentError, reason
from app.notices.channels.webhook import MOST_BYTES, Webhook
from app.notices.domain.delivery import Channel
from tests.support.server import free_port

QUICK = 0.5
MESSAGE = Message(
    key="notice-7",
    to_name="李晓（示例）",
    to_address="lixiao@example.cn",
    subject="请审签：龙湾虾稻\nBcc: x@example.cn",
    plain="您好\n",
    html="<p>您好</p>",
    markdown="**您好**",
)


class Box:
    """An SMTP server that keeps mail; it refuses some recipients and may answer otherwise."""

    def __init__(self, *, answer: str = "250 OK", recipient: str = "250 OK") -> None:
        self.mails: list[Envelope] = []
        self.answer, self.recipient = answer, recipient

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - likewise
        if self.answer.startswith("250"):
            self.mails.append(envelope)
        return self.answer


@contextmanager
def mail_server(box: Box, **options: Any) -> Iterator[MailServer]:
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield MailServer(
            "127.0.0.1", port, "none", sender="kjj@example.cn", sender_name="潜江市科技局", timeout=QUICK * 4
        )
    finally:
        controller.stop()


@contextmanager
def silent_server(*, drop: bool = False) -> Iterator[int]:
    """A port that takes connections and never says a word, or drops them at once."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over, kept = threading.Event(), []

        def accept() -> None:
            listening.settimeout(0.05)
            while not over.is_set():
                try:
                    connection, _address = listening.accept()
                except TimeoutError:
                    continue
                if drop:
                    connection.recv(65536)
                    connection.close()
                else:
                    kept.append(connection)

        thread = threading.Thread(target=accept)
        thread.start()
        yield listening.getsockname()[1]
        over.set()
        thread.join()
        for connection in kept:
            connection.close()


@contextmanager
def robot(status: int, body: bytes, seen: list[tuple[dict[str, str], Any]]) -> Iterator[str]:
    """A webhook that keeps what it is sent and answers so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append((dict(self.headers), json.loads(self.rfile.read(int(self.headers["content-length"])))))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/cgi-bin/webhook/send?key=very-secret"
    server.shutdown()
    thread.join()
    server.server_close()


def refusal(send: Callable[[], None], *, within: float = QUICK * 4) -> NotSentError:
    began = time.monotonic()
    with pytest.raises(NotSentError) as caught:
        send()
    assert time.monotonic() - began < within
    return caught.value


# -- mail ----------------------------------------------------------------------------------------------------------------


def test_mail_arrives_with_text_and_html_and_a_name_that_repeats_know() -> None:
    box = Box()
    with mail_server(box) as server:
        Email(server).send(MESSAGE)
    (mail,) = box.mails
    assert (mail.mail_from, mail.rcpt_tos) == ("kjj@example.cn", ["lixiao@example.cn"])
    text = bytes(mail.content or b"").decode()
    assert "Message-ID: <notice-7@example.cn>" in text
    assert "text/plain" in text
    assert "text/html" in text
    assert "\nBcc:" not in text


@pytest.mark.parametrize(
    ("box", "code", "for_good"),
    [
        (Box(recipient="550 no such user"), "recipient", True),
        (Box(recipient="450 try later"), "recipient", False),
        (Box(answer="554 refused"), "refused", True),
        (Box(answer="452 full"), "refused", False),
    ],
)
def test_a_server_that_refuses_says_why(box: Box, code: str, for_good: bool) -> None:
    with mail_server(box) as server:
        error = refusal(lambda: Email(server).send(MESSAGE))
    assert (error.code, error.for_good, error.channel_down) == (code, for_good, False)
    assert error.detail[:3] in reason(error.kept)


def test_wrong_credentials_are_said() -> None:
    def nobody(*_: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    with mail_server(Box(), authenticator=nobody, auth_require_tls=False) as server:
        wrong = replace(server, user="kjj", password="x")
        error = refusal(lambda: Email(wrong).send(MESSAGE), within=10)
    assert (error.code, error.channel_down) == ("sign_in", True)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_mail_server_that_hangs_is_left_in_time(security: Any) -> None:
    with silent_server() as port:
        server = MailServer("127.0.0.1", port, security, sender="kjj@example.cn", timeout=QUICK)
        error = refusal(lambda: Email(server).send(MESSAGE))
    assert (error.code, error.channel_down) == ("timeout", True)


def test_a_mail_server_that_drops_or_is_not_there() -> None:
    with silent_server(drop=True) as port:
        server = MailServer("127.0.0.1", port, "tls", sender="kjj@example.cn", timeout=QUICK)
        assert refusal(lambda: Email(server).send(MESSAGE)).channel_down
    server = MailServer("127.0.0.1", port, "none", sender="kjj@example.cn", timeout=QUICK)
    assert refusal(lambda: Email(server).send(MESSAGE)).code == "unreachable"


def test_without_tls_where_tls_is_asked_nothing_is_sent() -> None:
    box = Box()
    with mail_server(box) as server:
        strict = MailServer(server.host, server.port, "starttls", sender="kjj@example.cn", timeout=2)
        refusal(lambda: Email(strict).send(MESSAGE))
    assert box.mails == []


def test_an_address_that_is_none_is_given_up() -> None:
    broken = Message(**{**vars(MESSAGE), "to_address": "nobody"})
    with pytest.raises(NotSentError) as caught:
        compose(MailServer("127.0.0.1", sender="kjj@example.cn"), broken)
    assert caught.value.for_good


# -- the group chat --------------------------------------------------------------------------------------------------------


def test_the_robot_is_sent_markdown_with_a_key() -> None:
    seen: list[tuple[dict[str, str], Any]] = []
    with robot(200, b'{"errcode":0,"errmsg":"ok"}', seen) as url:
        Webhook(url, QUICK).send(MESSAGE)
    ((headers, body),) = seen
    assert body == {"msgtype": "markdown", "markdown": {"content": "**您好**"}}
    assert headers["Idempotency-Key"] == "notice-7"


@pytest.mark.parametrize(
    ("status", "body", "for_good"),
    [
        (200, b'{"errcode":45009,"errmsg":"api freq out of limit"}', False),
        (500, b"", False),
        (429, b"", False),
        (404, b"", True),
        (302, b"", False),
    ],
)
def test_a_robot_that_refuses_says_why(status: int, body: bytes, for_good: bool) -> None:
    with robot(status, body, []) as url:
        error = refusal(lambda: Webhook(url, QUICK).send(MESSAGE))
    assert (error.code, error.for_good) == ("refused", for_good)
    assert "very-secret" not in error.kept


def test_a_robot_that_hangs_drops_or_is_not_there() -> None:
    with silent_server() as port:
        error = refusal(lambda: Webhook(f"http://127.0.0.1:{port}/?key=very-secret", QUICK).send(MESSAGE))
        assert (error.code, error.channel_down) == ("timeout", True)
    with silent_server(drop=True) as port:
        error = refusal(lambda: Webhook(f"http://127.0.0.1:{port}/?key=very-secret", QUICK).send(MESSAGE))
        assert error.code in {"dropped", "unreachable"}
    error = refusal(lambda: Webhook(f"http://127.0.0.1:{port}/?key=very-secret", QUICK).send(MESSAGE))
    assert error.code == "unreachable"
    assert "very-secret" not in error.kept


def test_a_long_message_is_cut_between_characters() -> None:
    seen: list[tuple[dict[str, str], Any]] = []
    with robot(200, b"{}", seen) as url:
        Webhook(url, QUICK).send(Message(**{**vars(MESSAGE), "markdown": "字" * 3000}))
    content = seen[0][1]["markdown"]["content"]
    assert len(content.encode()) <= MOST_BYTES
    assert content.endswith("字…")


# -- development -----------------------------------------------------------------------------------------------------------


def test_a_message_tried_twice_is_one_file(tmp_path: Path) -> None:
    for _twice in range(2):
        Outbox(tmp_path, Channel.EMAIL).send(MESSAGE)
    (path,) = tmp_path.iterdir()
    assert json.loads(path.read_text(encoding="utf-8"))["to_address"] == "lixiao@example.cn"


def test_development_sends_nothing_unless_told(tmp_path: Path) -> None:
    given = {
        "_env_file": None,
        "data_dir": tmp_path,
        "smtp_host": "mail.example.cn",
        "webhook_url": "https://example.cn/",
    }
    assert {type(way) for way in Settings(**given).notice_ways} == {Outbox}
    assert [type(way) for way in Settings(**given, notices_send=True).notice_ways] == [Email, Webhook]
    real = Settings(**given, env="production", secret_key="x" * 40)
    assert [type(way) for way in real.notice_ways] == [Email, Webhook]
    assert Settings(_env_file=None, env="production", secret_key="x" * 40).notice_ways == ()
