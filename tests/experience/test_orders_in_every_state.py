"""Orders, their panels in place and their panels as pages, in every state. What they are held to stands in `judging`."""

from __future__ import annotations

from tests.experience.judging import EveryState
from tests.experience.order_states import STATES


class TestOrders(EveryState):
    states = STATES
