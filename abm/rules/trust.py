"""Trust: evidence for, evidence against, and damage, of each facet of one edge of the trust graph.

An experience x in [0, 1] adds x to the evidence for and 1 − x to the evidence against; where it falls short of trust by more
than a tolerance it also does damage, (asymmetry − 1)·(1 − x). So asymmetry changes how fast trust is lost and regained, not
its level while nothing breaks. Sources: beta reputation, Jøsang, Ismail & Boyd 2007; asymmetry, Slovic 1993; ability,
benevolence and integrity, Mayer, Davis & Schoorman 1995.
"""

from abm.compiled import compiled


@compiled
def trust_level(support, against, damage, prior, prior_weight):
    """Trust in [0, 1]: (a + a0) / (a + b + d + a0 + b0), with a0 = prior × weight and b0 = (1 − prior) × weight."""
    return (support + prior * prior_weight) / (support + against + damage + prior_weight)


@compiled
def certainty(support, against, damage, prior_weight):
    """How much of a trust level rests on experience: (a + b + d) / (a + b + d + a0 + b0), in [0, 1)."""
    evidence = support + against + damage
    return evidence / (evidence + prior_weight)


@compiled
def damage_of(experience, trust, asymmetry, tolerance):
    """Damage of one experience in [0, 1]: (asymmetry − 1)·(1 − x) where it disappoints, else 0."""
    if experience < trust - tolerance:
        return (asymmetry - 1.0) * (1.0 - experience)
    return 0.0


@compiled
def asymmetry_of(asymmetry, relative):
    """How much more a disappointment weighs in one facet: 1 + relative × (asymmetry − 1); at 0 no more than good news."""
    return 1.0 + relative * (asymmetry - 1.0)


@compiled
def weighed(ability, benevolence, integrity, of_ability, of_benevolence, of_integrity):
    """What three facets come to, by weights that sum to 1: w_A·A + w_B·B + w_I·I (the form: Mayer et al. 1995)."""
    return of_ability * ability + of_benevolence * benevolence + of_integrity * integrity


@compiled
def fairness(own, others):
    """What one gets beside others, as an experience: ½ + (own − others)/(own + others), in [0, 1]; 0 at a third of theirs."""
    if own + others <= 0.0:
        return 0.5
    return min(1.0, max(0.0, 0.5 + (own - others) / (own + others)))


@compiled
def fade_prior(prior, propensity, memory):
    """The first attitude fades toward the general propensity to trust, as evidence fades."""
    return memory * prior + (1.0 - memory) * propensity


@compiled
def experience_against(lived, expected):
    """What was lived against what was expected, both in [0, 1], as an experience in [0, 1]: one half is 'as expected'."""
    x = 0.5 + 0.5 * (lived - expected)
    return min(1.0, max(0.0, x))
