from __future__ import annotations

from collections.abc import Iterator

import pytest
from fake_edge import FakeEdge


@pytest.fixture
def edge() -> Iterator[FakeEdge]:
    edge = FakeEdge()
    yield edge
    edge.close()
