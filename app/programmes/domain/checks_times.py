"""Clocks that start, run and end, and duties that can come about under their rule."""

from collections.abc import Iterator

from app.programmes.domain.check_parts import Problem, choices, stages_after
from app.programmes.domain.definition import Clock, DutyTemplate, Programme
from app.programmes.domain.duties import BeforeExpiry, EveryQuarter, EveryYear


def impossible_times(programme: Programme) -> Iterator[Problem]:
    """Clocks and duties that could never start, never run or never end."""
    for index, clock in enumerate(programme.clocks):
        found = list(_clock_stages(programme, index, clock))
        yield from found or _clock_run(programme, index, clock)
    stages = {stage.code for stage in programme.stages}
    for index, duty in enumerate(programme.duties):
        if duty.made_at not in stages:
            yield ("duties", index, "made_at"), f"there is no stage '{duty.made_at}'; {choices(stages)}"
        else:
            yield from _duty(programme, index, duty)


def _clock_stages(programme: Programme, index: int, clock: Clock) -> Iterator[Problem]:
    stages = {stage.code: stage for stage in programme.stages}
    for key, codes in (("starts_at", clock.starts_at), ("ends_at", clock.ends_at)):
        if not codes:
            yield ("clocks", index, key), f"'{clock.code}' never {key.partition('s_')[0]}s: name the stages that do it"
        for position, code in enumerate(codes):
            if code not in stages:
                yield ("clocks", index, key, position), f"there is no stage '{code}'; {choices(stages)}"
    for position, code in enumerate(clock.starts_at):
        if code in clock.ends_at:
            yield (
                ("clocks", index, "starts_at", position),
                f"'{clock.code}' starts and ends with the same stage '{code}' and never runs; keep it in one of the two",
            )
        elif code in stages and stages[code].is_final:
            yield (
                ("clocks", index, "starts_at", position),
                f"the case ends in '{code}': a clock that starts there never ends; write a 'duty' for what comes afterwards",
            )


def _clock_run(programme: Programme, index: int, clock: Clock) -> Iterator[Problem]:
    ends = frozenset(clock.ends_at)
    for position, start in enumerate(clock.starts_at):
        after = stages_after(programme, start, ends)
        if not after & ends:
            yield (
                ("clocks", index, "starts_at", position),
                (
                    f"from '{start}' no stage is reached in which '{clock.code}' ends ({', '.join(clock.ends_at)}); "
                    "name one on the way"
                ),
            )
        elif not {programme.stage(code).turn for code in {start, *after} - ends} & set(clock.runs_while):
            yield (
                ("clocks", index, "runs_while"),
                (
                    f"'{clock.code}' stands still all the way from '{start}' to its end: it is never the turn of "
                    f"{', '.join(clock.runs_while) or 'anybody'} there; name whose time it measures"
                ),
            )


def _duty(programme: Programme, index: int, duty: DutyTemplate) -> Iterator[Problem]:
    stage, certificate = programme.stage(duty.made_at), programme.certificate
    if stage.is_final and stage.outcome != "finished":
        yield (
            ("duties", index, "made_at"),
            f"a case that was {stage.outcome} in '{stage.code}' has no after-care; write a stage that it passes or finishes in",
        )
    if isinstance(duty.due, EveryQuarter) and stage.is_final:
        yield (
            ("duties", index, "due"),
            f"'every-quarter' asks while the case is open, and it ends in '{stage.code}'; write a stage before, or 'every-year'",
        )
    if isinstance(duty.due, BeforeExpiry) and not (
        "certified" in stage.counts_as and certificate and certificate.validity_years
    ):
        yield (
            ("duties", index, "due"),
            (
                f"'before-expiry' counts back from the last day of a certificate, and none that ends is given in '{stage.code}'; "
                "write a stage that counts as 'certified' in a programme whose 'certificate' has 'validity_years'"
            ),
        )
    if duty.missed_limit and not (
        certificate and duty.by == "enterprise" and isinstance(duty.due, EveryYear | EveryQuarter)
    ):
        yield (
            ("duties", index, "missed_limit"),
            (
                "only a firm that misses what is due again and again loses its certificate by it: 'missed_limit' needs "
                "'by: enterprise', the rule 'every-year' or 'every-quarter', and a programme with a 'certificate'"
            ),
        )
