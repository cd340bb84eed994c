"""The bars, and whether they hold."""

from dataclasses import dataclass

from .turns import FEW, MANY, ONE


@dataclass(frozen=True)
class Bar:
    """A ratio, or a measure, the bound it is held against, and what is aimed at. `bound` None: reported, not judged."""

    what: str
    value: float
    bound: float | None = None
    at_least: bool = True
    unit: str = "×"
    aim: float | None = None

    @property
    def holds(self):
        if self.bound is None:
            return None
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def line(self):
        verdict = {True: "holds", False: "FAILS", None: "—"}[self.holds]
        bound = "" if self.bound is None else f"{'at least' if self.at_least else 'at most'} {self.bound:g} {self.unit}"
        if self.aim is not None:
            bound += f", aim {self.aim:g}"
        return (self.what, f"{self.value:.2f} {self.unit}", bound, verdict)


def from_turns(turns, is_shipped):
    """Those that the servers' turns tell about. `is_shipped`: the host is built as it is shipped, which is what Fastify is
    held against."""
    bars = []

    def ratio(what, ours, theirs, connections, field, bound=None, at_least=True, aim=None):
        one, other = turns.median(ours, connections), turns.median(theirs, connections)
        if one and other:
            bars.append(Bar(what, getattr(one, field) / getattr(other, field), bound, at_least, aim=aim))

    for connections in (MANY, FEW):
        load = f"{connections} connections"
        ratio(f"cache hit against hello world, {load}, requests/s", "edge", "hello", connections, "per_second", 0.65, aim=0.8)
        # Less is better: hello world's against the edge's.
        ratio(f"cache hit against hello world, {load}, processor time", "hello", "edge", connections, "cpu", 0.65, aim=0.8)

    ratio("cache hit against hello world, 32 connections, p99", "edge", "hello", MANY, "p99", 2, False)
    ratio("cache hit against hello world, 1 connection, p50", "edge", "hello", ONE, "p50", 2, False)
    ratio("cache hit, seats at the edge against seats in the ERP, requests/s", "recorded", "edge", MANY, "per_second", 0.98)
    ratio("list of plans against hello world, 32 connections, requests/s", "plans", "hello", MANY, "per_second", 0.85)
    ratio("hello world against wasmtime serve, 32 connections, requests/s", "hello", "wasmtime", MANY, "per_second", 0.9)
    ratio("edge against FastAPI, 32 connections, requests/s", "edge", "fastapi", MANY, "per_second", 2.5)
    what = "edge against Fastify, 32 connections"
    ratio(f"{what}, requests/s", "edge", "fastify", MANY, "per_second", 0.9 if is_shipped else None, aim=1.1 if is_shipped else None)
    ratio(f"{what}, p99", "edge", "fastify", MANY, "p99", 1 if is_shipped else None, False)
    ratio("edge against native axum, 32 connections, requests/s", "edge", "axum", MANY, "per_second", 0.85)
    return bars
