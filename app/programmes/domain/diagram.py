"""The stage diagram of a programme, drawn from the file: boxes, arrows and rails, in whole pixels.

The main path runs left to right. Every step that leaves it has a rail of its own beneath: the stages it starts from
drop a stub onto the rail, and the rail leads to the stage it ends in. Steps carry the number of the table beside.
"""

from dataclasses import dataclass
from typing import Literal

from app.programmes.domain.definition import Programme, Stage, StageAction

BOX_WIDTH, BOX_HEIGHT = 84, 40
GAP, MARGIN, TOP = 24, 8, 26
RAIL_STEP, RAIL_FIRST = 20, 34
SIDE_GAP, SIDE_WIDTH = 36, 92


@dataclass(frozen=True)
class Box:
    """A stage; `role` gives its look."""

    stage: Stage
    x: int
    y: int
    width: int
    height: int
    role: Literal["start", "main", "side", "good-end", "bad-end"]

    @property
    def middle(self) -> int:
        """The x of the middle."""
        return self.x + self.width // 2


@dataclass(frozen=True)
class DiagramLine:
    """A drawn line, `points` as an SVG path; `arrow` where it ends in one."""

    points: str
    arrow: bool = False


@dataclass(frozen=True)
class Label:
    """The number of a step."""

    text: str
    x: int
    y: int


@dataclass(frozen=True)
class Dot:
    """Where a stub joins its rail."""

    x: int
    y: int


@dataclass(frozen=True)
class Diagram:
    """Everything to draw."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[DiagramLine, ...]
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]


def draw(programme: Programme) -> Diagram:
    """The diagram of `programme`."""
    return _DiagramDrawing(programme).finish()


class _DiagramDrawing:
    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._lines: list[DiagramLine] = []
        self._dots: list[Dot] = []
        self._labels: list[Label] = []
        self._boxes = {
            stage.code: Box(
                stage, MARGIN + index * (BOX_WIDTH + GAP), TOP, BOX_WIDTH, BOX_HEIGHT, _role(programme, stage)
            )
            for index, stage in enumerate(programme.main_path)
        }
        self._order = [stage.code for stage in programme.main_path]
        self._side_x = MARGIN + len(self._order) * (BOX_WIDTH + GAP) - GAP + SIDE_GAP
        self._rail = TOP + BOX_HEIGHT + RAIL_FIRST
        self._stubs: dict[str, int] = {}

    def finish(self) -> Diagram:
        numbered = list(enumerate(self._programme.actions, start=1))
        railed = [(number, action) for number, action in numbered if not self._draw_straight(number, action)]
        for number, action in railed:
            if action.to in self._order and all(code in self._order for code in action.from_):
                self._draw_rail(number, action)
        for stage in self._programme.stages:
            if stage.path == "side":
                self._draw_side(stage, [item for item in railed if _touches(item[1], stage.code)])
        bottom = max([self._rail, *(box.y + box.height for box in self._boxes.values())])
        width = self._side_x + SIDE_WIDTH if len(self._boxes) > len(self._order) else self._side_x - SIDE_GAP
        return Diagram(
            width=width + MARGIN,
            height=bottom + MARGIN,
            boxes=tuple(self._boxes.values()),
            lines=tuple(self._lines),
            dots=tuple(self._dots),
            labels=tuple(self._labels),
        )

    def _draw_straight(self, number: int, action: StageAction) -> bool:
        """Steps from one main stage to the next are arrows between their boxes."""
        if len(action.from_) != 1 or action.from_[0] not in self._order or action.to not in self._order:
            return False
        at = self._order.index(action.from_[0])
        if self._order.index(action.to) != at + 1:
            return False
        start, end = self._boxes[action.from_[0]], self._boxes[action.to]
        y = TOP + BOX_HEIGHT // 2
        self._lines.append(DiagramLine(f"M{start.x + start.width} {y}H{end.x}", arrow=True))
        self._labels.append(Label(str(number), start.x + start.width + GAP // 2 - 3, y - 8))
        return True

    def _draw_rail(self, number: int, action: StageAction) -> None:
        """A step between main stages that are not neighbours: down, along, up again."""
        sources = [self._stub(code) for code in action.from_]
        target = self._stub(action.to)
        ends = [*sources, target]
        self._lines.append(DiagramLine(f"M{min(ends)} {self._rail}H{max(ends)}"))
        for x in sources:
            self._drop(x)
        self._lines.append(DiagramLine(f"M{target} {self._rail}V{TOP + BOX_HEIGHT}", arrow=True))
        self._labels.append(Label(str(number), (min(ends) + max(ends)) // 2, self._rail - 5))
        self._rail += RAIL_STEP

    def _draw_side(self, stage: Stage, touching: list[tuple[int, StageAction]]) -> None:
        """A side stage stands at the right; one rail for each step into or out of it."""
        first = self._rail
        for number, action in touching:
            if action.to == stage.code:
                self._draw_into(number, action)
            elif action.to in self._order:
                self._draw_out(number, action)
            self._rail += RAIL_STEP
        height = max(BOX_HEIGHT, self._rail - first)
        y = first - RAIL_STEP // 2
        self._boxes[stage.code] = Box(stage, self._side_x, y, SIDE_WIDTH, height, _role(self._programme, stage))
        self._rail = y + height + RAIL_STEP

    def _draw_into(self, number: int, action: StageAction) -> None:
        sources = [self._stub(code) for code in action.from_ if code in self._order]
        beside = [code for code in action.from_ if code not in self._order and code in self._boxes]
        for code in beside:
            box = self._boxes[code]
            turn = self._side_x + SIDE_WIDTH - 12
            self._lines.append(DiagramLine(f"M{turn} {box.y + box.height}V{self._rail - RAIL_STEP // 2}", arrow=True))
        if sources:
            self._lines.append(DiagramLine(f"M{min(sources)} {self._rail}H{self._side_x}", arrow=True))
        for x in sources:
            self._drop(x)
        self._labels.append(Label(str(number), self._side_x - 16, self._rail - 5))

    def _draw_out(self, number: int, action: StageAction) -> None:
        target = self._stub(action.to)
        self._lines.append(DiagramLine(f"M{self._side_x} {self._rail}H{target}V{TOP + BOX_HEIGHT}", arrow=True))
        self._labels.append(Label(str(number), self._side_x - 16, self._rail - 5))

    def _drop(self, x: int) -> None:
        self._lines.append(DiagramLine(f"M{x} {TOP + BOX_HEIGHT}V{self._rail}"))
        self._dots.append(Dot(x, self._rail))

    def _stub(self, code: str) -> int:
        """A place of its own on the lower edge of a box for each line that begins or ends there."""
        used = self._stubs.get(code, 0)
        self._stubs[code] = used + 1
        offsets = (0, -16, 16, -30, 30, -8, 8, -23, 23)
        return self._boxes[code].middle + offsets[used % len(offsets)]


def _touches(action: StageAction, code: str) -> bool:
    """Whether the rail of `action` is drawn with the side stage `code`: where it ends, else where it comes from."""
    return action.to == code or (code in action.from_ and len(action.from_) == 1)


def _role(programme: Programme, stage: Stage) -> Literal["start", "main", "side", "good-end", "bad-end"]:
    if stage.is_final:
        return "good-end" if stage.outcome == "finished" else "bad-end"
    if stage.code == programme.start.code:
        return "start"
    return "main" if stage.path == "main" else "side"
