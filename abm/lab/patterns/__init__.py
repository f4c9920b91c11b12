"""Patterns that the model must reproduce: what a source says, how it would show in output, and where it must vanish.

A pattern runs the model under given seeds and returns figures with their spread over seeds. It counts only where it
holds with its mechanism at work and is gone with the mechanism off (its controls). Nothing here moves the model.
"""

from abm.lab.patterns.attribution import V2, V4
from abm.lab.patterns.base import FULL, QUICK, SMALLEST, Control, Figure, Figures, Pattern
from abm.lab.patterns.caps import V8
from abm.lab.patterns.cascade import V1
from abm.lab.patterns.complements import V16
from abm.lab.patterns.deadlines import V10
from abm.lab.patterns.delay import V14
from abm.lab.patterns.finance import V3
from abm.lab.patterns.governance import V13
from abm.lab.patterns.incentives import V9
from abm.lab.patterns.lombardy import V12
from abm.lab.patterns.market import V6, V7
from abm.lab.patterns.tariffs import V5
from abm.lab.patterns.transaction import V15
from abm.lab.patterns.trust import V11

PATTERNS = (V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11, V12, V13, V14, V15, V16)

__all__ = ["FULL", "PATTERNS", "QUICK", "SMALLEST", "Control", "Figure", "Figures", "Pattern"]
