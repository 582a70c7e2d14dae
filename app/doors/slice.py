"""What the doors offer to the house."""

from app.journal.domain import EVENTS
from app.kit.slices import Slice

SLICE = Slice("app.doors", EVENTS.at("events:WORDS"))
