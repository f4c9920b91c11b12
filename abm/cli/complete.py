"""What the shell completes: names of presets, without importing the model."""

from __future__ import annotations

from collections.abc import Callable


def presets(kind: str) -> Callable[[str], list[str]]:
    """A completion by the presets of a kind that begin with what is typed; nothing where that looks like a path."""

    def complete(incomplete: str) -> list[str]:
        from abm.config.presets import preset_names

        return [name for name in preset_names(kind) if name.startswith(incomplete)]

    return complete
