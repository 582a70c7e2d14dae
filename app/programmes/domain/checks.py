"""What a programme file must satisfy beyond its shape: every code known, every stage reachable, no dead end."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from app.programmes.domain.definition import Programme, StageAction

Location = tuple[str | int, ...]
Problem = tuple[Location, str]


def problems(programme: Programme, known_policies: Iterable[str]) -> list[Problem]:
    """Every mistake in `programme` with the place of its key in the file; empty when it may be published."""
    policies = frozenset(known_policies)
    if not programme.stages:
        return [(("stages",), "a programme needs stages: the first one is where a case begins")]
    found = [*_repeats(programme), *_unknown_codes(programme, policies), *_stage_kinds(programme)]
    found += [*_markers(programme), *_effects(programme)]
    return found or [*_unreachable(programme), *_dead_ends(programme)]


def _repeats(programme: Programme) -> Iterator[Problem]:
    lists = {
        "sources": [source.id for source in programme.sources],
        "stages": [stage.code for stage in programme.stages],
        "actions": [action.code for action in programme.actions],
        "milestones": [milestone.code for milestone in programme.milestones],
        "rounds": [f"{round_.year} {round_.code}" for round_ in programme.rounds],
    }
    for key, codes in lists.items():
        counts = Counter(codes)
        for index, code in enumerate(codes):
            if counts[code] > 1 and code in codes[:index]:
                yield (key, index), f"'{code}' stands here a second time; codes of one list must differ"


def _unknown_codes(programme: Programme, policies: frozenset[str]) -> Iterator[Problem]:
    stages = {stage.code for stage in programme.stages}
    yield from _unknown_policies(programme, policies)
    for index, action in enumerate(programme.actions):
        if not action.by or not action.from_:
            yield ("actions", index), f"'{action.code}' needs stages to start from and people who may take it"
        for position, code in enumerate(action.from_):
            if code not in stages:
                yield ("actions", index, "from", position), f"there is no stage '{code}'; {_choices(stages)}"
        if action.to not in stages:
            yield ("actions", index, "to"), f"there is no stage '{action.to}'; {_choices(stages)}"
    for index, milestone in enumerate(programme.milestones):
        if milestone.made_at not in stages | {"opening"}:
            yield (
                ("milestones", index, "made_at"),
                f"there is no stage '{milestone.made_at}'; write 'opening' or {_choices(stages)}",
            )
    yield from _unknown_sources(programme)


def _unknown_policies(programme: Programme, policies: frozenset[str]) -> Iterator[Problem]:
    for index, code in enumerate(programme.policies):
        if code not in policies:
            yield ("policies", index), f"there is no policy '{code}' under seeds/policies; {_choices(policies)}"
    for index, action in enumerate(programme.actions):
        guard = action.needs.verdict
        if guard and guard.policy not in programme.policies:
            yield (
                ("actions", index, "needs", "verdict", "policy"),
                f"the policy '{guard.policy}' is not among the programme's 'policies'; add it there first",
            )


def _unknown_sources(programme: Programme) -> Iterator[Problem]:
    sources = {source.id for source in programme.sources}
    cited = {"stages": programme.stages, "actions": programme.actions, "milestones": programme.milestones}
    for key, items in [*cited.items(), ("rounds", programme.rounds)]:
        for index, item in enumerate(items):
            for position, citation in enumerate(item.cites):
                if citation.source not in sources:
                    yield (
                        (key, index, "cites", position, "source"),
                        f"there is no source '{citation.source}'; {_choices(sources)}",
                    )


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


def _unreachable(programme: Programme) -> Iterator[Problem]:
    reached = _closure({programme.start.code}, lambda code: [a.to for a in programme.actions_from(code)])
    for index, stage in enumerate(programme.stages):
        if stage.code not in reached:
            yield ("stages", index), f"no action leads to the stage '{stage.code}'; add one or remove the stage"


def _dead_ends(programme: Programme) -> Iterator[Problem]:
    finals = {stage.code for stage in programme.stages if stage.is_final}
    sources_of: dict[str, list[str]] = {}
    for action in programme.actions:
        sources_of.setdefault(action.to, []).extend(action.from_)
    ending = _closure(finals, lambda code: sources_of.get(code, []))
    for index, stage in enumerate(programme.stages):
        if stage.code not in ending:
            yield (
                ("stages", index),
                f"from the stage '{stage.code}' no final stage can be reached; a case would be stuck",
            )
        if stage.is_final and programme.actions_from(stage.code):
            yield ("stages", index), f"the final stage '{stage.code}' has actions; a case ends there"


def _closure(start: set[str], neighbours: Callable[[str], Iterable[str]]) -> set[str]:
    seen, waiting = set(start), list(start)
    while waiting:
        for code in neighbours(waiting.pop()):
            if code not in seen:
                seen.add(code)
                waiting.append(code)
    return seen


def _choices(codes: Iterable[str]) -> str:
    return "known: " + (", ".join(sorted(codes)) or "none")
