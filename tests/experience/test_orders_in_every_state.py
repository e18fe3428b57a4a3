"""Orders and their panels in place, in every state. The checks are in `judging`."""

from __future__ import annotations

from tests.experience.judging import EveryState
from tests.experience.order_states import STATES


class TestOrders(EveryState):
    states = STATES
