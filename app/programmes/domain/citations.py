"""The strict ground of every part of a programme file: known keys only, codes, and where a value stands."""

import re
from typing import Annotated, Literal

from pydantic import Field

from app.kit.i18n import Bilingual
from app.kit.inputs import StrictModel

CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

StageCode = Annotated[str, Field(pattern=rf"^{CODE.pattern}$", max_length=40)]
Confidence = Literal["seen", "copy", "recalled", "recalled-low", "inferred"]


class CitedDocument(StrictModel):
    """A document that the programme rests on."""

    id: StageCode
    document: Bilingual
    issued_by: Bilingual | None = None


class Citation(StrictModel):
    """Where a value stands: source, clause, and how sure we are of it."""

    source: StageCode
    clause: Bilingual | None = None
    confidence: Confidence

    @property
    def unverified(self) -> bool:
        """Whether the bureau should check this before relying on it."""
        return self.confidence in ("recalled-low", "inferred")


class Cited(StrictModel):
    """Something that says where it comes from."""

    cites: tuple[Citation, ...] = ()

    @property
    def unverified(self) -> bool:
        """Whether any of its citations is only inferred or half remembered."""
        return any(citation.unverified for citation in self.cites)
