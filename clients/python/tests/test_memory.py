"""What the cases cannot say: answers that arrive in another order than that of their checks, and how much is kept."""

from __future__ import annotations

import pytest
from virtual import VirtualClock

from bheem_edge import SeatCheck, SeatVerdict
from bheem_edge.memory import MAX_CHANGES, Lifetime, Memory

ANA = SeatCheck("healos", "hospital_456", "ana")
LONG = Lifetime(10**12, 10**12)
GRANT = SeatVerdict(True, "SEAT_ACTIVE", "edge", version=4)
DENIAL = SeatVerdict(False, "SEAT_REVOKED", "edge", version=3)


@pytest.fixture
def memory() -> Memory:
    memory = Memory(VirtualClock(), 10, 30 * 10**9)
    memory.heard([], True, memory.now(), 0)
    return memory


@pytest.mark.parametrize("lifetime", [LONG, None])
def test_an_answer_does_not_take_the_place_of_one_whose_check_was_sent_later(
    memory: Memory, lifetime: Lifetime | None
) -> None:
    earlier, later = memory.sending(), memory.sending()
    assert memory.arrived(ANA, later, GRANT, LONG)
    assert memory.arrived(ANA, earlier, DENIAL, lifetime)
    remembered = memory.fresh(ANA)
    assert remembered is not None and remembered.version == 4


def test_a_later_answer_takes_the_place_of_an_earlier_one(memory: Memory) -> None:
    earlier, later = memory.sending(), memory.sending()
    assert memory.arrived(ANA, earlier, GRANT, LONG)
    assert memory.arrived(ANA, later, DENIAL, LONG)
    remembered = memory.fresh(ANA)
    assert remembered is not None and remembered.version == 3


def test_a_change_that_is_not_kept_by_itself_counts_for_everybody(memory: Memory) -> None:
    sent = memory.sending()
    for number in range(MAX_CHANGES + 1):
        memory.heard([("healos", f"organization_{number}")], False, memory.now(), 0)
    assert len(memory._changes) == MAX_CHANGES
    assert not memory.arrived(ANA, sent, GRANT, LONG)
    assert memory.changed_at(ANA[:2]) > 0
    assert memory.arrived(ANA, memory.sending(), GRANT, LONG)


def test_what_is_forgotten_leaves_nothing_behind(memory: Memory) -> None:
    for number in range(50):
        assert memory.arrived(SeatCheck("healos", f"organization_{number}", "ana"), memory.sending(), GRANT, LONG)
    assert len(memory._entries) == len(memory._users) == 10
    memory.heard([("healos", "organization_49")], False, memory.now(), 0)
    assert len(memory._entries) == len(memory._users) == 9
    memory.begin_anew()
    assert len(memory._entries) == len(memory._users) == 0
