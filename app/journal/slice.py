"""What the journal offers to the house."""

from app.kit.db import FINAL_STEPS, TABLES
from app.kit.slices import Slice

SLICE = Slice(
    "app.journal",
    TABLES.at("models"),
    FINAL_STEPS.at("service:append"),
)
