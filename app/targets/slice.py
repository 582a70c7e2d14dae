"""What targets offer to the house."""

from app.jobs.chores import CHORES
from app.journal.domain import EVENTS
from app.kit.db import TABLES
from app.kit.seeds import SEEDS
from app.kit.slices import Slice

SLICE = Slice(
    "app.targets",
    TABLES.at("models"),
    EVENTS.at("events:WORDS"),
    SEEDS.at("seed:load"),
    CHORES.at("indicators:calculate_indicators"),
)
