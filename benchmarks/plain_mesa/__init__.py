"""The model a second time, as an ordinary Mesa model: one Python object an agent, ties on networkx graphs.

It shares with the engine the rules (`abm.rules`), the keyed draws (`abm.streams`), cases, designs and names of metrics, and
reads the drawn populations at the start (`abm.world.new_world`). What happens in a month, in which order, between whom, and
what is observed of it, is written anew. Both must say the same every month (`tests/laws/test_plain_mesa.py`).
"""

from benchmarks.plain_mesa.model import PlainModel

__all__ = ["PlainModel"]
