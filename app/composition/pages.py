"""The doors' part of the house: what pages show of every slice. Loaded with the pages, which take longer than a command has."""

from app.composition.slices import SLICES
from app.doors.slice import SLICE as DOORS
from app.kit.slices import Composition
from app.web.slice import SLICE as WEB


def compose_with_pages() -> Composition:
    """The whole house."""
    return Composition((*SLICES, DOORS, WEB))
