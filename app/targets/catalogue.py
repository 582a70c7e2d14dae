"""The only reader of seeds/plans: strict, and an error names file, line and key."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from app.kit.errors import SeedError
from app.kit.i18n import Bilingual
from app.kit.inputs import StrictModel
from app.kit.seeds import version_of
from app.kit.yaml import SeedFile, read_strict
from app.targets.domain import Counted, TargetOperator, version_name


class PlanItemEntry(StrictModel):
    """One indicator or task with the words of the plan."""

    code: Annotated[str, Field(pattern=r"^[A-Z][A-Za-z0-9]{0,9}$")]
    clause: str
    name: Bilingual
    wording: str
    operator: TargetOperator | None = None
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


class PlanFile(StrictModel):
    """One plan, or a correction of it that says which file it supersedes."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,58}$")]
    supersedes: str | None = None
    jurisdiction: Annotated[str, Field(pattern=r"^\d{2,12}$")]
    year: Annotated[int, Field(ge=2000, le=2100)]
    title: Bilingual
    issuer: Bilingual
    document_number: str
    index_number: str = ""
    issued_on: date
    items: tuple[PlanItemEntry, ...] = Field(min_length=1)


@dataclass(frozen=True)
class ReadPlan:
    """A plan file as read; `revision` is 0 for the plan and N for its correction `.rN`."""

    read: SeedFile[PlanFile]
    revision: int

    @property
    def file(self) -> PlanFile:
        """What it says."""
        return self.read.content

    @property
    def supersedes(self) -> str | None:
        """The file that it corrects: the revision before it."""
        return version_name(self.file.code, self.revision - 1) if self.revision else None

    def error_at(self, key: str, message: str) -> SeedError:
        """What is wrong with the value at `key`, by file, line and key."""
        return self.read.wrong(((key,), message))


def read_all(seeds_dir: Path) -> list[ReadPlan]:
    """Every plan, each before its corrections; raises SeedError on repeated codes or a misnamed file."""
    found = [_read(path) for path in (seeds_dir / "plans").glob("*.yaml")]
    return sorted(found, key=lambda plan: (plan.file.code, plan.revision))


def _read(path: Path) -> ReadPlan:
    code, revision = version_of(path)
    plan = ReadPlan(read_strict(path, PlanFile), revision)
    file = plan.file
    plan.read.check_place({"code": (file.code, code)})
    if file.supersedes != plan.supersedes:
        wanted = f'write supersedes: "{plan.supersedes}"' if plan.supersedes else "only a correction, .rN, has this key"
        raise plan.error_at("supersedes", f"the file is called '{path.stem}'; {wanted}")
    _check_unique(path, "item code", [item.code for item in file.items])
    _check_unique(path, "headline", [item.headline for item in file.items if item.headline is not None])
    return plan


def _check_unique(path: Path, what: str, values: list[object] | list[str] | list[int]) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise SeedError(f"{path}: the {what} '{value}' stands here a second time")
