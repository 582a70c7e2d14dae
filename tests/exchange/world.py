"""A small world of rows and events, written as the slices write them, that random steps change."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.cases.models import CaseFile, CaseMarker, Milestone
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
from app.programmes.models import ProgrammeVersion

BEGAN = datetime(2021, 6, 30, 2, 0, tzinfo=UTC)
DAY = date(2021, 6, 30)
PHONE = "13912345678"
REGIONS = ("429005001", "429005102", "429006", "421000", "")
Change = tuple[Any, Any]


@dataclass
class World:
    """Rows on file and what was journalled of them. Every step is one event, unless said otherwise."""

    session: Session
    enterprises: list[Enterprise] = field(default_factory=list)
    cases: list[CaseFile] = field(default_factory=list)
    commissioners: list[Commissioner] = field(default_factory=list)
    incentives: list[Incentive] = field(default_factory=list)
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
        """Figures, a right, a certificate and a tag at once."""
        number = next(self._serial)
        self.session.add_all(
            [
                YearlyFigures(
                    enterprise_id=row.id, year=2000 + number, basis="HTE", source="enterprise", updated_at=self.now,
                    sales_revenue_fen=6_120_000_001 - number, net_assets_fen=-5, staff_average_e4=865_000,
                ),
                IntellectualProperty(
                    enterprise_id=row.id, kind_code="invention-patent", ip_class=1, number=f"ZL{number}", name="方法"
                ),
                Certificate(enterprise_id=row.id, kind="hte", number=f"GR{number}", issued_on=DAY),
                EnterpriseTag(enterprise_id=row.id, tag=f"tag-{number}"),
            ]
        )  # fmt: skip
        self._changed(row, {})

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
        self.session.add(Milestone(case_id=row.id, code="first", title_zh="第一步", title_en="First", due_on=DAY))
        self.cases.append(row)
        self.journal("case.opened", self.of_case(row, firm))
        return row

    def advance(self, row: CaseFile) -> None:
        """A case reaches something."""
        firm = self.session.get_one(Enterprise, row.enterprise_id)
        row.stage = f"stage-{next(self._serial)}"
        row.updated_at = self.now
        self.session.add(CaseMarker(case_id=row.id, marker=row.stage, reached_on=DAY))
        self.journal("case.moved", self.of_case(row, firm))

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
        self.session.add(
            ServiceAgreement(
                commissioner_id=who.id, enterprise_id=firm.id, programme_code="exchange-test", starts_on=DAY,
                ends_on=DAY + timedelta(days=next(self._serial)), mode="part-time", created_at=self.now, created_by="t",
            )
        )  # fmt: skip
        who.updated_at = self.now
        self.journal("commissioner.agreement_signed", self.of_person(who))

    def retire_person(self, who: Commissioner, on: date | None = DAY) -> None:
        """Retire a person, or take the person back."""
        who.disabled_on = on
        self.journal("commissioner.retired", self.of_person(who))

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

    def journal(self, type: str, subject: SubjectKey, changes: dict[str, Change] | None = None) -> None:
        """Record one event."""
        record(self.session, actor=SYSTEM, now=self.now, type=type, subject=subject, changes=changes)

    def _changed(self, row: Enterprise, changes: dict[str, Change]) -> None:
        row.updated_at = self.now
        self.journal("enterprise.changed", self.of(row), changes)

    def of(self, row: Enterprise) -> SubjectKey:
        """The firm as subject."""
        return SubjectKey("enterprise", str(row.id), row.name, row.id, row.region_code)

    def of_case(self, row: CaseFile, firm: Enterprise) -> SubjectKey:
        """The case as subject."""
        return SubjectKey("case", row.number, row.number, firm.id, firm.region_code)

    def of_person(self, row: Commissioner) -> SubjectKey:
        """The person as subject."""
        return SubjectKey("commissioner", row.public_id, row.name, None, row.region_code)

    def of_incentive(self, row: Incentive, firm: Enterprise) -> SubjectKey:
        """The incentive as subject."""
        return SubjectKey("incentive", row.public_id, row.scheme_code, firm.id, firm.region_code)
