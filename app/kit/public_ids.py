"""Identifiers that people and the API see: a prefix and the row's number, e.g. `EXP000042`."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PublicIds:
    """The identifiers of one kind of record."""

    prefix: str

    def of(self, row_id: int) -> str:
        """The stable public identifier of the row."""
        return f"{self.prefix}{row_id:06d}"

    def row_id(self, public: str) -> int | None:
        """The row behind a public identifier, or None when it has not that shape."""
        digits = public.removeprefix(self.prefix)
        if digits == public or not (digits.isascii() and digits.isdigit() and 6 <= len(digits) <= 12):
            return None
        number = int(digits)
        return number if self.of(number) == public else None
