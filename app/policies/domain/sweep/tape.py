"""Running a tape of steps over columns: numpy, a block of rows at a time so that what is in between stays small."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from app.policies.domain.facts.columns import Floats
from app.policies.domain.forms.forms import Slot
from app.policies.domain.forms.steps import Corner, FormStep, Op, Tape

BLOCK = 16_384
Load = Callable[[Slot, Corner], Floats]
"""The numbers of a slot for every row, at a corner; NaN where they are wanted exactly and not known."""


def run(tape: Tape, wanted: Sequence[int], load: Load, size: int) -> list[Floats]:
    """The results of the wanted steps for every row. The caller lets numpy reckon with NaN and infinity."""
    needed = _needed(tape.steps, wanted)
    loaded = {place: load(*tape.steps[place].data) for place in needed if tape.steps[place].op is Op.LOAD}
    results = {place: np.empty(size) for place in wanted if place not in loaded}
    places = _buffers(tape.steps, [place for place in needed if place not in loaded], set(results))
    buffers = [np.empty(min(BLOCK, size)) for _ in range(1 + max(places.values(), default=-1))]
    work = [(_RUN[step.op], step.data, step.arguments, place) for place, step in _steps(tape, needed, loaded)]
    for start in range(0, size, BLOCK):
        block = slice(start, min(start + BLOCK, size))
        found = {place: column[block] for place, column in loaded.items()}
        for do, data, arguments, place in work:
            out = results[place][block] if place in results else buffers[places[place]][: block.stop - start]
            do(out, data, *[found[argument] for argument in arguments])
            found[place] = out
    return [loaded[place] if place in loaded else results[place] for place in wanted]


def _steps(tape: Tape, needed: Sequence[int], loaded: Mapping[int, Floats]) -> Iterator[tuple[int, FormStep]]:
    return ((place, tape.steps[place]) for place in needed if place not in loaded)


def _buffers(steps: Sequence[FormStep], places: Sequence[int], kept: set[int]) -> dict[int, int]:
    """A buffer for each step whose result is not kept; one is used again when its result was read for the last time."""
    last = {argument: place for place in places for argument in steps[place].arguments}
    given: dict[int, int] = {}
    free: list[int] = []
    made = 0
    for place in places:
        if place not in kept:
            if not free:
                free, made = [made], made + 1
            given[place] = free.pop()
        read = {argument for argument in steps[place].arguments if last[argument] == place}
        free.extend(given[argument] for argument in sorted(read & given.keys()))
    return given


def _needed(steps: Sequence[FormStep], wanted: Sequence[int]) -> list[int]:
    """The places of the steps that the wanted ones rest on, in order."""
    needed: set[int] = set()
    pending = list(wanted)
    while pending:
        place = pending.pop()
        if place not in needed:
            needed.add(place)
            pending.extend(steps[place].arguments)
    return sorted(needed)


def _constant(out: Floats, value: int) -> None:
    out.fill(value)


def _select(out: Floats, data: Any, subject: Floats) -> None:
    """The value of the band in which the subject lies; NaN where that is not known."""
    ends, values = data
    np.multiply(subject, 0.0, out=out)
    out += values[-1]
    for (end, included), value in zip(reversed(ends), reversed(values[:-1]), strict=True):
        np.copyto(out, value, where=subject <= float(end) if included else subject < float(end))


def _product(choose: Any) -> Callable[..., None]:
    def corners(out: Floats, data: Any, *ends: Floats) -> None:
        found = [np.nan_to_num(a * b, nan=0.0, posinf=np.inf, neginf=-np.inf) for a in ends[:2] for b in ends[2:]]
        out[:] = choose.reduce(found)

    return corners


_RUN: dict[Op, Callable[..., Any]] = {
    Op.LOAD: lambda out, data: None,
    Op.CONSTANT: _constant,
    Op.ADD: lambda out, data, a, b: np.add(a, b, out=out),
    Op.SUBTRACT: lambda out, data, a, b: np.subtract(a, b, out=out),
    Op.TIMES: lambda out, data, a: np.multiply(a, float(data), out=out),
    Op.PLUS: lambda out, data, a: np.add(a, float(data), out=out),
    Op.MULTIPLY: lambda out, data, a, b: np.multiply(a, b, out=out),
    Op.LEAST: lambda out, data, a, b: np.minimum(a, b, out=out),
    Op.GREATEST: lambda out, data, a, b: np.maximum(a, b, out=out),
    Op.LEAST_PRODUCT: _product(np.minimum),
    Op.GREATEST_PRODUCT: _product(np.maximum),
    Op.SELECT: _select,
}


# -- how large what is in between becomes -----------------------------------------------------------------------------

_LARGER = {Op.SUBTRACT: Op.ADD, Op.LEAST: Op.GREATEST, Op.LEAST_PRODUCT: Op.GREATEST_PRODUCT}


def magnitudes(tape: Tape) -> Tape:
    """The steps that, from absolute values, reckon how large each step of `tape` and all before it may become."""
    return Tape(tape.stored, [_magnitude(step) for step in tape.steps])


def _magnitude(step: FormStep) -> FormStep:
    if step.op is Op.SELECT:
        return FormStep(Op.CONSTANT, (), max(abs(value) for value in step.data[1]))
    data = abs(step.data) if isinstance(step.data, int) else step.data
    return FormStep(_LARGER.get(step.op, step.op), step.arguments, data)
