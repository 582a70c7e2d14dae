"""Pure decisions about experts, programmes and agreements."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.kit.errors import Conflict, Invalid
from app.kit.i18n import N_, _
from app.kit.public_ids import PublicIds


class PlanCount(StrEnum):
    """The headcounts of the yearly plan that a programme can belong to (plan clause 13)."""

    PROVINCIAL = "provincial-commissioner"
    RURAL = "rural-commissioner"


class ServiceMode(StrEnum):
    """How the expert works with the firm (湖北专项: 兼职创新、长期派驻、短期合作)."""

    PART_TIME = "part-time"
    RESIDENT = "resident"
    SHORT_TERM = "short-term"


class EndReason(StrEnum):
    """Why an agreement ended before its last day."""

    AIM_REACHED = "aim-reached"
    EXPERT_LEFT = "expert-left"
    ENTERPRISE_LEFT = "enterprise-left"
    NOT_PERFORMED = "not-performed"
    RECORDED_IN_ERROR = "recorded-in-error"
    OTHER = "other"


class Degree(StrEnum):
    """Highest academic degree."""

    DOCTOR = "doctor"
    MASTER = "master"
    BACHELOR = "bachelor"
    OTHER = "other"


MODE_LABELS = {
    ServiceMode.PART_TIME: N_("兼职创新"),
    ServiceMode.RESIDENT: N_("长期派驻"),
    ServiceMode.SHORT_TERM: N_("短期合作"),
}
END_REASON_LABELS = {
    EndReason.AIM_REACHED: N_("目标已完成"),
    EndReason.EXPERT_LEFT: N_("专家退出"),
    EndReason.ENTERPRISE_LEFT: N_("企业退出"),
    EndReason.NOT_PERFORMED: N_("未履约"),
    EndReason.RECORDED_IN_ERROR: N_("登记有误"),
    EndReason.OTHER: N_("其他原因"),
}
DEGREE_LABELS = {
    Degree.DOCTOR: N_("博士"),
    Degree.MASTER: N_("硕士"),
    Degree.BACHELOR: N_("本科"),
    Degree.OTHER: N_("其他学历"),
}

IDS = PublicIds("EXP")


def mask_phone(phone: str) -> str:
    """A telephone number with its middle hidden: 13871234567 becomes 138****4567."""
    digits = phone.strip()
    if len(digits) < 7:
        return "*" * len(digits)
    return f"{digits[:3]}{'*' * (len(digits) - 7)}{digits[-4:]}"


def effective_end(ends_on: date, ended_on: date | None) -> date:
    """The last day with effect: the agreed end, or the day it was ended early."""
    return ends_on if ended_on is None else min(ends_on, ended_on)


@dataclass(frozen=True)
class AgreementTerm:
    """An agreement's days as far as they have effect; empty when it was called off before it began."""

    starts_on: date
    ends_on: date

    @classmethod
    def of(cls, starts_on: date, ends_on: date, ended_on: date | None = None) -> "AgreementTerm":
        """The term with an early end applied."""
        return cls(starts_on, effective_end(ends_on, ended_on))

    def overlaps(self, other: "AgreementTerm") -> bool:
        """Whether both have effect on some same day."""
        first, last = max(self.starts_on, other.starts_on), min(self.ends_on, other.ends_on)
        return first <= last

    def in_effect(self, on: date) -> bool:
        """Whether the agreement has effect on that day."""
        return self.starts_on <= on <= self.ends_on

    def touches_year(self, year: int) -> bool:
        """Whether the agreement has effect on some day of the calendar year."""
        return self.overlaps(AgreementTerm(date(year, 1, 1), date(year, 12, 31)))


def check_term(starts_on: date, ends_on: date) -> None:
    """Refuse an agreement that ends before it begins; raises Invalid commissioner.agreement.term."""
    if ends_on < starts_on:
        message = _("终止日期早于起始日期（%(start)s），请核对协议期限。") % {"start": starts_on.isoformat()}
        raise Invalid("commissioner.agreement.term", message, {"ends_on": message})


def check_no_overlap(new: AgreementTerm, others: Iterable[AgreementTerm]) -> None:
    """Refuse a second agreement for days already covered; raises Conflict commissioner.agreement.overlap."""
    for other in others:
        if new.overlaps(other):
            message = _(
                "这位专家与该企业在同一专项下已有协议（%(start)s 至 %(end)s），期限重叠。请调整期限，或先终止原协议。"
            ) % {"start": other.starts_on.isoformat(), "end": other.ends_on.isoformat()}
            raise Conflict("commissioner.agreement.overlap", message, {"starts_on": message})


def check_early_end(ended_on: date, starts_on: date, ends_on: date) -> None:
    """An early end lies between the day before the start (never took effect) and the agreed end; else Invalid."""
    if not starts_on - timedelta(days=1) <= ended_on <= ends_on:
        message = _("提前终止日应在 %(first)s 与 %(last)s 之间。") % {
            "first": (starts_on - timedelta(days=1)).isoformat(),
            "last": ends_on.isoformat(),
        }
        raise Invalid("commissioner.agreement.ended_on", message, {"ended_on": message})
