"""What the exchange offers to the house."""

from app.enterprises.belongings import BELONGINGS
from app.exchange.partners.commitments import BINDINGS
from app.jobs.run import JOBS
from app.journal.domain import EVENTS
from app.kit.db import TABLES
from app.kit.slices import Slice

SLICE = Slice(
    "app.exchange",
    TABLES.at("models", "partners.models", "handovers.models", "comparison.models"),
    EVENTS.at(
        "events:WORDS",
        "sheets.events:WORDS",
        "reconciliation.events:WORDS",
        "partners.events:WORDS",
        "handovers.events:WORDS",
    ),
    BELONGINGS.at("merged:BELONGINGS"),
    BINDINGS.at("handovers.commitments:frozen_for"),
    JOBS.at("handovers.jobs:KINDS", "sheets.jobs:KINDS", "reconciliation.jobs:KINDS"),
)
