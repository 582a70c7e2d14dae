"""What people type about notices."""

import re
from typing import Annotated

from pydantic import BaseModel, Field, field_validator

from app.kit.i18n import _
from app.notices.domain.delivery import Channel, DeliveryTiming
from app.notices.domain.topics import TopicGroup

_ADDRESS = re.compile(r"[^@\s,;<>\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,60}[A-Za-z0-9])?\.[A-Za-z]{2,}")


class FirmMessage(BaseModel):
    """A message to firms."""

    title: Annotated[str, Field(min_length=1, max_length=100)]
    text: Annotated[str, Field(min_length=1, max_length=2000)]


class OwnSettings(BaseModel):
    """How a person wants to hear: an address for mail, and a manner by group and channel."""

    email: str = Field(default="", max_length=120)
    manners: dict[tuple[TopicGroup, Channel], DeliveryTiming] = {}

    @field_validator("email")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        if value and not _ADDRESS.fullmatch(value):
            raise ValueError(_("电子邮件地址不完整，例如 name@example.cn。"))
        return value
