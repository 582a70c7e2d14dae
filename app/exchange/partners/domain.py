"""What a partner is, and how its health is told. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from app.kit.backoff import backoff
from app.kit.i18n import N_


class Transport(StrEnum):
    """How records reach a partner."""

    PUSH = "push"
    FILES = "files"


class Circuit(StrEnum):
    """Whether calls are made: closed (as always), open (none for a while), half open (one to try)."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


TRANSPORT_LABELS = {Transport.PUSH: N_("接口推送"), Transport.FILES: N_("文件报送")}
CIRCUIT_LABELS = {Circuit.CLOSED: N_("正常"), Circuit.OPEN: N_("暂停推送"), Circuit.HALF_OPEN: N_("试探恢复")}

#: Failures in a row that open the circuit, and how long it stays open: doubled each time, up to the longest.
FAILURES_TO_OPEN = 5
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)


def circuit_of(failures: int, open_until: datetime | None, now: datetime) -> Circuit:
    """How the circuit of a partner stands at `now`. It is open, too, for as long as the partner itself asked us to wait."""
    if open_until is not None and now < open_until:
        return Circuit.OPEN
    return Circuit.CLOSED if failures < FAILURES_TO_OPEN else Circuit.HALF_OPEN


def pause_after(failures: int, jitter: float) -> timedelta | None:
    """How long no call is made after the `failures`-th failure in a row; None when the next may follow at once.

    `jitter` in 0-1 spreads the pause from half to the whole.
    """
    if failures < FAILURES_TO_OPEN:
        return None
    return backoff(failures - FAILURES_TO_OPEN + 1, FIRST_PAUSE, LONGEST_PAUSE, jitter)
