"""The diagram shows every stage and every step of its file, inside its own bounds."""

import pytest

from app.programmes.domain.diagram import draw
from tests.support.seeds import programmes

PROGRAMMES = programmes()


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda programme: programme.code)
def test_every_stage_and_step_is_drawn(programme):
    diagram = draw(programme)
    assert [box.stage.code for box in diagram.boxes if box.role] and len(diagram.boxes) == len(programme.stages)
    assert sorted(int(label.text) for label in diagram.labels) == list(range(1, len(programme.actions) + 1))


@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda programme: programme.code)
def test_boxes_stay_inside_and_apart(programme):
    diagram = draw(programme)
    for box in diagram.boxes:
        assert box.x >= 0 and box.x + box.width <= diagram.width
        assert box.y >= 0 and box.y + box.height <= diagram.height
    boxes = list(diagram.boxes)
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            apart_x = one.x + one.width <= other.x or other.x + other.width <= one.x
            apart_y = one.y + one.height <= other.y or other.y + other.height <= one.y
            assert apart_x or apart_y, (one.stage.code, other.stage.code)
