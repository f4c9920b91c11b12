"""Patterns that the model must reproduce: what a source says, how it would show in output, and where it must vanish.

A pattern runs the model under given seeds and returns figures with their spread over seeds. It counts only where it
holds with its mechanism at work and is gone with the mechanism off (its controls). Nothing here moves the model.
"""

from abm.lab.patterns.base import SMALLEST, Control, Figure, Figures, Pattern
from abm.lab.patterns.complements import V16
from abm.lab.patterns.delay import V14
from abm.lab.patterns.governance import V13
from abm.lab.patterns.incentives import V9
from abm.lab.patterns.lombardy import V12
from abm.lab.patterns.trust import V11

PATTERNS = (V9, V11, V12, V13, V14, V16)

__all__ = ["PATTERNS", "SMALLEST", "Control", "Figure", "Figures", "Pattern"]
