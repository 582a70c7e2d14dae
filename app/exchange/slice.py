"""What the exchange offers to the house."""

from app.jobs.running import JOBS
from app.journal.domain import EVENTS
from app.kit.db import TABLES
from app.kit.slices import Slice

SLICE = Slice(
    "app.exchange",
    TABLES.at("models", "partners.models", "handovers.models", "reconciling.models"),
    EVENTS.at(
        "events:WORDS",
        "sheets.events:WORDS",
        "reconciling.events:WORDS",
        "partners.events:WORDS",
        "handovers.events:WORDS",
    ),
    JOBS.at("handovers.jobs:KINDS", "sheets.jobs:KINDS", "reconciling.jobs:KINDS"),
)
