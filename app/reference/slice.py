"""What reference data offers to the house."""

from app.journal.domain import EVENTS
from app.kit.db import TABLES
from app.kit.seeds import SEEDS
from app.kit.slices import Slice

SLICE = Slice(
    "app.reference",
    TABLES.at("models", "published"),
    EVENTS.at("events:WORDS"),
    SEEDS.at("seed:load"),
)
