"""A verdict as people read it: one builder for the verdict page, the enterprise and case pages and the portal.

It is built from the answer, never from the evaluation, so that a stored verdict shows the words that were stored.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.kit.i18n import _, current_locale, ngettext
from app.policies.answer import Answer
from app.policies.domain.facts import Catalogue, FactKey
from app.policies.domain.outcome import Outcome
from app.policies.domain.verdict import Reason
from app.policies.wording import fact_text, outcome_text

STATES = {"met": "good", "unmet": "late", "unknown": "wait"}

Link = Callable[[str], str]
"""The address where a fact (by its code) is supplied; "" for none."""


@dataclass(frozen=True)
class MissingView:
    """A fact that the verdict waits for: its name, for which years, who supplies it, and where."""

    code: str
    label: str
    years: tuple[int, ...]
    said_by: str
    url: str


@dataclass(frozen=True)
class ClauseView:
    """One condition, for `ui.conditions`."""

    id: str
    outcome: str
    title: str
    reference: str
    actual: str
    gap: str
    note: str
    missing: tuple[MissingView, ...]
    children: tuple["ClauseView", ...] = ()
    url: str = ""


@dataclass(frozen=True)
class VerdictView:
    """One policy's verdict on one firm, in the current language.

    `missing` are the facts that would decide an open condition, `judged` those on which only people's judgement waits.
    """

    policy: str
    title: str
    version: str
    on: date
    outcome: str
    outcome_text: str
    state: str
    headline: str
    basis: str
    clauses: tuple[ClauseView, ...]
    missing: tuple[MissingView, ...]
    judged: tuple[MissingView, ...]
    unmet: int
    unknown: int
    met: int

    @property
    def lines(self) -> tuple[ClauseView, ...]:
        """The conditions without their parts' parents: what a dense list shows."""
        return tuple(leaf for clause in self.clauses for leaf in _leaves(clause))


def present(
    found: Answer, catalogue: Catalogue, link: Link = lambda code: "", *, names: Mapping[str, str] | None = None
) -> VerdictView:
    """The answer `found` as a view; `link` says where each missing fact is supplied, `names` what a coded value means."""
    outcomes = [clause["outcome"] for clause in found["clauses"]]
    unmet, unknown, met = (outcomes.count(outcome) for outcome in ("unmet", "unknown", "met"))
    return VerdictView(
        policy=found["policy"],
        title=_words(found["title"]),
        version=found["version"],
        on=date.fromisoformat(found["on"]),
        outcome=found["outcome"],
        outcome_text=outcome_text(Outcome(found["outcome"])),
        state=STATES[found["outcome"]],
        headline=_headline(unmet, unknown),
        basis=_("按 %(version)s 起施行的版本，%(on)s 的数据") % {"version": found["version"], "on": found["on"]},
        clauses=tuple(_clause(clause, catalogue, link, names or {}) for clause in found["clauses"]),
        missing=_missing(_details(found, judged=False), catalogue, link),
        judged=_missing(_details(found, judged=True), catalogue, link),
        unmet=unmet,
        unknown=unknown,
        met=met,
    )


def supply_link(uscc: str, catalogue: Catalogue, on: date, policy: str) -> Link:
    """Where an officer supplies a fact: the firm's page that holds it, or the statements on the verdict page."""
    verdict = verdict_url(uscc, policy, on)

    def link(code: str) -> str:
        page = catalogue[code].supplied_at
        if page == "statement":
            return f"{verdict}#fact-{code}"
        return f"/enterprises/{uscc}/{page}"

    return link


def verdict_url(uscc: str, policy: str, on: date | None = None) -> str:
    """The address of a firm's verdict page."""
    return f"/enterprises/{uscc}/verdicts/{policy}" + (f"?on={on.isoformat()}" if on else "")


def _headline(unmet: int, unknown: int) -> str:
    """`未达标 1 项，待定 2 项`."""
    parts = []
    if unmet:
        parts.append(ngettext("未达标 %(n)s 项", "未达标 %(n)s 项", unmet) % {"n": unmet})
    if unknown:
        parts.append(ngettext("待定 %(n)s 项", "待定 %(n)s 项", unknown) % {"n": unknown})
    return _("，").join(parts) if parts else _("全部达标")


def _details(found: Answer, *, judged: bool) -> list[Answer]:
    """What open clauses wait for: those that people judge, or the others."""
    clauses = [clause for clause in found["clauses"] if (clause["reason"] == Reason.JUDGED_BY_PEOPLE) is judged]
    return [detail for clause in clauses for detail in clause["missing_detail"]]


def _clause(clause: Answer, catalogue: Catalogue, link: Link, names: Mapping[str, str]) -> ClauseView:
    required, gap = clause["required"], clause["gap"]
    title = _words(clause["title"])
    if required and clause["outcome"] and required["unit"] not in {"yes_no", "code"} and not clause["children"]:
        title = f"{title} {_text(required)}"
    return ClauseView(
        id=clause["id"],
        outcome=clause["outcome"],
        title=title,
        reference=_reference(clause),
        actual=_actual(clause, names),
        gap=_text(gap) if gap else "",
        note=_words(clause["note"]) if clause["note"] else "",
        missing=_missing(clause["missing_detail"], catalogue, link),
        children=tuple(_clause(child, catalogue, link, names) for child in clause["children"]),
    )


def _actual(clause: Answer, names: Mapping[str, str]) -> str:
    """How the clause stands; a code by its name where one is known."""
    actual = clause["actual"]
    coded = actual is not None and actual["unit"] == "code" and "value" in actual
    return names.get(actual["value"], _text(clause)) if coded else _text(clause)


def _reference(clause: Answer) -> str:
    """`国科发火〔2016〕32号 第十一条（五）`, and which band applies where bands do."""
    reference = clause["reference"]
    place = f"{reference['document']} {reference['clause']}"
    bands = [f"{_words(basis['label'])} {_text(basis)}" for basis in clause["basis"][2:] if "value" in basis]
    return " · ".join([place, *bands]) if not clause["children"] else place


def _missing(details: list[Answer], catalogue: Catalogue, link: Link) -> tuple[MissingView, ...]:
    years: dict[str, list[int]] = {}
    for detail in details:
        told = years.setdefault(detail["fact"], [])
        if detail["year"] is not None and detail["year"] not in told:
            told.append(detail["year"])
    return tuple(
        _missing_fact(code, tuple(sorted(found)), catalogue, link) for code, found in years.items() if code in catalogue
    )


def _missing_fact(code: str, years: tuple[int, ...], catalogue: Catalogue, link: Link) -> MissingView:
    definition = catalogue[code]
    said_by = str(definition.said_by) if definition.said_by else ""
    return MissingView(code, fact_text(catalogue, FactKey(code)), years, said_by, link(code))


def _leaves(clause: ClauseView) -> Iterator[ClauseView]:
    if not clause.children:
        yield clause
    for child in clause.children:
        yield from _leaves(child)


def _words(bilingual: Mapping[str, str]) -> str:
    return bilingual["zh" if current_locale() == "zh" else "en"]


def _text(told: Mapping[str, Any]) -> str:
    return str(told["text" if current_locale() == "zh" else "text_en"])
