"""The NDJSON snapshot: every visible record of a resource on one line, then a manifest that proves it whole.

One reading transaction makes all lines and the feed position agree; blocks of some 256 KB keep memory constant.
"""

import hashlib
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass, field

from app.exchange.json_values import dumps
from app.exchange.lines import lines_of
from app.exchange.records import RecordPlan
from app.journal.queries import head_position
from app.kit.db import Database, read_scope

#: The first block is small, so that it goes out at once.
FIRST_BLOCK = 16 * 1024
BLOCK = 256 * 1024


@dataclass
class Snapshot:
    """One snapshot in the making: what went out so far. `complete` once the manifest did."""

    plan: RecordPlan
    region_prefix: str
    schema: str
    position: int = 0
    count: int = 0
    complete: bool = False
    _digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)

    @property
    def sha256(self) -> str:
        """The checksum of all bytes sent before the manifest."""
        return self._digest.hexdigest()

    def blocks(self, database: Database) -> Generator[bytes]:
        """The lines in blocks, then the manifest, read in one transaction of their own."""
        with read_scope(database) as session:
            self.position = head_position(session)
            block, size = bytearray(), FIRST_BLOCK
            with closing(lines_of(session, self.plan, self.region_prefix)) as lines:
                for line in lines:
                    block += line
                    if len(block) >= size:
                        yield self._sent(block)
                        block, size = bytearray(), BLOCK
            if block:
                yield self._sent(block)
        self.complete = True
        yield dumps({"manifest": self.manifest()}) + b"\n"

    def manifest(self) -> dict[str, object]:
        """What the last line says."""
        return {
            "resource": self.plan.resource,
            "count": self.count,
            "sha256": self.sha256,
            "position": self.position,
            "schema": self.schema,
        }

    def _sent(self, block: bytearray) -> bytes:
        sent = bytes(block)
        self._digest.update(sent)
        self.count += sent.count(b"\n")
        return sent
