"""What tests say of worlds: where two of them differ."""

from __future__ import annotations

from abm.world import World


def differing(one: World, other: World, but: tuple[str, ...] = ()) -> list[str]:
    """Columns that are not the same bits (not whole rows: what stands between columns is nobody's).

    `but` names columns, as `table.column`, or whole tables that may differ.
    """
    found = []
    for name in World._fields:
        mine, others = getattr(one, name), getattr(other, name)
        for column in mine.dtype.names or ("",):
            key = f"{name}.{column}"
            a, b = (mine[column], others[column]) if column else (mine, others)
            if name not in but and key not in but and a.tobytes() != b.tobytes():
                found.append(key)
    return found
