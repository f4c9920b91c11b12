/* The family's month in ordinary C: a struct a family, a loop a step; the same tables and the same order as rules.py. */
#include "common.h"

static double uniform(int64_t seed, int64_t stream, int64_t month, int64_t agent, int64_t item) {
    return to_unit(absorb(absorb(prefix(seed, stream, month), (uint64_t)agent), (uint64_t)item));
}
static double normal(int64_t seed, int64_t stream, int64_t month, int64_t agent, int64_t item) {
    double u = uniform(seed, stream, month, agent, item);
    return IN_TAIL(u) ? tail_quantile(u) : central_quantile(u);
}
static double weight_of(const Facts *f, const Provider *p, double needed) {
    return max_(0.0, p->motivation * f->value_of_need * needed);
}

static void maybe_switch(const Facts *f, Tie *tie, int64_t providers, int64_t seed, int64_t month, int64_t i) {
    Tie *worst = tie;
    for (int s = 1; s < S; s++)
        if (tie[s].trust < worst->trust) worst = tie + s;
    int64_t other = (int64_t)(uniform(seed, SWITCH, month, i, 1) * (double)providers);
    for (int s = 0; s < S; s++)
        if (tie[s].provider == other) return;
    if (uniform(seed, SWITCH, month, i, 2) < logistic(8.0 * (f->start_trust - worst->trust) - 1.0)) {
        worst->provider = other;
        worst->support = worst->against = worst->damage = 0.0;
        worst->prior = worst->trust = f->start_trust;
    }
}

static void choose(const Facts *f, Family *families, Tie *ties, Provider *providers, int64_t n, int64_t np, int64_t seed,
                   int64_t month) {
    for (int64_t p = 0; p < np; p++) providers[p].weights = 0.0;
    for (int64_t i = 0; i < n; i++) {
        Family *a = families + i;
        Tie *tie = ties + i * S;
        if (uniform(seed, SWITCH, month, i, 0) < f->switching) maybe_switch(f, tie, np, seed, month, i);
        a->needed = 0.0;
        for (int d = 0; d < D; d++) a->needed += a->importance[d] * (1.0 - a->wellbeing[d]);
        double openness = 0.0;
        for (int s = 0; s < S; s++) {
            Provider *p = providers + tie[s].provider;
            openness += p->openness;
            p->weights += weight_of(f, p, a->needed);
        }
        a->took_part = min_(1.0, a->engagement * (1.0 - a->fatigue) * (0.5 + 0.5 * openness / S));
        a->work = 0.5 + 0.6 * a->capability + 2.5 * a->took_part * (0.4 + a->capability);
    }
}

static void receive(const Facts *f, Family *a, Tie *tie, const Provider *providers, double *service) {
    double attention[D] = {0};
    memset(service, 0, D * sizeof *service);
    a->hours = a->match = 0.0;
    for (int s = 0; s < S; s++) {
        const Provider *p = providers + tie[s].provider;
        double hours = min_(MOST_HOURS * p->promised_hours, p->service_hours * weight_of(f, p, a->needed) / p->weights);
        tie[s].hours = hours;
        a->hours += hours;
        for (int d = 0; d < D; d++) {
            service[d] += hours * p->intensity * p->attention[d] * p->skill[d];
            attention[d] += hours * p->attention[d];
        }
    }
    for (int d = 0; d < D; d++)
        a->match += min_(attention[d] / max_(1e-9, a->hours),
                         a->importance[d] * (1.0 - a->wellbeing[d]) / max_(1e-9, a->needed));
}

static double next_wellbeing(double y, double b, double added, double rate, double shock) {
    return clip(y + added - rate * (y - b) + shock);
}
static double next_baseline(double b, double y, double capability, double lasting, double drift) {
    return clip(b + lasting * capability * max_(0.0, y - b) + drift * (1.0 - b));
}

static void live(const Facts *f, Family *families, Tie *ties, const Provider *providers, int64_t first, int64_t end, int64_t seed,
                 int64_t month) {
    for (int64_t i = first; i < end; i++) {
        Family *a = families + i;
        Tie *tie = ties + i * S;
        double service[D], own = f->effect * (1.0 - a->complexity * f->complexity_effect);
        receive(f, a, tie, providers, service);
        double dip = uniform(seed, CRISIS, month, i, 0) < f->crisis_rate ? f->crisis_dip : 0.0;
        for (int d = 0; d < D; d++) {
            double made = combined_input(f, service[d] / (f->typical_hours * f->typical_quality / D), a->work);
            double shock = f->noise * normal(seed, OUTCOME, month, i, d) - dip, before = a->wellbeing[d], alone = a->alone[d];
            double added = (1.0 - before) * (1.0 - exp_(-own * max_(0.0, made)));
            a->wellbeing[d] = next_wellbeing(before, a->baseline[d], added, f->return_rate, shock);
            a->baseline[d] = next_baseline(a->baseline[d], before, a->capability, f->lasting, f->drift);
            a->alone[d] = next_wellbeing(alone, a->alone_baseline[d], 0.0, f->return_rate, shock);
            a->alone_baseline[d] = next_baseline(a->alone_baseline[d], alone, f->usual_capability, f->lasting, f->drift);
        }
        double noise = 0.1 * normal(seed, EXPERIENCE, month, i, 0);
        for (int s = 0; s < S; s++) {
            double x = clip(0.5 * min_(1.0, tie[s].hours / providers[tie[s].provider].promised_hours) + 0.5 * a->match + noise);
            tie[s].support += x;
            tie[s].against += 1.0 - x;
            tie[s].damage += x < tie[s].trust - f->tolerance ? (f->asymmetry - 1.0) * (1.0 - x) : 0.0;
        }
    }
}

static void gossip(const Facts *f, Tie *ties, const int64_t *peers, int64_t first, int64_t end) {
    double share = 0.2 * f->reputation;
    for (Tie *tie = ties + first * S; tie < ties + end * S; tie++)
        tie->heard_for = tie->heard_against = tie->most_for = tie->most_against = 0.0;
    for (int64_t i = first; i < end; i++)
        for (int k = 0; k < P; k++) {
            int64_t j = peers[i * P + k];
            for (Tie *mine = ties + i * S; mine < ties + (i + 1) * S; mine++)
                for (Tie *theirs = ties + j * S; theirs < ties + (j + 1) * S; theirs++)
                    if (mine->provider == theirs->provider) {
                        double for_it = max_(0.0, theirs->support - mine->support);
                        double against_it = max_(0.0, theirs->against - mine->against);
                        mine->heard_for += share * for_it;
                        mine->heard_against += share * against_it;
                        mine->most_for = max_(mine->most_for, for_it);
                        mine->most_against = max_(mine->most_against, against_it);
                    }
        }
}

static void go_on(const Facts *f, Family *families, Tie *ties, int64_t first, int64_t end) {
    for (int64_t i = first; i < end; i++) {
        Family *a = families + i;
        double trust = 0.0;
        for (Tie *tie = ties + i * S; tie < ties + (i + 1) * S; tie++) {
            tie->support = f->memory * (tie->support + min_(tie->heard_for, tie->most_for));
            tie->against = f->memory * (tie->against + min_(tie->heard_against, tie->most_against));
            tie->damage *= f->damage_memory;
            tie->prior = f->memory * tie->prior + (1.0 - f->memory) * f->propensity;
            tie->trust = (tie->support + tie->prior * f->prior_weight) /
                         (tie->support + tie->against + tie->damage + f->prior_weight);
            trust += tie->trust / S;
        }
        double load = min_(1.5, 0.5 * a->took_part * a->free_hours / max_(1.0, a->free_hours));
        a->fatigue = clip(a->fatigue + f->fatigue_gain * load * (1.0 - a->fatigue) - f->fatigue_recovery * a->fatigue);
        double grown = f->doing_gain * a->took_part * (1.0 - a->capability);
        a->capability = clip(a->capability + grown - f->capability_loss * a->capability);
        double target = a->own_engagement + 0.5 * (trust - 0.5) + 0.2 * 0.5 - 0.6 * a->fatigue;
        a->engagement = clip(a->engagement + 0.1 * (target - a->engagement));
    }
}

void plain_months(const Facts *f, Family *families, Tie *ties, const int64_t *peers, Provider *providers, const int64_t *towns,
                  int64_t n, int64_t np, int64_t count, int64_t seed, int64_t months) {
    for (int64_t month = 1; month <= months; month++) {
        choose(f, families, ties, providers, n, np, seed, month);
        for (const int64_t *town = towns; town < towns + count; town++) {
            live(f, families, ties, providers, town[0], town[1], seed, month);
            gossip(f, ties, peers, town[0], town[1]);
            go_on(f, families, ties, town[0], town[1]);
        }
    }
}
