"""A small common kernel (choose, outcome, trust) in this model's manner and in other frameworks.

The largest part of the rules that all of them can express: a family chooses among the three providers that it knows, its
wellbeing moves, and its trust in the one that it chose. Each file is a script that answers tasks (`tasks.py`), so that each
runs in an environment of its own; nothing but numpy is shared. Every framework draws with what it offers, so the runs are
alike in their means, not in their bits; the benchmark checks that.
"""
