"""A programme version in words, section by section: what its page, the documentation and the difference of two versions show.

Every section is a table: the first column names the row, `code` is what never changes about it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.kit.i18n import N_, _
from app.programmes import words as words
from app.programmes.domain.citations import Cited
from app.programmes.domain.clock_effects import clock_effects
from app.programmes.domain.definition import Clock, Programme, Stage, StageAction
from app.programmes.domain.supplied import MaterialTemplate, Supplied


@dataclass(frozen=True)
class VocabularyNames:
    """The vocabularies that a programme speaks in: kinds of documents, departments and certificates, by code."""

    documents: Mapping[str, str] = field(default_factory=dict)
    departments: Mapping[str, str] = field(default_factory=dict)
    certificates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CitedPlace:
    """Where a value stands, in words, and how sure we are of it."""

    document: str
    clause: str
    confidence: str
    unverified: bool


@dataclass(frozen=True)
class SectionRow:
    """One row: its code, its cells, where it stands."""

    code: str
    cells: tuple[str, ...]
    citations: tuple[CitedPlace, ...]

    @property
    def unverified(self) -> bool:
        """Whether the bureau should check this row before relying on it."""
        return any(citation.unverified for citation in self.citations)


@dataclass(frozen=True)
class Section:
    """One table. Columns in `beneath` may stand below another one (its number); `derived` ones only repeat other sections."""

    code: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[SectionRow, ...]
    beneath: Mapping[int, int] = field(default_factory=dict)
    derived: frozenset[int] = frozenset()


def describe(programme: Programme, names: VocabularyNames) -> tuple[Section, ...]:
    """Stages, steps, materials, questions, clocks, duties and milestones, in the current language."""
    return (
        _stages(programme),
        _steps(programme, names),
        _materials(programme, names),
        _questions(programme),
        _clocks(programme),
        _duties(programme, names),
        _milestones(programme),
    )


def cited_places(programme: Programme, item: Cited) -> tuple[CitedPlace, ...]:
    """Where a part of the programme stands."""
    return tuple(
        CitedPlace(
            document=str(programme.source(citation.source).document),
            clause=str(citation.clause or ""),
            confidence=_(words.CONFIDENCE[citation.confidence]),
            unverified=citation.unverified,
        )
        for citation in item.cites
    )


def _row(programme: Programme, code: str, item: Cited, *cells: str) -> SectionRow:
    return SectionRow(code, cells, cited_places(programme, item))


# -- the way of a case ------------------------------------------------------------------------------------------------


def _stages(programme: Programme) -> Section:
    rows = (
        _row(
            programme, stage.code, stage,
            str(stage.name), str(stage.public), str(stage.upcoming), _(words.TURNS[stage.turn]), _stage_meaning(stage),
        )
        for stage in programme.stages
    )  # fmt: skip
    columns = (_("阶段"), _("企业看到"), _("未到时"), _("轮到谁"), _("说明"))
    return Section("stages", _("各阶段"), columns, tuple(rows), {2: 1})


def _stage_meaning(stage: Stage) -> str:
    meaning = [_("支线")] if stage.path == "side" and not stage.is_final else []
    if stage.outcome:
        meaning.append(_("终点：%(outcome)s") % {"outcome": _(words.OUTCOMES[stage.outcome])})
    return _("；").join([*meaning, *(_(words.MARKERS[marker]) for marker in stage.counts_as)])


def _steps(programme: Programme, names: VocabularyNames) -> Section:
    rows = (
        _row(
            programme, action.code, action,
            str(action.label),
            words.stage_names(programme, action.from_),
            str(programme.stage(action.to).name),
            words.listed(words.who_may(action)),
            _("；").join(words.needs_texts(programme, action, names.departments)),
            _("；").join(_(words.EFFECTS[effect]) for effect in action.effects),
            _("；").join(_clock_texts(programme, action)),
            words.listed([_(words.TOLD[reported]) for reported in action.tell]),
        )
        for action in programme.actions
    )  # fmt: skip
    columns = (
        _("步骤"), _("从"), _("到"), _("由谁办理"), _("需要"), _("结果"), _("对时限的影响"), _("告知"),
    )  # fmt: skip
    return Section("actions", _("各步骤"), columns, tuple(rows), {2: 1, 6: 5, 7: 5}, frozenset({6}))


_CLOCK_EFFECTS = {
    "starts": N_("“%(clock)s”起算"),
    "ends": N_("“%(clock)s”截止"),
    "stops": N_("“%(clock)s”停表"),
    "resumes": N_("“%(clock)s”续计"),
}


def _clock_texts(programme: Programme, action: StageAction) -> Iterator[str]:
    for clock, effect in clock_effects(programme, action):
        yield _(_CLOCK_EFFECTS[effect]) % {"clock": clock.title}


# -- what is supplied -------------------------------------------------------------------------------------------------


def _needed_for(programme: Programme, item: Supplied) -> str:
    action = programme.find_action(item.needed_for)
    text = str(action.label) if action else item.needed_for
    return text if item.required else _("%(step)s（可选）") % {"step": text}


def _materials(programme: Programme, names: VocabularyNames) -> Section:
    rows = (
        _row(
            programme, material.code, material,
            str(material.title),
            names.documents.get(material.document, material.document),
            _needed_for(programme, material),
            words.when_text(programme, material.when),
            _(words.SUPPLIERS[material.supplied_by]),
            _number(material),
            _("办理当日须在有效期内") if material.valid else "",
        )
        for material in programme.materials
    )  # fmt: skip
    columns = (
        _("材料"), _("文件类别"), _("用于步骤"), _("何时需要"), _("由谁提供"), _("份数"), _("有效期"),
    )  # fmt: skip
    return Section("materials", _("材料清单"), columns, tuple(rows), {1: 0, 3: 2, 6: 5})


def _number(material: MaterialTemplate) -> str:
    if material.years and material.at_least > 1:
        return _("近 %(years)s 年每年至少 %(n)s 份") % {"years": material.years, "n": material.at_least}
    if material.years:
        return _("近 %(years)s 年每年 1 份") % {"years": material.years}
    return _("至少 %(n)s 份") % {"n": material.at_least} if material.at_least > 1 else _("1 份")


def _questions(programme: Programme) -> Section:
    rows = (
        _row(
            programme, question.code, question,
            str(question.label),
            words.kind_text(question),
            _needed_for(programme, question),
            words.when_text(programme, question.when),
            _(words.SUPPLIERS[question.supplied_by]),
            _("沿用上次答复") if question.renews else _("每次重新填报"),
        )
        for question in programme.questions
    )  # fmt: skip
    columns = (_("问题"), _("形式"), _("用于步骤"), _("何时需要"), _("由谁填报"), _("再次申报"))
    return Section("questions", _("填报问题"), columns, tuple(rows), {3: 2, 5: 4})


# -- times ------------------------------------------------------------------------------------------------------------


def _clocks(programme: Programme) -> Section:
    rows = (
        _row(
            programme, clock.code, clock,
            str(clock.title),
            words.stage_names(programme, clock.starts_at),
            words.stage_names(programme, clock.ends_at),
            _runs_while(clock),
            words.working_days_text(clock.working_days),
        )
        for clock in programme.clocks
    )  # fmt: skip
    columns = (_("办理时限"), _("进入时起算"), _("进入时截止"), _("只在轮到时计"), _("时长"))
    return Section("clocks", _("办理时限"), columns, tuple(rows))


def _runs_while(clock: Clock) -> str:
    return words.listed([_(words.TURNS[turn]) for turn in clock.runs_while])


def _duties(programme: Programme, names: VocabularyNames) -> Section:
    rows = (
        _row(
            programme, duty.code, duty,
            str(duty.title),
            _(words.SUPPLIERS[duty.by]),
            str(programme.stage(duty.made_at).name),
            words.duty_due_text(duty.due),
            words.listed([str(asked.label) for asked in duty.fields]
                         + [names.documents.get(code, code) for code in duty.documents]) or "—",
            _("漏报 %(n)s 次的，证书失效") % {"n": duty.missed_limit} if duty.missed_limit else "—",
        )
        for duty in programme.duties
    )  # fmt: skip
    columns = (_("义务"), _("由谁履行"), _("产生于"), _("期限"), _("提交内容"), _("未履行"))
    return Section("duties", _("培育期与认定后的义务"), columns, tuple(rows))


def _milestones(programme: Programme) -> Section:
    rows = (
        _row(
            programme, milestone.code, milestone,
            str(milestone.title),
            _("立案") if milestone.made_at == "opening" else str(programme.stage(milestone.made_at).name),
            words.due_text(milestone.due),
        )
        for milestone in programme.milestones
    )  # fmt: skip
    return Section("milestones", _("各节点"), (_("节点"), _("建立于"), _("期限")), tuple(rows))
