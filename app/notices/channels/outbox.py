"""A folder instead of the world: what development would have sent, one file a message."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from app.notices.channels.port import Message
from app.notices.domain.delivery import Channel


@dataclass(frozen=True)
class Outbox:
    """Stands in for a channel; a message tried twice is the same file."""

    folder: Path
    channel: Channel

    def send(self, message: Message) -> None:
        """Write the message."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{self.channel}-{message.key}.json"
        half = path.with_suffix(f".{os.getpid()}.part")
        half.write_text(json.dumps(asdict(message), ensure_ascii=False, indent=1), encoding="utf-8")
        half.replace(path)
