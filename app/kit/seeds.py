"""What a loading of seeds did."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SeedReport:
    """Rows (or published versions) created, changed and found unchanged."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0

    def __add__(self, other: "SeedReport") -> "SeedReport":
        return SeedReport(
            self.created + other.created, self.changed + other.changed, self.unchanged + other.unchanged
        )
