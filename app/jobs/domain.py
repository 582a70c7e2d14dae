"""What a job is, without a database: its states, its lease, its progress."""

import enum
import os
import socket
from datetime import timedelta
from pathlib import Path

LEASE = timedelta(seconds=60)
HEARTBEAT = timedelta(seconds=15)
MAX_ATTEMPTS = 5


class JobState(enum.StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINISHED = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)


class LeaseLostError(Exception):
    """Another worker has taken the job over: this one stops, its uncommitted batch is rolled back."""


class CancelledError(Exception):
    """A person has stopped the job; what is committed stays."""


def this_process() -> str:
    """Names this process so that a restart on the same machine can tell whether it still lives: host:pid:start."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{_started(os.getpid())}"


def is_dead(owner: str) -> bool:
    """Whether the process that `owner` names surely runs no more; unknown (another host) is not dead."""
    host, _, rest = owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname()[:60] or not rest.isdigit():
        return False
    return _started(int(rest)) != owner.rpartition(":")[2]


def _started(pid: int) -> str:
    """When the process began, in kernel ticks; "" when there is none. Elsewhere than on Linux only its existence."""
    if Path("/proc/self/stat").exists():
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
        except (OSError, IndexError):
            return ""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except PermissionError:
        return "0"
    return "0"
