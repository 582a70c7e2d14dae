"""The firms of which nobody knows where they lie: how many, and where their places are set."""

from dataclasses import dataclass

ADDRESS = "/enterprises/unplaced"


@dataclass(frozen=True)
class UnplacedFirms:
    """How many of an import there are, and the address where their places are set ("" for who does not see them)."""

    number: int
    url: str
