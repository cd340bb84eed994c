"""The bars, and whether they hold."""

from dataclasses import dataclass

from .turns import MANY, ONE


@dataclass(frozen=True)
class Bar:
    """A ratio, or a measure, and the bound it is held against. `bound` None: reported, not judged."""

    what: str
    value: float
    bound: float | None = None
    at_least: bool = True
    unit: str = "×"

    @property
    def holds(self):
        if self.bound is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def line(self):
        verdict = {True: "holds", False: "FAILS", None: "—"}[self.holds]
        bound = "" if self.bound is None else f"{'at least' if self.at_least else 'at most'} {self.bound:g} {self.unit}"
        return (self.what, f"{self.value:.2f} {self.unit}", bound, verdict)


def from_turns(turns):
    """Those that the servers' turns tell about."""
    bars = []

    def ratio(what, ours, theirs, connections, field, bound=None, at_least=True):
        one, other = turns.median(ours, connections), turns.median(theirs, connections)
        if one and other:
            bars.append(Bar(what, getattr(one, field) / getattr(other, field), bound, at_least))

    ratio("cache hit against hello world, 32 connections, requests/s", "edge", "hello", MANY, "per_second", 0.6)
    ratio("cache hit against hello world, 32 connections, p99", "edge", "hello", MANY, "p99", 2, False)
    ratio("cache hit against hello world, 1 connection, p50", "edge", "hello", ONE, "p50", 2, False)
    ratio("cache hit, seats at the edge against seats in the ERP, requests/s", "recorded", "edge", MANY, "per_second", 0.98)
    ratio("list of plans against hello world, 32 connections, requests/s", "plans", "hello", MANY, "per_second", 0.8)
    ratio("hello world against wasmtime serve, 32 connections, requests/s", "hello", "wasmtime", MANY, "per_second", 0.9)
    ratio("edge against FastAPI, 32 connections, requests/s", "edge", "fastapi", MANY, "per_second", 2)
    ratio("edge against Fastify, 32 connections, requests/s", "edge", "fastify", MANY, "per_second")
    ratio("edge against native axum, 32 connections, requests/s", "edge", "axum", MANY, "per_second")
    return bars
