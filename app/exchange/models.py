"""The exchange's one table: how far each machine client has read."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.kit.db import Base, BigId, Code, UtcDateTime


class ClientReading(Base):
    """What a client has read on one channel (`events`, or a resource): last position, records so far, last time."""

    __tablename__ = "client_reading"

    client_row_id: Mapped[int] = mapped_column(BigId, ForeignKey("machine_client.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(Code(40), primary_key=True)
    position: Mapped[int | None] = mapped_column(BigId)
    records: Mapped[int] = mapped_column(BigInteger, default=0)
    read_at: Mapped[datetime] = mapped_column(UtcDateTime)
