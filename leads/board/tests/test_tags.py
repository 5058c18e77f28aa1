"""The tags that the board offers to be filtered by."""

from conftest import make_car, make_lead
from leads.board.filters import tags_in_use


def test_tags_are_offered_in_the_order_of_their_alphabet_and_no_more_than_a_page_can_show(
    casa, atlas, civic, monkeypatch
):
    monkeypatch.setattr("leads.board.filters.MOST_TAGS", 2)
    for tag in ("Zoubir", "hot", "Élan", "hot", None):
        make_lead(civic, tag=tag)
    make_lead(make_car(atlas), tag="Alpha")
    assert tags_in_use(casa) == ["Élan", "hot"]
    assert tags_in_use(atlas) == ["Alpha"]
