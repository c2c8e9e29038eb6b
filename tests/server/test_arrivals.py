"""When technicians come: foreseen with every tap, told once and rarely anew, held against what came."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from loper.plan.calibrate import UNKNOWN
from loper.server.actions import arrivals, lessons, visits
from loper.server.queries.cases import case_view
from loper.server.queries.lessons import calibration, durations, roads
from loper.server.queries.progress import standing
from loper.server.queries.runtime import facts_of
from loper.server.queries.work import work_of
from loper.server.records.agenda import Appointment, Technician, WorkKind
from loper.server.records.arrivals import Drive, Duration, Expected, Forecast, Lesson
from loper.server.records.runtime import Event
from tests.server.test_routes import book, kept, slot
from tests.server.tuesday import Tap, clock, expected, row
from tests.worlds import World


def horizons(key: str) -> set[str]:
    return set(Forecast.objects.filter(appointment=row(key)).values_list("horizon", flat=True))


def sent(world: World) -> list[str]:
    """What customers got, by whatever way."""
    return [message.body for message in (*world.email.sent, *world.sms.sent)]


def told(key: str, type: str) -> int:
    return Event.objects.filter(case=key, type=type).count()


def test_before_the_day_everybody_hears_their_block(world: World, sam: Technician, keys: list[str]) -> None:
    assert arrivals.follow_all() == 3
    for key in keys:
        found = expected(key)
        assert (found.horizon, found.kind, found.start, found.end) == (
            "before the day", "block", row(key).start, row(key).end,
        )  # fmt: skip


def test_taps_move_the_horizon_and_each_is_kept_once(world: World, keys: list[str], tap: Tap) -> None:
    first, second, third = keys
    tap("depart", first, "07:45")
    assert [expected(key).horizon for key in keys] == ["driving", "one before", "earlier today"]
    tap("arrive", first, "08:10")
    assert [expected(key).horizon for key in (second, third)] == ["previous", "one before"]
    tap("fixed", first, "09:05")
    arrivals.follow_all()
    assert horizons(second) == {"one before", "previous"}


def test_setting_out_tells_the_customer_a_window_that_is_honest(world: World, keys: list[str], tap: Tap) -> None:
    tap("depart", keys[0], "07:50")
    said = facts_of(keys[0])["expected"]
    assert timedelta(minutes=10) <= said.end - said.start <= timedelta(hours=1)
    assert row(keys[0]).start <= said.start
    world.work()
    message = sent(world)[-1]
    assert "tussen" in message and "onderweg" in message
    found = expected(keys[0])
    assert (found.told_start, found.told_end, found.times) == (said.start, said.end, 0)


def test_what_came_is_kept_and_goes_with_a_tap_that_is_taken_back(
    world: World, keys: list[str], tap: Tap, django_capture_on_commit_callbacks: Any
) -> None:
    tap("depart", keys[0], "07:45")
    tap("arrive", keys[0], "07:58")
    assert set(Forecast.objects.filter(appointment=row(keys[0])).values_list("came", flat=True)) == {clock("08:00")}
    assert not Expected.objects.filter(appointment=row(keys[0])).exists()
    event = Event.objects.filter(case=keys[0], type="technician.arrived").get()
    with django_capture_on_commit_callbacks(execute=True):
        visits.undo(actor=world.staff("technician"), case=keys[0], event=event.ident)
    assert set(Forecast.objects.filter(appointment=row(keys[0])).values_list("came", flat=True)) == {None}
    assert expected(keys[0]).horizon == "driving"


def test_how_long_it_took_and_the_way_there_are_kept(world: World, keys: list[str], tap: Tap) -> None:
    tap("depart", keys[0], "07:45")
    tap("arrive", keys[0], "08:10")
    tap("fixed", keys[0], "08:55")
    took = Duration.objects.get()
    assert (took.kind, took.technician, took.minutes) == ("leak", "t1", 45)
    drive = Drive.objects.get()
    assert drive.driven == 25 * 60 and drive.planned > 0


def test_nobody_home_says_nothing_of_how_long_work_takes(world: World, keys: list[str], tap: Tap) -> None:
    tap("arrive", keys[0], "08:10")
    tap("absent", keys[0], "08:20")
    assert not Duration.objects.exists()


def test_a_day_that_runs_late_is_told_once_and_not_again_at_once(world: World, keys: list[str], tap: Tap) -> None:
    first, second, _third = keys
    tap("depart", first, "07:45")
    tap("arrive", first, "08:10")
    for at in ("11:40", "11:42", "11:50"):
        world.time.at = clock(at)
        arrivals.follow_all()
        world.work()
    tap("fixed", first, "12:01")
    tap("depart", second, "12:05")
    world.work()
    assert told(second, arrivals.CHANGED) == 1
    assert sum("andere tijd" in message and "verwachten" in message for message in sent(world)) == 1


def test_who_is_in_time_is_told_nothing_anew(world: World, keys: list[str], tap: Tap) -> None:
    for key, (depart, arrive, fixed) in zip(
        keys, (("07:45", "08:10", "08:55"), ("09:30", "10:05", "10:50"), ("12:40", "13:05", "13:50")), strict=True
    ):
        tap("depart", key, depart)
        tap("arrive", key, arrive)
        tap("fixed", key, fixed)
    assert sum(told(key, arrivals.CHANGED) for key in keys) == 0


def test_another_time_chosen_makes_what_was_foreseen_void(world: World, keys: list[str]) -> None:
    arrivals.follow_all()
    book(world, keys[0], slot(15))
    arrivals.follow_all()
    assert (expected(keys[0]).start, expected(keys[0]).told_start) == (row(keys[0]).start, row(keys[0]).start)
    assert Forecast.objects.filter(appointment=row(keys[0])).count() == 1


def test_what_goes_wrong_here_stops_no_tap(world: World, keys: list[str], tap: Tap, monkeypatch: Any) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("no arrivals today")

    monkeypatch.setattr(arrivals, "standing", broken)
    tap("depart", keys[0], "07:45")
    assert told(keys[0], "technician.departed") == 1 and not Expected.objects.exists()


def test_who_has_no_place_of_departure_is_not_foreseen(world: World, sam: Technician, keys: list[str]) -> None:
    Technician.objects.update(postcode="")
    sam.refresh_from_db()
    assert standing(sam, world.time.at) is None and arrivals.follow_all() == 0


def test_nights_teach_how_far_forecasts_are_off_and_how_long_work_takes(
    world: World, sam: Technician, keys: list[str]
) -> None:
    WorkKind.objects.create(name="leak", minutes=60)
    assert calibration().mends == {} and durations().of("leak", "t1") is None
    made = row(keys[0])
    made.status = Appointment.DONE
    made.save()
    for number in range(40):
        made.pk, made.uid = None, f"x{number}"
        made.save()
        at = clock("09:00") - timedelta(days=40 - number)
        span = timedelta(minutes=5)
        Forecast.objects.create(
            appointment=made, horizon="driving", made=at, basis="taps", low=at + span, median=at + 2 * span,
            high=at + 3 * span, kind="exact", start=at, end=at + 4 * span,
            came=at + 2 * span + timedelta(minutes=number % 9),
        )  # fmt: skip
        Duration.objects.create(appointment=made, kind="leak", technician="t1", minutes=30 + number % 5, at=at)
    world.time.at = clock("02:00")
    assert lessons.learn_if_due() and not lessons.learn_if_due()
    world.time.at = clock("03:30")
    assert lessons.learn_if_due() and not lessons.learn_if_due()
    learned = calibration().mends["driving"]
    assert learned.n == 40 and learned.high > 1 and learned != UNKNOWN["driving"]
    lasting = durations().of("leak", "t1")
    assert lasting is not None and 29 < lasting.median.total_seconds() / 60 < 40
    assert Lesson.objects.count() == 3


def test_slow_roads_are_learned_and_make_forecasts_later(world: World, keys: list[str], tap: Tap) -> None:
    made = row(keys[0])
    made.status = Appointment.DONE
    for number in range(60):
        made.pk, made.uid = None, f"x{number}"
        made.save()
        Drive.objects.create(
            appointment=made, from_lat=52.09, from_lon=5.12, to_lat=made.lat, to_lon=made.lon,
            planned=1200, driven=2000, at=clock("07:45") - timedelta(days=60 - number),
        )  # fmt: skip
    world.time.at = clock("05:00")
    tap("depart", keys[1], "10:20")
    before = expected(keys[1]).median
    lessons.learn()
    assert roads().trips == 60 and roads().ratio("x", "y") > 1.3
    arrivals.follow_all()
    assert expected(keys[1]).median > before


def test_what_such_visits_took_decides_how_long_the_next_one_gets(world: World, sam: Technician) -> None:
    lasting = [3.4, 0.3, 40]  # log minutes: a mean of 31
    slow = [4.5, 0.1, 12]
    Lesson.objects.create(name="durations", at=world.time.at, what={"leak": {"": lasting, "t1": slow, "t2": [1, 1, 2]}})
    view = case_view(world.report())
    assert view is not None
    work = work_of(view)
    assert (work.minutes, work.lasts_for) == (30, {"t1": timedelta(minutes=90)})
    assert book(world, view.key, slot(10)).minutes == 90 and kept()


def test_few_visits_teach_nothing(world: World, sam: Technician) -> None:
    Lesson.objects.create(name="durations", at=world.time.at, what={"leak": {"": [3.4, 0.3, 4]}})
    view = case_view(world.report())
    assert view is not None and (work_of(view).minutes, work_of(view).lasts_for) == (60, {})
