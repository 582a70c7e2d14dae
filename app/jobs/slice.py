"""What background work offers to the house."""

from app.journal.domain import EVENTS
from app.kit.db import TABLES
from app.kit.slices import Slice

SLICE = Slice(
    "app.jobs",
    TABLES.at("models"),
    EVENTS.at("events:WORDS"),
)
