"""Crowding: what payment for results does to mission motivation, with a sign that the literature disputes."""

from abm.compiled import compiled


@compiled
def crowded(motivation, paid_share, crowding):
    """What pay (as a share of a wage) does to motivation a month: −χ·pay × the room there is, with the sign of χ."""
    pressed = -crowding * paid_share
    room = motivation if pressed < 0.0 else 1.0 - motivation
    return pressed * room


@compiled
def next_motivation(motivation, own_level, paid_share, crowding, voice, trust, restoring, pull, unpaid, strain):
    """γ moves by −χ·(pay for results ÷ wage) in its room, is restored by voice and trust, and returns to its own level.

    `unpaid` is the share of planned hours without pay this month, `strain` what a month without any takes of γ (the sign
    after Cassidy et al. 2025, the form assumed).
    `crowding` χ above 0 crowds out, below 0 crowds in (Bénabou & Tirole 2006; Frey & Oberholzer-Gee 1997; Fiorillo 2011).
    """
    moved = crowded(motivation, paid_share, crowding)
    restored = restoring * max(0.0, 0.5 * (voice + trust) - 0.5) * (1.0 - motivation)
    strained = strain * unpaid * motivation
    return min(1.0, max(0.0, motivation + moved + restored - strained + pull * (own_level - motivation)))
