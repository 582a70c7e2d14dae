"""Mail through an SMTP server."""

import smtplib
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formataddr
from functools import cached_property
from typing import Literal

from app.notices.channels.port import Message, NotSentError
from app.notices.domain.delivery import Channel

Security = Literal["none", "starttls", "tls"]


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, and how. `timeout` in seconds holds for every step of the conversation."""

    host: str
    port: int = 25
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    sender_name: str = ""
    timeout: float = 10
    verify: bool = True

    @cached_property
    def tls(self) -> ssl.SSLContext:
        """How the server proves who it is."""
        context = ssl.create_default_context()
        if not self.verify:
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return context


@dataclass(frozen=True)
class Email:
    """The channel `email`: one conversation a message, so that one refused recipient spoils no other's."""

    server: MailServer
    channel: Channel = Channel.EMAIL

    def send(self, message: Message) -> None:
        """Hand the message to the server; raises `NotSentError`."""
        mail = compose(self.server, message)
        try:
            with _connect(self.server) as connection:
                if self.server.user:
                    connection.login(self.server.user, self.server.password)
                connection.send_message(mail)
        except smtplib.SMTPException as error:
            raise _notified(error) from error
        except TimeoutError as error:
            raise NotSentError("timeout", self.server.host, channel_down=True) from error
        except (OSError, ValueError) as error:
            raise NotSentError("unreachable", f"{self.server.host}: {error}", channel_down=True) from error


def compose(server: MailServer, message: Message) -> EmailMessage:
    """The mail: plain text with HTML beside it. Its Message-ID is made of the key, so a repeat is known as one."""
    domain = server.sender.rpartition("@")[2] or "localhost"
    mail = EmailMessage()
    mail["Subject"] = " ".join(message.subject.split())
    mail["From"] = formataddr((server.sender_name, server.sender))
    try:
        mail["To"] = Address(message.to_name, addr_spec=message.to_address)
    except (ValueError, IndexError) as error:
        raise NotSentError("no_address", message.to_address, for_good=True) from error
    mail["Message-ID"] = f"<{message.key}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.plain)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _connect(server: MailServer) -> smtplib.SMTP:
    if server.security == "tls":
        return smtplib.SMTP_SSL(server.host, server.port, timeout=server.timeout, context=server.tls)
    connection = smtplib.SMTP(server.host, server.port, timeout=server.timeout)
    if server.security == "starttls":
        try:
            connection.starttls(context=server.tls)
        except BaseException:
            connection.close()
            raise
    return connection


def _notified(error: smtplib.SMTPException) -> NotSentError:
    """What the server said, and whether trying again can help: 5xx about a recipient or a message is for good."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return NotSentError("sign_in", _said(error.smtp_code, error.smtp_error), channel_down=True)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(error.recipients.values()))
        return NotSentError("recipient", _said(code, said), for_good=code >= 500)
    if isinstance(error, (smtplib.SMTPConnectError, smtplib.SMTPHeloError)):
        return NotSentError("refused", _said(error.smtp_code, error.smtp_error), channel_down=True)
    if isinstance(error.__context__, TimeoutError):  # smtplib tells a silent server as a closed connection
        return NotSentError("timeout", channel_down=True)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return NotSentError("dropped", str(error), channel_down=True)
    if isinstance(error, smtplib.SMTPResponseException):
        return NotSentError("refused", _said(error.smtp_code, error.smtp_error), for_good=error.smtp_code >= 500)
    return NotSentError("refused", str(error))


def _said(code: int, text: bytes | str) -> str:
    return f"{code} {text.decode('utf-8', 'replace') if isinstance(text, bytes) else text}"
