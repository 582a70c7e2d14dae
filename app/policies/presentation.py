"""A verdict as people read it: one builder for the verdict page, the enterprise and case pages and the portal.

It is built from the answer, never from the evaluation, so that a stored verdict shows the words that were stored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from app.kit.i18n import _, ngettext
from app.policies.answer import Answer, answer
from app.policies.domain.facts.catalogue import Catalogue, FactKey
from app.policies.domain.language.policy import Confidence
from app.policies.domain.language.settable import SETTING
from app.policies.domain.language.verdict import ClauseReason, Evaluation
from app.policies.domain.values.outcome import Outcome
from app.policies.domain.values.units import Unit
from app.policies.service.fact_sources import Gathered
from app.policies.views import BlockView, ClauseView, ItemView, MissingView, ScoreView, VerdictView
from app.policies.words import fact_text, kept_text, kept_words, outcome_text, value_text

__all__ = [
    "ClauseView",
    "MissingView",
    "ScoreView",
    "VerdictView",
    "points_text",
    "present",
    "present_known",
    "supply_link",
    "verdict_url",
]

NAMED = 3
"""So many of the facts that an outcome depends on are named in its headline."""
STATES = {"met": "good", "unmet": "late", "unknown": "wait"}

Link = Callable[[str], str]
"""The address where a fact (by its code) is supplied; "" for none."""


def present(
    found: Answer, catalogue: Catalogue, link: Link = lambda code: "", *, names: Mapping[str, str] | None = None
) -> VerdictView:
    """The answer `found` as a view; `link` says where each missing fact is supplied, `names` what a coded value means."""
    outcomes = [clause["outcome"] for clause in found["clauses"]]
    unmet, unknown, met = (outcomes.count(outcome) for outcome in ("unmet", "unknown", "met"))
    missing = _missing(_details(found, catalogue, graded=False), catalogue, link)
    judged = _missing(_details(found, catalogue, graded=True), catalogue, link)
    return VerdictView(
        policy=found["policy"],
        title=kept_words(found["title"]),
        version=found["version"],
        on=date.fromisoformat(found["on"]),
        outcome=found["outcome"],
        outcome_text=outcome_text(Outcome(found["outcome"])),
        state=STATES[found["outcome"]],
        headline=_headline(found, (*missing, *judged), _counts(unmet, unknown)),
        counts=_counts(unmet, unknown),
        basis=_("按 %(version)s 起施行的版本，%(on)s 的数据")
        % {"version": found["version"].partition(".r")[0], "on": found["on"]},
        clauses=tuple(_clause(clause, catalogue, link, names or {}) for clause in found["clauses"]),
        missing=missing,
        judged=judged,
        unmet=unmet,
        unknown=unknown,
        met=met,
        score=_score(found, catalogue, link) if found.get("score") else None,
    )


def present_known(
    evaluation: Evaluation,
    known: Gathered,
    link: Link = lambda code: "",
    *,
    names: Mapping[str, str] | None = None,
) -> VerdictView:
    """An evaluation of what is `known`; a missing fact whose last check is over says of which day that was."""
    view = present(answer(evaluation), evaluation.policy.catalogue, link, names=names)
    days = {key.code: source.stated_on for key, source in known.lapsed.items()}
    if not days:
        return view
    missing, clauses = _with_days(view.missing, days), tuple(_clause_with_days(clause, days) for clause in view.clauses)
    return replace(view, missing=missing, clauses=clauses)


def _clause_with_days(clause: ClauseView, days: Mapping[str, date | None]) -> ClauseView:
    children = tuple(_clause_with_days(child, days) for child in clause.children)
    return replace(clause, missing=_with_days(clause.missing, days), children=children)


def _with_days(missing: Sequence[MissingView], days: Mapping[str, date | None]) -> tuple[MissingView, ...]:
    words = _("%(fact)s（%(on)s 的核查已过期，须重新核查）")
    return tuple(
        replace(fact, label=words % {"fact": fact.label, "on": days[fact.code]}) if fact.code in days else fact
        for fact in missing
    )


#: Parts of a firm's record that stand on the page of another.
_PARTS = {"standards": "conversions#standards"}


def supply_link(uscc: str, catalogue: Catalogue, on: date, policy: str) -> Link:
    """Where an officer supplies a fact: the firm's page that holds it, or the statements on the verdict page."""
    verdict = verdict_url(uscc, policy, on)

    def link(code: str) -> str:
        page = catalogue[code].supplied_at
        if page == SETTING:
            return f"/policies/{policy}/settings"
        if page == "statement":
            return f"{verdict}#fact-{code}"
        return f"/enterprises/{uscc}/{_PARTS.get(page, page)}"

    return link


def verdict_url(uscc: str, policy: str, on: date | None = None) -> str:
    """The address of a firm's verdict page."""
    return f"/enterprises/{uscc}/verdicts/{policy}" + (f"?on={on.isoformat()}" if on else "")


def _headline(found: Answer, open_facts: Sequence[MissingView], counts: str) -> str:
    """What it comes to: passes whatever the experts say, cannot pass, or what it depends on."""
    outcome, score = found["outcome"], found.get("score")
    if outcome == Outcome.UNMET:
        return _("按现有数据不可能通过：%(counts)s") % {"counts": counts}
    if outcome == Outcome.MET:
        return _("无论专家如何评分都通过") if score and score["low"] < score["high"] else _("全部达标")
    names = [fact.label for fact in open_facts] + ([_("专家在各档内的评分")] if _waits_for_choice(found) else [])
    if not names:
        return counts
    labels = _("、").join(names[:NAMED])
    if len(names) <= NAMED:
        return _("取决于：%(facts)s") % {"facts": labels}
    return ngettext("取决于：%(facts)s 等 %(n)s 项", "取决于：%(facts)s 等 %(n)s 项", len(names)) % {
        "facts": labels,
        "n": len(names),
    }


def _waits_for_choice(found: Answer) -> bool:
    """Whether the outcome also waits for the points that experts choose inside a band, everything of it being known."""
    clause = _score_clause(found["clauses"])
    items = [item for block in found.get("blocks", []) for item in block["items"]]
    chosen = any(item["low"] < item["high"] and not item["missing"] for item in items)
    return chosen and clause is not None and clause["outcome"] == Outcome.UNKNOWN


def _counts(unmet: int, unknown: int) -> str:
    """`未达标 1 项，待定 2 项`."""
    parts = []
    if unmet:
        parts.append(ngettext("未达标 %(n)s 项", "未达标 %(n)s 项", unmet) % {"n": unmet})
    if unknown:
        parts.append(ngettext("待定 %(n)s 项", "待定 %(n)s 项", unknown) % {"n": unknown})
    return _("，").join(parts) if parts else _("全部达标")


def _details(found: Answer, catalogue: Catalogue, *, graded: bool) -> list[Answer]:
    """What open clauses wait for: the grades of experts (all that a clause names which people judge), or the rest."""
    details: list[Answer] = []
    for clause in found["clauses"]:
        judged = clause["reason"] == ClauseReason.JUDGED_BY_PEOPLE
        for detail in clause["missing_detail"]:
            definition = catalogue.get(detail["fact"])
            if (judged or (definition is not None and definition.graded_by_experts)) is graded:
                details.append(detail)
    return details


# -- the score --------------------------------------------------------------------------------------------------------


def _score(found: Answer, catalogue: Catalogue, link: Link) -> ScoreView:
    score, clause = found["score"], _score_clause(found["clauses"])
    outcome = clause["outcome"] if clause else found["outcome"]
    return ScoreView(
        title=kept_words(found["score_title"]),
        low=score["low"],
        high=score["high"],
        most=sum(block["at_most"] for block in found["blocks"]),
        points=points_text(score["low"], score["high"]),
        required=kept_text(clause["required"]) if clause else "",
        mark=_mark(clause["required"]) if clause else None,
        outcome=outcome,
        outcome_text=_SCORE_OUTCOMES[outcome]() if clause and score["low"] < score["high"] else "",
        waits=kept_text(clause) if clause and clause["reason"] == ClauseReason.WAITS_FOR_EXPERTS else "",
        blocks=tuple(_block(block, catalogue, link) for block in found["blocks"]),
    )


def _score_clause(clauses: Sequence[Answer]) -> Answer | None:
    """The condition that compares the score."""
    for clause in clauses:
        inner = _score_clause(clause["children"])
        if inner is not None:
            return inner
        required = clause["required"]
        if required and required["unit"] == "grade" and not clause["children"]:
            return clause
    return None


def _mark(required: Answer) -> int | None:
    """From how many points on a score passes."""
    steps = {">": 1, ">=": 0}
    value, relation = required.get("value"), required["relation"]
    return value + steps[relation] if isinstance(value, int) and relation in steps else None


def _block(block: Answer, catalogue: Catalogue, link: Link) -> BlockView:
    return BlockView(
        id=block["id"],
        title=kept_words(block["title"]),
        reference=_place(block["reference"]),
        low=block["low"],
        high=block["high"],
        at_most=block["at_most"],
        points=points_text(block["low"], block["high"]),
        note=kept_words(block["note"]) if block["note"] else "",
        items=tuple(_item(item, catalogue, link) for item in block["items"]),
    )


def _item(item: Answer, catalogue: Catalogue, link: Link) -> ItemView:
    label = kept_words(item["label"]) if item["label"] else ""
    return ItemView(
        id=item["id"],
        title=kept_words(item["title"]),
        reference=_place(item["reference"]),
        low=item["low"],
        high=item["high"],
        at_most=item["at_most"],
        points=points_text(item["low"], item["high"]),
        why=kept_text(item),
        label=label if label != kept_text(item) else "",
        review=item["reason"] == ClauseReason.MANUAL_REVIEW,
        missing=_missing(item["missing_detail"], catalogue, link),
        note=kept_words(item["note"]) if item["note"] else "",
        options=tuple(_item(option, catalogue, link) for option in item["options"]),
    )


def points_text(low: int, high: int) -> str:
    """`20 分`, or `7 至 8 分`."""
    if low == high:
        return value_text(Unit.GRADE, low)
    return _("%(low)s 至 %(high)s 分") % {"low": low, "high": high}


_SCORE_OUTCOMES: dict[str, Callable[[], str]] = {
    Outcome.MET: lambda: _("无论专家如何评分都达到要求"),
    Outcome.UNMET: lambda: _("无论专家如何评分都达不到要求"),
    Outcome.UNKNOWN: lambda: _("是否达到要求尚未确定"),
}

# -- conditions -------------------------------------------------------------------------------------------------------


def _clause(clause: Answer, catalogue: Catalogue, link: Link, names: Mapping[str, str]) -> ClauseView:
    required, gap = clause["required"], clause["gap"]
    name = title = kept_words(clause["title"])
    if required and clause["outcome"] and required["unit"] not in {"yes_no", "code"} and not clause["children"]:
        title = f"{title} {kept_text(required)}"
    return ClauseView(
        id=clause["id"],
        outcome=clause["outcome"],
        title=title,
        reference=_reference(clause),
        actual=_actual(clause, names),
        gap=kept_text(gap) if gap else "",
        note=kept_words(clause["note"]) if clause["note"] else "",
        missing=_missing(clause["missing_detail"], catalogue, link),
        children=tuple(_clause(child, catalogue, link, names) for child in clause["children"]),
        name=name,
        required=_required(clause) if not clause["children"] else "",
        verified=Confidence(clause["confidence"]).verified,
    )


def _required(clause: Answer) -> str:
    """What is asked for; that something must not be the case is said without a second no."""
    if _must_not_be(clause):
        return _("无此情形")
    return kept_text(clause["required"]) if clause["required"] else ""


def _must_not_be(clause: Answer) -> bool:
    required = clause["required"]
    return bool(required) and required["unit"] == "yes_no" and required.get("value") is False


def _actual(clause: Answer, names: Mapping[str, str]) -> str:
    """How the clause stands; a code by its name where one is known."""
    actual = clause["actual"]
    if actual is not None and "value" in actual and _must_not_be(clause):
        return _("有此情形") if actual["value"] else _("无此情形")
    coded = actual is not None and actual["unit"] == "code" and "value" in actual
    return names.get(actual["value"], kept_text(clause)) if coded else kept_text(clause)


def _reference(clause: Answer) -> str:
    """`国科发火〔2016〕32号 第十一条（五）`, and which band applies where bands do."""
    place = _place(clause["reference"])
    bands = [f"{kept_words(basis['label'])} {kept_text(basis)}" for basis in clause["basis"][2:] if "value" in basis]
    return " · ".join([place, *bands]) if not clause["children"] else place


def _place(reference: Answer) -> str:
    return f"{reference['document']} {reference['clause']}"


def _missing(details: list[Answer], catalogue: Catalogue, link: Link) -> tuple[MissingView, ...]:
    years: dict[str, list[int]] = {}
    for detail in details:
        stated = years.setdefault(detail["fact"], [])
        if detail["year"] is not None and detail["year"] not in stated:
            stated.append(detail["year"])
    return tuple(
        _missing_fact(code, tuple(sorted(found)), catalogue, link) for code, found in years.items() if code in catalogue
    )


def _missing_fact(code: str, years: tuple[int, ...], catalogue: Catalogue, link: Link) -> MissingView:
    definition = catalogue[code]
    said_by = str(definition.said_by) if definition.said_by else ""
    left_to_bureau = definition.supplied_at == SETTING
    return MissingView(code, fact_text(catalogue, FactKey(code)), years, said_by, link(code), left_to_bureau)
