"""Jobs as a list: the newest first, of one state if wanted."""

from dataclasses import dataclass
from typing import Annotated

from sqlalchemy import select

from app.jobs.domain import JobState
from app.jobs.models import Job
from app.kit.lists import filters
from app.kit.lists.source import ListSource, newest


@dataclass(frozen=True)
class JobFilter:
    """Which jobs; what says nothing does not narrow."""

    state: Annotated[str, filters.Filter(filters.among(JobState), filters.equal(Job.state))] = ""


JOBS: ListSource[Job, JobFilter] = ListSource(
    kind=JobFilter, visible=lambda _viewer: select(Job), id=Job.id, orders=newest(Job.id)
)
