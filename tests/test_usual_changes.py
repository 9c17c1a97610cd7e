"""The usual change of points after a life event, which a what-if starts from."""

import pytest

from purposeapp.advice.life_events import ENCOURAGEMENTS, USUAL_CHANGES, LifeEvent, usual_split
from purposeapp.split import Purpose, Split


@pytest.mark.parametrize(
    ("event", "now", "after"),
    [
        ("redundancy", "6-2-2-0-0", "0-1-1-8-0"),
        ("redundancy", "4-6-0-0-0", "1-1-0-8-0"),
        ("redundancy", "0-0-0-9-1", "0-0-0-9-1"),
        ("new_job", "0-0-2-8-0", "0-3-7-0-0"),
        ("promotion", "2-2-2-2-2", "5-1-2-0-2"),
        ("own_business", "2-2-6-0-0", "6-2-2-0-0"),
        ("study", "6-2-2-0-0", "2-2-6-0-0"),
        ("parental_leave", "6-2-2-0-0", "1-5-4-0-0"),
        ("retirement", "6-2-2-0-0", "0-8-2-0-0"),
        ("retirement", "5-0-0-5-0", "0-10-0-0-0"),
        ("other", "6-2-2-0-0", "6-2-2-0-0"),
    ],
)
def test_what_an_event_usually_does(event, now, after):
    assert str(usual_split(LifeEvent(event), Split.parse(now))) == after


@pytest.mark.parametrize("event", LifeEvent)
def test_from_every_split_it_leads_to_a_split_that_meets_it(event):
    for now in Split.all():
        after = usual_split(event, now)
        for purpose, bound, points in USUAL_CHANGES.get(event, ()):
            assert after[purpose] <= points if bound == "at most" else after[purpose] >= points
    assert event in ENCOURAGEMENTS


def test_whoever_lost_a_job_is_mostly_looking_for_one():
    for now in Split.all():
        assert usual_split(LifeEvent.REDUNDANCY, now)[Purpose.JOB_SEEKING] >= 8
