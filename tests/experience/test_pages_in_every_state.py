"""All other pages, panels as pages among them, in every state. The checks are in `judging`."""

from __future__ import annotations

from tests.experience.judging import EveryState
from tests.experience.page_states import STATES


class TestPages(EveryState):
    states = STATES
