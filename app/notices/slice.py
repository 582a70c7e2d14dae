"""What notices offer to the house."""

from app.jobs.run import JOBS
from app.journal.domain import EVENTS
from app.kit.db import TABLES
from app.kit.slices import Slice
from app.notices.sources import SOURCES

SLICE = Slice(
    "app.notices",
    TABLES.at("models"),
    EVENTS.at("events:WORDS"),
    JOBS.at("jobs:KINDS"),
    SOURCES.at("accounts:SOURCES"),
)
