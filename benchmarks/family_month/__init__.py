"""The family's month (choose, receive, outcome, trust, gossip) three times: by the model's own rules, in plain C, in tuned C.

The part of the model that grows with families, cut out so that C can be written for it. `state.py` has the tables,
`rules.py` the month by the functions of `abm.rules`, compiled as the model is; `plain.c` is the same on the same tables in
ordinary C; `tuned.c` is laid out and blocked for the processor's vectors: the practical limit. A test holds the three
together to 1e-9.
"""
