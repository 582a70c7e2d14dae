"""A small world of rows and events, written as the slices write them, that random steps change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.cases.models import CaseFile, CaseMarker, Milestone
from app.cases.past_cases.models import PastCase
from app.commissioners.models import Commissioner, CommissionerProgramme, ServiceAgreement
from app.enterprises.models import (
    Certificate,
    Contact,
    Enterprise,
    EnterpriseTag,
    FormerCode,
    FormerName,
    IntellectualProperty,
    YearlyFigures,
)
from app.incentives.models import Incentive, IncentiveSchemeVersion
from app.journal.domain import SubjectKey
from app.journal.service import record
from app.kit.actor import SYSTEM
from app.policies.models import PolicyVersion, StoredVerdict, VerdictOverride
from app.programmes.models import ProgrammeVersion
from app.targets.models import IndicatorValue, Plan, PlanItem

BEGAN = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
DAY = date(2021, 6, 30)
PHONE = "13912345678"
REGIONS = ("429005001", "429005102", "429006", "421000", "")
Change = tuple[Any, Any]
P = TypeVar("P", YearlyFigures, IntellectualProperty, PastCase)
PAST_CASE_KEY = ("programme_code", "year", "round")


@dataclass
class World:
    """Rows on file and what was journalled of them. Every step is one event, unless said otherwise."""

    session: Session
    enterprises: list[Enterprise] = field(default_factory=list)
    cases: list[CaseFile] = field(default_factory=list)
    commissioners: list[Commissioner] = field(default_factory=list)
    incentives: list[Incentive] = field(default_factory=list)
    figures: list[YearlyFigures] = field(default_factory=list)
    rights: list[IntellectualProperty] = field(default_factory=list)
    past_cases: list[PastCase] = field(default_factory=list)
    milestones: list[Milestone] = field(default_factory=list)
    agreements: list[ServiceAgreement] = field(default_factory=list)
    verdicts: list[StoredVerdict] = field(default_factory=list)
    _serial: Any = field(default_factory=lambda: count(1))

    def prepare(self) -> "World":
        """What the rows refer to."""
        s = self.session
        s.add(
            ProgrammeVersion(
                code="exchange-test", version="2021-01-01", effective_on=DAY, title_zh="测试项目", title_en="Test",
                content={}, sha256="0" * 64, origin="bureau", published_at=BEGAN,
            )
        )  # fmt: skip
        s.add(
            CommissionerProgramme(
                code="exchange-test", position=99, name={"zh": "测试", "en": "Test"}, owner={"zh": "测试", "en": "Test"},
                effective_from=DAY, source={}, confidence="high",
            )
        )  # fmt: skip
        for code in ("scheme-a", "scheme-b"):
            s.add(
                IncentiveSchemeVersion(
                    code=code, jurisdiction="429005", origin="bureau", effective_from=DAY, status="VERIFIED",
                    content={}, content_hash="0" * 64, published_at=BEGAN, published_by="test",
                )
            )  # fmt: skip
        s.add(
            PolicyVersion(
                code="exchange-test", jurisdiction="429005", version="2021-01-01", effective_from=DAY, title_zh="测试政策",
                title_en="Test", content={}, text="", sha256="0" * 64, origin="bureau", published_at=BEGAN,
            )
        )  # fmt: skip
        item = PlanItem(
            position=0, code="G1", clause="一", name={"zh": "示例指标", "en": "Example"}, wording="示例", operator="gt",
            target_tenthousandths=1_100_000, unit={"zh": "家", "en": "firms"},
        )  # fmt: skip
        s.add(
            Plan(
                code="exchange-test", jurisdiction="429005", year=2031, title={}, issuer={}, document_number="示例",
                issued_on=DAY, content_hash="0" * 64, published_at=BEGAN, items=[item],
            )
        )  # fmt: skip
        s.flush()
        s.add(IndicatorValue(plan_item_id=item.id, key="exchange-test:G1", value=1, counted_on=DAY, updated_at=BEGAN))
        s.flush()
        return self

    # -- enterprises ----------------------------------------------------------------------------------------------------

    def enterprise(self, region: str = "429005001", **given: Any) -> Enterprise:
        """A firm with a contact whose number must never leave."""
        number = next(self._serial)
        row = Enterprise(
            **{
                "uscc": f"91429099T{number:09d}",
                "name": f"江汉样品{number}号（示例）",
                "legal_representative": "王示例",
            }
            | {"name_pinyin": f"{number}", "name_initials": f"{number}", "created_at": self.now, "updated_at": self.now}
            | given,
            region_code=region,
        )
        self.session.add(row)
        self.session.flush()
        self.session.add(Contact(enterprise_id=row.id, name="赵示例", phone=PHONE))
        self.enterprises.append(row)
        self.journal("enterprise.created", self.of(row))
        return row

    def rename(self, row: Enterprise) -> None:
        """A new name; the old one stays findable."""
        old, row.name = row.name, f"江汉更名{next(self._serial)}号（示例）"
        self.session.add(FormerName(enterprise_id=row.id, name=old))
        self._changed(row, {"name": (old, row.name)})

    def move(self, row: Enterprise, region: str) -> None:
        """The firm moves to another region."""
        old, row.region_code = row.region_code, region
        self._changed(row, {"region_code": (old, region)})

    def change_code(self, row: Enterprise) -> None:
        """The firm gets another code."""
        old, row.uscc = row.uscc, f"91429099T{next(self._serial):09d}"
        self.session.add(FormerCode(enterprise_id=row.id, uscc=old))
        self._changed(row, {"uscc": (old, row.uscc)})

    def retire(self, row: Enterprise, on: date | None = DAY) -> None:
        """Retire the firm, or take it back."""
        old, row.disabled_on = row.disabled_on, on
        self._changed(row, {"disabled_on": (str(old), str(on))})

    def add_parts(self, row: Enterprise) -> None:
        """Figures, a right, a certificate and a tag: three events."""
        number = next(self._serial)
        self.session.add_all(
            [
                Certificate(enterprise_id=row.id, kind="hte", number=f"GR{number}", issued_on=DAY),
                EnterpriseTag(enterprise_id=row.id, tag=f"tag-{number}"),
            ]
        )
        self._changed(row, {})
        self.add_figures(row)
        self.add_right(row)

    def add_figures(self, row: Enterprise, year: int | None = None) -> YearlyFigures:
        """A year's figures; a year that is on file already comes from another source."""
        number = next(self._serial)
        known = [found for found in self.figures if found.enterprise_id == row.id and found.year == year]
        source = f"source-{number}" if known else "enterprise"
        figures = YearlyFigures(
            enterprise_id=row.id, year=year or 2000 + number, basis="HTE", source=source, updated_at=self.now,
            sales_revenue_fen=6_120_000_001 - number, net_assets_fen=-5, staff_average_e4=865_000,
        )  # fmt: skip
        return self._add_part(row, "figures", figures, self.figures, ("year", "basis", "source"))

    def add_right(self, row: Enterprise) -> IntellectualProperty:
        """A right."""
        right = IntellectualProperty(
            enterprise_id=row.id,
            kind_code="invention-patent",
            ip_class=1,
            number=f"ZL{next(self._serial)}",
            name="方法",
        )
        return self._add_part(row, "property", right, self.rights, ("kind_code", "number"))

    def add_past_case(self, row: Enterprise) -> PastCase:
        """An application of an earlier year, of a round or of none."""
        number = next(self._serial)
        past = PastCase(
            enterprise_id=row.id, programme_code="high-tech-enterprise", year=1990 + number, result="failed",
            round="第二批" if number % 2 else "", stage="专家评审", decided_on=DAY,
        )  # fmt: skip
        return self._add_part(row, "past_case", past, self.past_cases, PAST_CASE_KEY)

    def redate_past_case(self, past: PastCase) -> None:
        """It was another year's."""
        self._change_part("past_case", past, "year", 1990 + next(self._serial))

    def move_past_case(self, past: PastCase) -> None:
        """It was of another round, or of none."""
        self._change_part("past_case", past, "round", "" if past.round else f"第{next(self._serial)}批")

    def remove_past_case(self, past: PastCase) -> None:
        """It is taken away."""
        self._remove_part("past_case", past, self.past_cases, PAST_CASE_KEY)

    def change_figures(self, figures: YearlyFigures) -> None:
        """Another amount."""
        self._change_part("figures", figures, "sales_revenue_fen", next(self._serial))

    def redate_figures(self, figures: YearlyFigures) -> None:
        """They were another year's."""
        self._change_part("figures", figures, "year", 2000 + next(self._serial))

    def renumber_right(self, right: IntellectualProperty) -> None:
        """The right has another number."""
        self._change_part("property", right, "number", f"ZL{next(self._serial)}")

    def remove_figures(self, figures: YearlyFigures) -> None:
        """The figures are taken away."""
        self._remove_part("figures", figures, self.figures, ("year", "basis", "source"))

    def remove_right(self, right: IntellectualProperty) -> None:
        """The right is taken away."""
        self._remove_part("property", right, self.rights, ("kind_code", "number"))

    def _add_part(self, row: Enterprise, code: str, part: P, kept: list[P], names: Sequence[str]) -> P:
        self.session.add(part)
        self.session.flush()
        kept.append(part)
        row.updated_at = self.now
        changes = {f"{code}.{name}": (None, getattr(part, name)) for name in names}
        self.journal(f"enterprise.{code}_added", self.of(row), changes, {"id": part.id})
        return part

    def _change_part(self, code: str, part: Any, name: str, value: Any) -> None:
        row = self.session.get_one(Enterprise, part.enterprise_id)
        old = getattr(part, name)
        setattr(part, name, value)
        row.updated_at = self.now
        self.journal(f"enterprise.{code}_changed", self.of(row), {f"{code}.{name}": (old, value)}, {"id": part.id})

    def _remove_part(self, code: str, part: P, kept: list[P], names: Sequence[str]) -> None:
        found: Any = part
        row = self.session.get_one(Enterprise, found.enterprise_id)
        kept.remove(part)
        self.session.delete(part)
        row.updated_at = self.now
        said = {name: value for name in names if (value := getattr(part, name))}
        changes = {f"{code}.{name}": (value, None) for name, value in said.items()}
        self.journal(f"enterprise.{code}_removed", self.of(row), changes, {"id": found.id})

    # -- what hangs on them ---------------------------------------------------------------------------------------------

    def case(self, firm: Enterprise) -> CaseFile:
        """A case with a milestone."""
        number = next(self._serial)
        row = CaseFile(
            number=f"QJ-TS-2021-{number:04d}", enterprise_id=firm.id, programme_code="exchange-test",
            programme_version="2021-01-01", year=2000 + number, stage="start", stage_entered_on=DAY, state="open",
            opened_on=DAY, query_code_hash="x", created_at=self.now, updated_at=self.now,
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        milestone = Milestone(case_id=row.id, code="first", title_zh="第一步", title_en="First", due_on=DAY)
        self.session.add(milestone)
        self.milestones.append(milestone)
        self.cases.append(row)
        self.journal("case.opened", self.of_case(row, firm))
        return row

    def advance(self, row: CaseFile) -> None:
        """A case reaches something."""
        firm = self.session.get_one(Enterprise, row.enterprise_id)
        row.stage = f"stage-{next(self._serial)}"
        row.updated_at = self.now
        self.session.add(CaseMarker(case_id=row.id, marker=row.stage, reached_on=DAY))
        milestone = Milestone(case_id=row.id, code=row.stage, title_zh="又一步", title_en="Next", due_on=DAY)
        self.session.add(milestone)
        self.milestones.append(milestone)
        self.journal("case.moved", self.of_case(row, firm), data={"milestones": [[row.stage, 1]]})

    def do_milestone(self, milestone: Milestone) -> None:
        """A milestone is done."""
        row = self.session.get_one(CaseFile, milestone.case_id)
        milestone.done_on, row.updated_at = DAY, self.now
        told = {"milestone": milestone.code, "ordinal": milestone.ordinal}
        self.journal("case.milestone_done", self._of_case(row), {"done_on": (None, str(DAY))}, told)

    def date_milestones(self, row: CaseFile) -> None:
        """The milestones of a case get another day by their code."""
        named = [milestone for milestone in self.milestones if milestone.case_id == row.id]
        for milestone in named:
            milestone.due_on = DAY + timedelta(days=next(self._serial))
        row.updated_at = self.now
        dated = {milestone.code: str(milestone.due_on) for milestone in named}
        self.journal("case.milestones_dated", self._of_case(row), data={"dated": dated})

    def take_back(self, milestone: Milestone) -> None:
        """The step that made a milestone is taken back."""
        row = self.session.get_one(CaseFile, milestone.case_id)
        self.milestones.remove(milestone)
        self.session.delete(milestone)
        row.updated_at = self.now
        told = {"milestones": [[milestone.code, milestone.ordinal]]}
        self.journal("case.taken_back", self._of_case(row), data=told)

    def approve(self, row: CaseFile) -> None:
        """Something happens in a case that no milestone has a part in."""
        self.journal("case.approved", self._of_case(row))

    def verdict(self, row: CaseFile) -> StoredVerdict:
        """A verdict is kept for a case."""
        firm = self.session.get_one(Enterprise, row.enterprise_id)
        version = self.session.query(PolicyVersion).filter_by(code="exchange-test").one()
        kept = StoredVerdict(
            enterprise_id=firm.id, case_id=row.id, policy_version_id=version.id, policy_code="exchange-test",
            on_day=DAY, reason="submit", outcome="met", inputs={}, sha256="0" * 64, stored_at=self.now,
            result={"score": {"low": 72, "high": 80} if row.id % 2 else None}, actor_kind="system", actor_name="test",
        )  # fmt: skip
        self.session.add(kept)
        self.session.flush()
        self.verdicts.append(kept)
        subject = SubjectKey("verdict", str(kept.id), firm.name, firm.id, firm.region_code)
        self.journal("verdict.stored", subject, {"verdict.outcome": (None, "met")})
        return kept

    def decide_otherwise(self, kept: StoredVerdict) -> None:
        """An officer decides otherwise, or takes that back."""
        case = self.session.get_one(CaseFile, kept.case_id)
        standing = self.session.query(VerdictOverride).filter_by(stored_verdict_id=kept.id, withdrawn_at=None)
        row = standing.one_or_none()
        if row is not None:
            row.withdrawn_at = self.now
            self.journal("verdict.override_taken_back", self._of_case(case), data={"verdict": kept.id})
            return
        self.session.add(
            VerdictOverride(
                stored_verdict_id=kept.id, outcome="unmet", reason="示例", document="示例", actor_kind="system",
                actor_name="test", created_at=self.now,
            )
        )  # fmt: skip
        self.session.flush()
        self.journal("verdict.overridden", self._of_case(case), data={"verdict": kept.id})

    def indicator(self) -> None:
        """An indicator counts something else."""
        row = self.session.query(IndicatorValue).filter_by(key="exchange-test:G1").one()
        old, row.value, row.updated_at = row.value, next(self._serial), self.now
        subject = SubjectKey("indicator", row.key, "示例指标", None, "429005")
        self.journal("indicator.changed", subject, {"value": (old, row.value)})

    def commissioner(self, region: str = "429005") -> Commissioner:
        """A person with a telephone."""
        number = next(self._serial)
        row = Commissioner(
            name=f"李示例{number}", name_pinyin="l", name_initials="l", phone=PHONE, region_code=region,
            created_at=self.now, updated_at=self.now,
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        self.commissioners.append(row)
        self.journal("commissioner.created", self.of_person(row))
        return row

    def agree(self, who: Commissioner, firm: Enterprise) -> None:
        """An agreement between a person and a firm."""
        row = ServiceAgreement(
            commissioner_id=who.id, enterprise_id=firm.id, programme_code="exchange-test", starts_on=DAY,
            ends_on=DAY + timedelta(days=next(self._serial)), mode="part-time", created_at=self.now, created_by="t",
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        self.agreements.append(row)
        who.updated_at = self.now
        self.journal("commissioner.agreement_signed", self.of_person(who), data={"agreement": row.id})

    def end_agreement(self, row: ServiceAgreement) -> None:
        """An agreement ends early."""
        row.ended_on = DAY
        row.commissioner.updated_at = self.now
        changes = {"ended_on": (None, str(DAY))}
        self.journal("commissioner.agreement_ended", self.of_person(row.commissioner), changes, {"agreement": row.id})

    def retire_person(self, who: Commissioner, on: date | None = DAY) -> None:
        """Retire a person, or take the person back."""
        old, who.disabled_on = who.disabled_on, on
        self.journal("commissioner.retired", self.of_person(who), {"disabled_on": (str(old), str(on))})

    def incentive(self, firm: Enterprise, scheme: str = "scheme-a") -> Incentive:
        """One more trigger of a scheme."""
        version = self.session.query(IncentiveSchemeVersion).filter_by(code=scheme, origin="bureau").one()
        row = Incentive(
            enterprise_id=firm.id, scheme_code=scheme, scheme_version_id=version.id,
            trigger_key=f"t{next(self._serial)}", trigger_label="触发", triggered_on=DAY, state="recommended",
            created_at=self.now, updated_at=self.now,
        )  # fmt: skip
        self.session.add(row)
        self.session.flush()
        self.incentives.append(row)
        self.journal("incentive.recommended", self.of_incentive(row, firm))
        return row

    def pay(self, row: Incentive) -> None:
        """An incentive is paid."""
        firm = self.session.get_one(Enterprise, row.enterprise_id)
        row.state, row.amount_fen, row.updated_at = "paid", 123_456, self.now
        self.journal("incentive.paid", self.of_incentive(row, firm))

    def noise(self) -> None:
        """An event that nobody is fed."""
        self.journal("session.opened", SubjectKey("officer", "1", "someone"))

    # -- the journal -----------------------------------------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """An instant later than the last."""
        return BEGAN + timedelta(seconds=next(self._serial))

    def journal(
        self,
        type: str,
        subject: SubjectKey,
        changes: dict[str, Change] | None = None,
        data: dict[str, Any] | None = None,
    ) -> None:
        """Record one event."""
        record(self.session, actor=SYSTEM, now=self.now, type=type, subject=subject, changes=changes, data=data)

    def _changed(self, row: Enterprise, changes: dict[str, Change]) -> None:
        row.updated_at = self.now
        self.journal("enterprise.changed", self.of(row), changes)

    def of(self, row: Enterprise) -> SubjectKey:
        """The firm as subject."""
        return SubjectKey("enterprise", str(row.id), row.name, row.id, row.region_code)

    def of_case(self, row: CaseFile, firm: Enterprise) -> SubjectKey:
        """The case as subject."""
        return SubjectKey("case", row.number, row.number, firm.id, firm.region_code)

    def _of_case(self, row: CaseFile) -> SubjectKey:
        return self.of_case(row, self.session.get_one(Enterprise, row.enterprise_id))

    def of_person(self, row: Commissioner) -> SubjectKey:
        """The person as subject."""
        return SubjectKey("commissioner", row.public_id, row.name, None, row.region_code)

    def of_incentive(self, row: Incentive, firm: Enterprise) -> SubjectKey:
        """The incentive as subject."""
        return SubjectKey("incentive", row.public_id, row.scheme_code, firm.id, firm.region_code)
