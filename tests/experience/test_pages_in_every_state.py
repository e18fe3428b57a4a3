"""All other pages in every state. What they are held to stands in `judging`."""

from __future__ import annotations

from tests.experience.judging import EveryState
from tests.experience.page_states import STATES


class TestPages(EveryState):
    states = STATES
