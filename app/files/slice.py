"""What the evidence vault offers to the house."""

from app.enterprises.belongings import BELONGINGS
from app.journal.domain import EVENTS
from app.kit.db import TABLES
from app.kit.slices import Slice

SLICE = Slice(
    "app.files",
    TABLES.at("models"),
    EVENTS.at("events:WORDS"),
    BELONGINGS.at("merged:BELONGINGS"),
)
