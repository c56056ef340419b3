from itertools import pairwise

from screening.flow import WIDTH, Step, draw

STEPS = [
    Step("Screened (n = 9)"),
    Step("Screen failures (n = 3)", ("criteria: 2", "withdrew: 1"), leaves=True),
    Step("Eligible (n = 6)"),
    Step("Not enrolled (n = 1)", leaves=True),
]


def test_boxes_follow_each_other_and_stay_within_the_drawing() -> None:
    drawing = draw(STEPS)
    for before, after in pairwise(drawing.boxes):
        assert before.y + before.height < after.y
    for box in drawing.boxes:
        assert box.x >= 0
        assert box.x + box.width <= WIDTH
        assert box.y + box.height <= drawing.height
        assert all(box.y < text.y < box.y + box.height for text in box.texts)


def test_who_goes_on_is_on_one_line_and_who_leaves_beside_it() -> None:
    drawing = draw(STEPS)
    assert [box.x for box in drawing.boxes][0::2] == [1, 1]
    assert all(box.x > 1 for box in drawing.boxes[1::2])
    down = [arrow for arrow in drawing.arrows if arrow.x1 == arrow.x2]
    across = [arrow for arrow in drawing.arrows if arrow.y1 == arrow.y2]
    assert len(across) == 2
    assert down[0].y1 == drawing.boxes[0].y + drawing.boxes[0].height
    assert down[0].y2 == drawing.boxes[2].y
    assert down[-1].y2 == across[-1].y1


def test_nothing_to_draw_is_an_empty_drawing() -> None:
    assert draw([]).boxes == ()
