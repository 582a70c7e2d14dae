"""The bureau's group chat, by a webhook in the manner of 企业微信 群机器人: one JSON message in markdown."""

from dataclasses import dataclass
from typing import Any

import httpx

from app.notices.channels.port import Message, NotSentError
from app.notices.domain.delivery import Channel

#: What the robot takes at most, in bytes of UTF-8.
MOST_BYTES = 4096


@dataclass(frozen=True)
class Webhook:
    """The channel `webhook`. `timeout` in seconds holds for connecting and for each wait for an answer."""

    url: str
    timeout: float = 10
    channel: Channel = Channel.WEBHOOK

    def send(self, message: Message) -> None:
        """Post the message; raises `NotSentError`."""
        body = {"msgtype": "markdown", "markdown": {"content": _shorten(message.markdown)}}
        headers = {"Idempotency-Key": message.key}
        try:
            with httpx.Client(timeout=self.timeout, follow_redirects=False, trust_env=False) as client:
                _check(client.post(self.url, json=body, headers=headers))
        except httpx.TimeoutException as error:
            raise NotSentError("timeout", channel_down=True) from error
        except httpx.RemoteProtocolError as error:
            raise NotSentError("dropped", channel_down=True) from error
        except httpx.RequestError as error:  # its text may carry the address, which is a secret
            raise NotSentError("unreachable", type(error).__name__, channel_down=True) from error


def _check(response: httpx.Response) -> None:
    """The robot answers 200 with an error number; anything but 0 is a refusal, and a 4xx one will stay one."""
    if response.status_code != httpx.codes.OK:
        fixed = 400 <= response.status_code < 500 and response.status_code not in (408, 429)
        raise NotSentError("refused", f"HTTP {response.status_code}", for_good=fixed, channel_down=not fixed)
    try:
        answer: Any = response.json()
    except ValueError:
        return
    if isinstance(answer, dict) and answer.get("errcode", 0) != 0:
        raise NotSentError("refused", f"{answer['errcode']} {answer.get('errmsg', '')}", channel_down=True)


def _shorten(text: str) -> str:
    raw = text.encode()
    return text if len(raw) <= MOST_BYTES else raw[: MOST_BYTES - 3].decode("utf-8", "ignore") + "…"
