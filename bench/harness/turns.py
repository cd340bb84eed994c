"""Servers measured by turns: A B C … A B C …, so that whatever else the machine does falls on all of them alike."""

import statistics
from dataclasses import dataclass

from .load import Figures, fire
from .processes import say


@dataclass(frozen=True)
class Plan:
    """How long and how often. Seconds are whole: wrk knows no others."""

    rounds: int
    seconds: int
    warm_up: int = 1


#: Keep-alive connections of the three loads.
MANY, FEW, ONE = 32, 4, 1
LOADS = (MANY, FEW, ONE)


class Turns:
    """What the turns of each server showed."""

    def __init__(self):
        self.seen = {}

    def take(self, plan, subjects, loads=LOADS):
        for number in range(plan.rounds):
            for subject in subjects:
                fire(subject.server, subject.request, max(loads), plan.warm_up, seed=number)
                for connections in loads:
                    seconds = plan.seconds if connections == MANY else max(2, plan.seconds // 2)
                    figures = fire(subject.server, subject.request, connections, seconds, seed=number + 1000)
                    self.seen.setdefault((subject.name, connections), []).append(figures)
                    say(
                        f"  round {number + 1} of {plan.rounds}: {subject.name}, {connections} connections: "
                        f"{figures.per_second:,.0f}/s, p50 {figures.p50:,.0f} µs, p99 {figures.p99:,.0f} µs, "
                        f"{figures.cpu:,.0f} µs of processor time each"
                    )
        return self

    def rounds(self, name, connections):
        return self.seen.get((name, connections), [])

    def median(self, name, connections):
        """The median of each figure over the rounds; None where the server was not measured."""
        rounds = self.rounds(name, connections)
        if not rounds:
            return None
        middle = {
            field: statistics.median(getattr(figures, field) for figures in rounds)
            for field in ("per_second", "p50", "p99", "cpu")
        }
        return Figures(**middle)
