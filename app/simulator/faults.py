"""The ways in which a partner fails, how often each of them happens, and the dice. Pure but for the dice."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from app.kit.i18n import N_

T = TypeVar("T")


class SimulatedFault(StrEnum):
    """What may go wrong with one call."""

    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    DELAY = "delay"
    ERROR = "error"
    TRUNCATED = "truncated"
    PARTIAL = "partial"
    WRONG_SIGNATURE = "wrong_signature"
    DUPLICATE = "duplicate"
    REORDERED = "reordered"
    OUTAGE = "outage"


LABELS: Mapping[SimulatedFault, str] = {
    SimulatedFault.DROP_BEFORE: N_("收到前断开"),
    SimulatedFault.DROP_AFTER: N_("存储后断开"),
    SimulatedFault.DELAY: N_("迟答"),
    SimulatedFault.ERROR: N_("答 500"),
    SimulatedFault.TRUNCATED: N_("答复截断"),
    SimulatedFault.PARTIAL: N_("回执不全"),
    SimulatedFault.WRONG_SIGNATURE: N_("签名错误"),
    SimulatedFault.DUPLICATE: N_("回执重复"),
    SimulatedFault.REORDERED: N_("回执乱序"),
    SimulatedFault.OUTAGE: N_("停机一小时"),
}
NOTES: Mapping[SimulatedFault, str] = {
    SimulatedFault.DROP_BEFORE: N_("什么也没有存，连接就断了"),
    SimulatedFault.DROP_AFTER: N_("已经存下，但不答复就断了"),
    SimulatedFault.DELAY: N_("等若干秒再处理、再答复"),
    SimulatedFault.ERROR: N_("一半存了才答 500，一半没存"),
    SimulatedFault.TRUNCATED: N_("已经存下，答复的 JSON 只有前一半"),
    SimulatedFault.PARTIAL: N_("已经存下，只答一部分记录的回执"),
    SimulatedFault.WRONG_SIGNATURE: N_("已经存下，答复的签名不对"),
    SimulatedFault.DUPLICATE: N_("每条回执说两遍"),
    SimulatedFault.REORDERED: N_("回执的先后打乱"),
    SimulatedFault.OUTAGE: N_("按本机虚拟时钟停一小时，期间一半答 503，一半断开"),
}

#: What `all=…` is shared out among; an outage stops every call until its clock is moved, so it is asked for by name.
SHARED_OUT = tuple(fault for fault in SimulatedFault if fault is not SimulatedFault.OUTAGE)
ALL = "all"
DELAY_SECONDS = "delay_seconds"


class NotAFaultError(ValueError):
    """A specification that cannot be read; the message says which part."""


@dataclass(frozen=True)
class FaultPlan:
    """The share of calls (0-1) that each fault befalls, at most one of them a call, and how long a delay takes."""

    shares: Mapping[SimulatedFault, float] = field(default_factory=dict)
    delay_seconds: float = 3.0

    def to_json(self) -> dict[str, float]:
        """As `POST /faults` takes it and `GET /faults` gives it."""
        return {fault: self.shares.get(fault, 0.0) for fault in SimulatedFault} | {DELAY_SECONDS: self.delay_seconds}


def parse(specification: str) -> FaultPlan:
    """`drop_before=0.05,delay=0.1,delay_seconds=2` or `all=0.3`; raises `NotAFaultError`."""
    pairs = [part.partition("=")[::2] for part in specification.replace(" ", "").split(",") if part]
    return plan_of(dict(pairs))


def plan_of(values: Mapping[str, object]) -> FaultPlan:
    """The plan of names and shares; what is not named does not happen. Raises `NotAFaultError`."""
    numbers = {name: _number(name, value) for name, value in values.items()}
    delay_seconds = numbers.pop(DELAY_SECONDS, FaultPlan.delay_seconds)
    each = numbers.pop(ALL, 0.0) / len(SHARED_OUT)
    unknown = [name for name in numbers if name not in list(SimulatedFault)]
    if unknown:
        raise NotAFaultError(f"no such fault: {unknown[0]}; known: {', '.join((ALL, *SimulatedFault, DELAY_SECONDS))}")
    shares = {fault: numbers.get(fault, each if fault in SHARED_OUT else 0.0) for fault in SimulatedFault}
    if sum(shares.values()) > 1 + 1e-9:
        raise NotAFaultError("the shares of all faults together are more than 1")
    return FaultPlan({fault: share for fault, share in shares.items() if share}, delay_seconds)


def _number(name: str, value: object) -> float:
    try:
        number = float(str(value))
    except ValueError:
        raise NotAFaultError(f"{name}: '{value}' is no number") from None
    if not 0 <= number <= (60 if name == DELAY_SECONDS else 1):
        raise NotAFaultError(f"{name}: {number:g} is out of range")
    return number


class Dice:
    """Chance that can be repeated: the same seed and the same calls give the same faults."""

    def __init__(self, seed: int | None = None) -> None:
        self._random = random.Random(seed)  # noqa: S311 - chance for trying out, not for secrets

    def draw(self, plan: FaultPlan) -> SimulatedFault | None:
        """The fault that befalls this call; None when it is spared."""
        roll = self._random.random()
        for fault, share in plan.shares.items():
            roll -= share
            if roll < 0:
                return fault
        return None

    def coin(self) -> bool:
        """One of two, evenly."""
        return self._random.random() < 0.5

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The same items in another order, wherever there is one."""
        if len(items) < 2:
            return list(items)
        mixed = self._random.sample(items, len(items))
        return mixed if mixed != list(items) else mixed[::-1]
