/* The family's month for the processor: a plane a column, blocks that stay in its nearest cache, loops that become vectors.
 * Draws of a block are made together; what branches (a switch of provider, the tails of a normal) is done one by one. */
#include "common.h"

#define B 512 /* families in a block */

typedef struct {
    int64_t n, np;
    int64_t *provider, *peers;                                                 /* [slot][n], [n][P] */
    double *importance, *wellbeing, *baseline, *alone, *alone_baseline;         /* [domain][n] */
    double *complexity, *free_hours, *own_engagement, *engagement, *capability, *fatigue, *took_part, *work, *total, *match, *needed;
    double *hours, *support, *against, *damage, *prior, *trust;                 /* [slot][n] */
    double *heard_for, *heard_against;                                          /* [slot][n] */
    double *valued, *openness, *most, *promised, *service_hours, *weights, *share; /* [np] */
    double *attention, *worth;                                                  /* [domain][np] */
} State;

static double *plane(int64_t count) {
    void *p = NULL;
    return posix_memalign(&p, 64, (size_t)(count + B) * 8) ? NULL : memset(p, 0, (size_t)(count + B) * 8);
}

State *tuned_open(const Facts *restrict f, const Family *families, const Tie *ties, const int64_t *peers, const Provider *providers,
                  int64_t n, int64_t np) {
    State *w = calloc(1, sizeof *w);
    w->n = n, w->np = np;
    double **by_domain[] = {&w->importance, &w->wellbeing, &w->baseline, &w->alone, &w->alone_baseline};
    double **own[] = {&w->complexity, &w->free_hours, &w->own_engagement, &w->engagement, &w->capability, &w->fatigue,
                      &w->took_part, &w->work, &w->total, &w->match, &w->needed};
    double **by_slot[] = {&w->hours, &w->support, &w->against, &w->damage, &w->prior, &w->trust};
    double **of_provider[] = {&w->valued, &w->openness, &w->most, &w->promised, &w->service_hours, &w->weights, &w->share};
    for (int c = 0; c < 5; c++) {
        *by_domain[c] = plane(D * n);
        for (int64_t i = 0; i < n; i++)
            for (int d = 0; d < D; d++) (*by_domain[c])[d * n + i] = ((const double *)(families + i))[c * D + d];
    }
    for (int c = 0; c < 11; c++) {
        *own[c] = plane(n);
        for (int64_t i = 0; i < n; i++) (*own[c])[i] = ((const double *)(families + i))[5 * D + c];
    }
    for (int c = 0; c < 6; c++) {
        *by_slot[c] = plane(S * n);
        for (int64_t t = 0; t < n * S; t++) (*by_slot[c])[t % S * n + t / S] = ((const double *)(ties + t))[1 + c];
    }
    w->heard_for = plane(S * n), w->heard_against = plane(S * n);
    w->provider = (int64_t *)plane(S * n), w->peers = (int64_t *)plane(P * n);
    for (int64_t t = 0; t < n * S; t++) w->provider[t % S * n + t / S] = ties[t].provider;
    memcpy(w->peers, peers, (size_t)(P * n) * 8);
    for (int c = 0; c < 7; c++) *of_provider[c] = plane(np);
    w->attention = plane(D * np), w->worth = plane(D * np);
    for (int64_t p = 0; p < np; p++) {
        const Provider *q = providers + p;
        w->valued[p] = q->motivation * f->value_of_need, w->openness[p] = q->openness;
        w->promised[p] = q->promised_hours, w->most[p] = MOST_HOURS * q->promised_hours, w->service_hours[p] = q->service_hours;
        for (int d = 0; d < D; d++)
            w->attention[d * np + p] = q->attention[d], w->worth[d * np + p] = q->intensity * q->attention[d] * q->skill[d];
    }
    return w;
}

void tuned_close(State *w, Family *families, Tie *ties) {
    int64_t n = w->n;
    double *by_domain[] = {w->importance, w->wellbeing, w->baseline, w->alone, w->alone_baseline};
    double *own[] = {w->complexity, w->free_hours, w->own_engagement, w->engagement, w->capability, w->fatigue,
                     w->took_part, w->work, w->total, w->match, w->needed};
    double *by_slot[] = {w->hours, w->support, w->against, w->damage, w->prior, w->trust};
    for (int64_t i = 0; i < n; i++) {
        for (int c = 0; c < 5; c++)
            for (int d = 0; d < D; d++) ((double *)(families + i))[c * D + d] = by_domain[c][d * n + i];
        for (int c = 0; c < 11; c++) ((double *)(families + i))[5 * D + c] = own[c][i];
        for (int s = 0; s < S; s++) {
            ties[i * S + s].provider = w->provider[s * n + i];
            for (int c = 0; c < 6; c++) ((double *)(ties + i * S + s))[1 + c] = by_slot[c][s * n + i];
        }
    }
    double *planes[] = {w->heard_for, w->heard_against, w->valued, w->openness, w->most, w->promised, w->service_hours,
                        w->weights, w->share, w->attention, w->worth, (double *)w->provider, (double *)w->peers};
    for (int c = 0; c < 5; c++) free(by_domain[c]);
    for (int c = 0; c < 11; c++) free(own[c]);
    for (int c = 0; c < 6; c++) free(by_slot[c]);
    for (unsigned c = 0; c < sizeof planes / sizeof *planes; c++) free(planes[c]);
    free(w);
}

static void uniforms(uint64_t key, int64_t first, int count, uint64_t item, double *restrict u) {
    for (int b = 0; b < count; b++) u[b] = to_unit(absorb(absorb(key, (uint64_t)(first + b)), item));
}
static void normals(uint64_t key, int64_t first, int count, uint64_t item, double *restrict z) {
    double u[B];
    uniforms(key, first, count, item, u);
    for (int b = 0; b < count; b++) z[b] = central_quantile(u[b]);
    for (int b = 0; b < count; b++)
        if (__builtin_expect(IN_TAIL(u[b]), 0)) z[b] = tail_quantile(u[b]);
}

static void maybe_switch(State *w, const Facts *restrict f, uint64_t key, int64_t i) {
    int64_t n = w->n, worst = i;
    for (int s = 1; s < S; s++)
        if (w->trust[s * n + i] < w->trust[worst]) worst = s * n + i;
    int64_t other = (int64_t)(to_unit(absorb(absorb(key, (uint64_t)i), 1)) * (double)w->np);
    for (int s = 0; s < S; s++)
        if (w->provider[s * n + i] == other) return;
    if (to_unit(absorb(absorb(key, (uint64_t)i), 2)) < logistic(8.0 * (f->start_trust - w->trust[worst]) - 1.0)) {
        w->provider[worst] = other;
        w->support[worst] = w->against[worst] = w->damage[worst] = 0.0;
        w->prior[worst] = w->trust[worst] = f->start_trust;
    }
}

static void choose(State *w, const Facts *restrict f, uint64_t key, int64_t first, int count) {
    int64_t n = w->n;
    double u[B];
    uniforms(key, first, count, 0, u);
    for (int b = 0; b < count; b++)
        if (__builtin_expect(u[b] < f->switching, 0)) maybe_switch(w, f, key, first + b);
    double *restrict needed = w->needed + first, *restrict took = w->took_part + first, *restrict work = w->work + first;
    const double *restrict engagement = w->engagement + first, *restrict fatigue = w->fatigue + first,
                           *restrict capability = w->capability + first, *restrict openness = w->openness;
    const int64_t *restrict one = w->provider + first, *restrict two = one + n, *restrict three = two + n;
    for (int b = 0; b < count; b++) needed[b] = 0.0;
    for (int d = 0; d < D; d++) {
        const double *restrict weight = w->importance + d * n + first, *restrict y = w->wellbeing + d * n + first;
        for (int b = 0; b < count; b++) needed[b] += weight[b] * (1.0 - y[b]);
    }
    for (int b = 0; b < count; b++) {
        double open = openness[one[b]] + openness[two[b]] + openness[three[b]];
        took[b] = min_(1.0, engagement[b] * (1.0 - fatigue[b]) * (0.5 + 0.5 * open / S));
        work[b] = 0.5 + 0.6 * capability[b] + 2.5 * took[b] * (0.4 + capability[b]);
    }
    for (int b = 0; b < count; b++) {
        w->weights[one[b]] += max_(0.0, w->valued[one[b]] * needed[b]);
        w->weights[two[b]] += max_(0.0, w->valued[two[b]] * needed[b]);
        w->weights[three[b]] += max_(0.0, w->valued[three[b]] * needed[b]);
    }
}

static void receive(State *w, int64_t first, int count, double (*restrict service)[B]) {
    int64_t n = w->n, np = w->np;
    double attention[D][B];
    double *restrict needed = w->needed + first, *restrict total = w->total + first, *restrict match = w->match + first;
    for (int d = 0; d < D; d++)
        for (int b = 0; b < count; b++) service[d][b] = attention[d][b] = 0.0;
    for (int b = 0; b < count; b++) total[b] = match[b] = 0.0;
    for (int s = 0; s < S; s++) {
        const int64_t *restrict p = w->provider + s * n + first;
        const double *restrict share = w->share, *restrict most = w->most;
        double *restrict hours = w->hours + s * n + first;
        for (int b = 0; b < count; b++) {
            hours[b] = min_(most[p[b]], share[p[b]] * needed[b]);
            total[b] += hours[b];
        }
        for (int d = 0; d < D; d++) {
            const double *restrict worth = w->worth + d * np, *restrict attends = w->attention + d * np;
            for (int b = 0; b < count; b++) {
                service[d][b] += hours[b] * worth[p[b]];
                attention[d][b] += hours[b] * attends[p[b]];
            }
        }
    }
    for (int d = 0; d < D; d++) {
        const double *restrict weight = w->importance + d * n + first, *restrict y = w->wellbeing + d * n + first;
        for (int b = 0; b < count; b++)
            match[b] += min_(attention[d][b] / max_(1e-9, total[b]), weight[b] * (1.0 - y[b]) / max_(1e-9, needed[b]));
    }
}

static void outcome(State *w, const Facts *restrict f, uint64_t luck, int64_t first, int count, int d, double *restrict service,
                    const double *restrict dip) {
    int64_t n = w->n;
    double z[B], made[B];
    const double *restrict work = w->work + first, *restrict complexity = w->complexity + first,
                           *restrict capability = w->capability + first;
    double *restrict y = w->wellbeing + d * n + first, *restrict base = w->baseline + d * n + first,
           *restrict alone = w->alone + d * n + first, *restrict alone_base = w->alone_baseline + d * n + first;
    double scale = 1.0 / (f->typical_hours * f->typical_quality / D), weight = f->family_weight;
    normals(luck, first, count, (uint64_t)d, z);
    if (f->complementarity == -0.5)
        for (int b = 0; b < count; b++) {
            double s = max_(0.0, service[b] * scale), u = max_(0.05, work[b]);
            double mixed = (1.0 - weight) / sqrt(max_(s, 1e-300)) + weight / sqrt(u);
            made[b] = s <= 0.0 ? 0.0 : 1.0 / (mixed * mixed);
        }
    else
        for (int b = 0; b < count; b++) made[b] = combined_input(f, service[b] * scale, work[b]);
    for (int b = 0; b < count; b++) {
        double own = f->effect * (1.0 - complexity[b] * f->complexity_effect), shock = f->noise * z[b] - dip[b];
        double before = y[b], without = alone[b];
        double added = (1.0 - before) * (1.0 - exp_(-own * max_(0.0, made[b])));
        y[b] = clip(before + added - f->return_rate * (before - base[b]) + shock);
        base[b] = clip(base[b] + f->lasting * capability[b] * max_(0.0, before - base[b]) + f->drift * (1.0 - base[b]));
        alone[b] = clip(without - f->return_rate * (without - alone_base[b]) + shock);
        alone_base[b] = clip(alone_base[b] + f->lasting * f->usual_capability * max_(0.0, without - alone_base[b]) +
                             f->drift * (1.0 - alone_base[b]));
    }
}

static void live(State *w, const Facts *restrict f, int64_t seed, int64_t month, int64_t first, int count) {
    int64_t n = w->n;
    double service[D][B], dip[B], noise[B];
    receive(w, first, count, service);
    uniforms(prefix(seed, CRISIS, month), first, count, 0, dip);
    for (int b = 0; b < count; b++) dip[b] = dip[b] < f->crisis_rate ? f->crisis_dip : 0.0;
    for (int d = 0; d < D; d++) outcome(w, f, prefix(seed, OUTCOME, month), first, count, d, service[d], dip);
    normals(prefix(seed, EXPERIENCE, month), first, count, 0, noise);
    for (int s = 0; s < S; s++) {
        const int64_t *restrict p = w->provider + s * n + first;
        const double *restrict hours = w->hours + s * n + first, *restrict trust = w->trust + s * n + first,
                               *restrict match = w->match + first, *restrict promised = w->promised;
        double *restrict support = w->support + s * n + first, *restrict against = w->against + s * n + first,
               *restrict damage = w->damage + s * n + first;
        for (int b = 0; b < count; b++) {
            double x = clip(0.5 * min_(1.0, hours[b] / promised[p[b]]) + 0.5 * match[b] + 0.1 * noise[b]);
            support[b] += x;
            against[b] += 1.0 - x;
            damage[b] += x < trust[b] - f->tolerance ? (f->asymmetry - 1.0) * (1.0 - x) : 0.0;
        }
    }
}

static void gossip(State *w, const Facts *restrict f, int64_t first, int64_t end) {
    int64_t n = w->n;
    double share = 0.2 * f->reputation;
    for (int64_t i = first; i < end; i++)
        for (int a = 0; a < S; a++) {
            int64_t mine = a * n + i, known = w->provider[mine];
            double heard_for = 0.0, heard_against = 0.0, most_for = 0.0, most_against = 0.0;
            for (int k = 0; k < P; k++) {
                int64_t j = w->peers[i * P + k];
                for (int b = 0; b < S; b++)
                    if (__builtin_expect(w->provider[b * n + j] == known, 0)) {
                        double for_it = max_(0.0, w->support[b * n + j] - w->support[mine]);
                        double against_it = max_(0.0, w->against[b * n + j] - w->against[mine]);
                        heard_for += share * for_it, heard_against += share * against_it;
                        most_for = max_(most_for, for_it), most_against = max_(most_against, against_it);
                    }
            }
            w->heard_for[mine] = min_(heard_for, most_for), w->heard_against[mine] = min_(heard_against, most_against);
        }
}

static void go_on(State *w, const Facts *restrict f, int64_t first, int count) {
    int64_t n = w->n;
    double mean[B];
    for (int b = 0; b < count; b++) mean[b] = 0.0;
    for (int s = 0; s < S; s++) {
        int64_t at = s * n + first;
        double *restrict support = w->support + at, *restrict against = w->against + at, *restrict damage = w->damage + at,
               *restrict prior = w->prior + at, *restrict trust = w->trust + at;
        const double *restrict heard_for = w->heard_for + at, *restrict heard_against = w->heard_against + at;
        for (int b = 0; b < count; b++) {
            support[b] = f->memory * (support[b] + heard_for[b]);
            against[b] = f->memory * (against[b] + heard_against[b]);
            damage[b] *= f->damage_memory;
            prior[b] = f->memory * prior[b] + (1.0 - f->memory) * f->propensity;
            trust[b] = (support[b] + prior[b] * f->prior_weight) / (support[b] + against[b] + damage[b] + f->prior_weight);
            mean[b] += trust[b] / S;
        }
    }
    double *restrict fatigue = w->fatigue + first, *restrict capability = w->capability + first,
           *restrict engagement = w->engagement + first;
    const double *restrict took = w->took_part + first, *restrict free_hours = w->free_hours + first,
                           *restrict own = w->own_engagement + first;
    for (int b = 0; b < count; b++) {
        double load = min_(1.5, 0.5 * took[b] * free_hours[b] / max_(1.0, free_hours[b]));
        fatigue[b] = clip(fatigue[b] + f->fatigue_gain * load * (1.0 - fatigue[b]) - f->fatigue_recovery * fatigue[b]);
        double grown = f->doing_gain * took[b] * (1.0 - capability[b]);
        capability[b] = clip(capability[b] + grown - f->capability_loss * capability[b]);
        double target = own[b] + 0.5 * (mean[b] - 0.5) + 0.2 * 0.5 - 0.6 * fatigue[b];
        engagement[b] = clip(engagement[b] + 0.1 * (target - engagement[b]));
    }
}

static int block(int64_t first, int64_t end) { return (int)(end - first < B ? end - first : B); }

void tuned_months(State *w, const Facts *facts, const int64_t *towns, int64_t count, int64_t seed, int64_t months) {
    Facts f = *facts;
    for (int64_t month = 1; month <= months; month++) {
        for (int64_t p = 0; p < w->np; p++) w->weights[p] = 0.0;
        for (int64_t i = 0; i < w->n; i += B) choose(w, &f, prefix(seed, SWITCH, month), i, block(i, w->n));
        for (int64_t p = 0; p < w->np; p++) w->share[p] = w->service_hours[p] * max_(0.0, w->valued[p]) / w->weights[p];
        for (const int64_t *town = towns; town < towns + count; town++) {
            for (int64_t i = town[0]; i < town[1]; i += B) live(w, &f, seed, month, i, block(i, town[1]));
            gossip(w, &f, town[0], town[1]);
            for (int64_t i = town[0]; i < town[1]; i += B) go_on(w, &f, i, block(i, town[1]));
        }
    }
}
