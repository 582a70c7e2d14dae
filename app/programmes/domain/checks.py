"""What a programme file must satisfy beyond its shape: every code known, every stage reachable, no dead end."""

from collections import Counter
from collections.abc import Iterator

from app.programmes.domain.check_parts import KnownCodes, Location, Problem, closure
from app.programmes.domain.checks_cited import unfounded
from app.programmes.domain.checks_codes import unknown_codes
from app.programmes.domain.checks_supplied import unanswerable
from app.programmes.domain.checks_times import impossible_times
from app.programmes.domain.definition import Programme, StageAction


def problems(programme: Programme, known: KnownCodes) -> list[Problem]:
    """Every mistake in `programme` with the place of its key in the file; empty when it may be published."""
    if not programme.stages:
        return [(("stages",), "a programme needs stages: the first one is where a case begins")]
    found = [*_repeats(programme), *unknown_codes(programme, known), *unanswerable(programme, known)]
    found += [*unfounded(programme), *_stage_kinds(programme)]
    if found:
        return found
    found = [*_markers(programme), *_effects(programme), *_send_backs(programme), *impossible_times(programme)]
    return found or [*_unreachable(programme), *_dead_ends(programme)]


def _repeats(programme: Programme) -> Iterator[Problem]:
    for at, codes in _lists(programme):
        counts = Counter(codes)
        for index, code in enumerate(codes):
            if counts[code] > 1 and code in codes[:index]:
                yield (*at, index), f"'{code}' stands here a second time; codes of one list must differ"


def _lists(programme: Programme) -> Iterator[tuple[Location, list[str]]]:
    yield ("sources",), [source.id for source in programme.sources]
    yield ("rounds",), [f"{round_.year} {round_.code}" for round_ in programme.rounds]
    for key in ("stages", "actions", "milestones", "questions", "materials", "clocks", "duties"):
        yield (key,), [item.code for item in getattr(programme, key)]
    for index, action in enumerate(programme.actions):
        yield ("actions", index, "needs", "fields"), [field.code for field in action.needs.fields]
        yield ("actions", index, "needs", "opinions"), [opinion.department for opinion in action.needs.opinions]
    for index, duty in enumerate(programme.duties):
        yield ("duties", index, "fields"), [field.code for field in duty.fields]
    for index, question in enumerate(programme.questions):
        yield ("questions", index, "choices"), [choice.zh for choice in question.choices]


def _stage_kinds(programme: Programme) -> Iterator[Problem]:
    for index, stage in enumerate(programme.stages):
        if stage.is_final and stage.outcome is None:
            yield ("stages", index), f"the final stage '{stage.code}' needs an outcome: finished, rejected or withdrawn"
        if not stage.is_final and stage.outcome is not None:
            yield ("stages", index, "outcome"), "only a stage of kind 'final' has an outcome"
    if programme.start.is_final or programme.start.path != "main":
        yield ("stages", 0), "a case begins in the first stage: it must be a normal one on the main path"


def _markers(programme: Programme) -> Iterator[Problem]:
    """A marker may come from several stages, but submission must be marked where rights and verdicts are bound."""
    marked = {marker for stage in programme.stages for marker in stage.counts_as}
    for index, action in enumerate(programme.actions):
        if "submit" in action.effects and "submitted" not in _stage_markers(programme, action):
            yield (
                ("actions", index, "effects"),
                f"'{action.code}' submits, but its target '{action.to}' does not count as 'submitted'",
            )
    if "certified" in marked and programme.certificate is None:
        yield ("stages",), "a stage counts as 'certified', but the programme names no 'certificate'"


def _stage_markers(programme: Programme, action: StageAction) -> tuple[str, ...]:
    return next((tuple(stage.counts_as) for stage in programme.stages if stage.code == action.to), ())


def _effects(programme: Programme) -> Iterator[Problem]:
    for index, action in enumerate(programme.actions):
        fields = {field.code: field for field in action.needs.fields}
        if "certify" in action.effects:
            for code, kind in (("certificate_number", "text"), ("issued_on", "date")):
                if code not in fields or fields[code].kind != kind or not fields[code].required:
                    yield (
                        ("actions", index, "needs"),
                        f"'{action.code}' certifies and must ask for the required field '{code}' of kind '{kind}'",
                    )
            if programme.certificate is None:
                yield ("actions", index, "effects"), "there is no 'certificate' in this programme to be given"
        if "release-rights" in action.effects and not programme.uses_class_two:
            yield ("actions", index, "effects"), "the programme does not use class II property: nothing to release"


def _send_backs(programme: Programme) -> Iterator[Problem]:
    """Who is sent back must be able to answer, and be told why."""
    for index, action in enumerate(programme.actions):
        if "send-back" not in action.effects:
            continue
        target = programme.stage(action.to)
        if target.turn != "enterprise":
            yield (
                ("actions", index, "to"),
                (
                    f"'{action.code}' sends the case back to the firm, but in '{target.code}' it is the turn of "
                    f"'{target.turn}'; lead it to a stage with 'turn: enterprise'"
                ),
            )
        elif not closure({target.code}, lambda at: [a.to for a in programme.actions_from(at)]) & set(action.from_):
            yield (
                ("actions", index, "to"),
                (
                    f"from '{target.code}' nothing leads back to {' or '.join(action.from_)}, so what was corrected would "
                    "never be looked at again; add the step that hands it in again"
                ),
            )
        if not action.needs.reason:
            yield (
                ("actions", index, "effects"),
                f"'{action.code}' lapses the approvals given so far and must say why; write 'needs: {{reason: true}}'",
            )


def _unreachable(programme: Programme) -> Iterator[Problem]:
    reached = closure({programme.start.code}, lambda code: [a.to for a in programme.actions_from(code)])
    for index, stage in enumerate(programme.stages):
        if stage.code not in reached:
            yield ("stages", index), f"no action leads to the stage '{stage.code}'; add one or remove the stage"


def _dead_ends(programme: Programme) -> Iterator[Problem]:
    finals = {stage.code for stage in programme.stages if stage.is_final}
    sources_of: dict[str, list[str]] = {}
    for action in programme.actions:
        sources_of.setdefault(action.to, []).extend(action.from_)
    ending = closure(finals, lambda code: sources_of.get(code, []))
    for index, stage in enumerate(programme.stages):
        if stage.code not in ending:
            yield (
                ("stages", index),
                f"from the stage '{stage.code}' no final stage can be reached; a case would be stuck",
            )
        if stage.is_final and programme.actions_from(stage.code):
            yield ("stages", index), f"the final stage '{stage.code}' has actions; a case ends there"
