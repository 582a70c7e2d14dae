"""The only reader of seeds/plans: strict, and an error names file, line and key."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kit.errors import SeedError
from app.kit.i18n import Bilingual
from app.kit.yaml import load_strict
from app.targets.domain import Comparison, Counted


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ItemEntry(_Strict):
    """One indicator or task with the words of the plan."""

    code: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]{0,9}$")]
    clause: str
    name: Bilingual
    wording: str
    operator: Comparison | None = None
    target: Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=4)] | None = None
    unit: Bilingual | None = None
    headline: Annotated[int, Field(ge=1)] | None = None
    counts: Counted | None = None
    remark: Bilingual | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not (self.operator is None) == (self.target is None) == (self.unit is None):
            raise ValueError("operator, target and unit stand together or not at all")
        if self.headline is not None and (self.counts is None or self.target is None):
            raise ValueError("a headline needs 'counts' and a target")
        return self


class PlanFile(_Strict):
    """One plan."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,58}$")]
    jurisdiction: Annotated[str, Field(pattern=r"^\d{2,12}$")]
    year: Annotated[int, Field(ge=2000, le=2100)]
    title: Bilingual
    issuer: Bilingual
    document_number: str
    index_number: str = ""
    issued_on: date
    items: tuple[ItemEntry, ...] = Field(min_length=1)


def read_all(seeds_dir: Path) -> Iterator[PlanFile]:
    """Every plan, in the order of the file names; raises SeedError on repeated codes or a misnamed file."""
    for path in sorted((seeds_dir / "plans").glob("*.yaml")):
        plan = load_strict(path, PlanFile)
        if plan.code != path.stem:
            raise SeedError(f"{path}: code is '{plan.code}', but the file is called '{path.stem}'; make them agree")
        _check_unique(path, "item code", [item.code for item in plan.items])
        _check_unique(path, "headline", [item.headline for item in plan.items if item.headline is not None])
        yield plan


def _check_unique(path: Path, what: str, values: list[object] | list[str] | list[int]) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise SeedError(f"{path}: the {what} '{value}' stands here a second time")
