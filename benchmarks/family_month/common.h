/* What plain.c and tuned.c share: the keyed draws and elementary functions of abm/streams.py, and the facts. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define D 4 /* domains */
#define S 3 /* providers that a family knows */
#define P 4 /* peers */
#define MOST_HOURS 2.5

typedef struct {
    double effect, complexity_effect, return_rate, noise, drift, lasting, typical_hours, typical_quality, complementarity,
        family_weight, crisis_rate, crisis_dip, switching, start_trust, value_of_need, fatigue_gain, fatigue_recovery,
        training_gain, doing_gain, capability_loss, usual_capability, memory, damage_memory, propensity, prior_weight,
        asymmetry, tolerance, reputation;
} Facts;

typedef struct {
    double importance[D], wellbeing[D], baseline[D], alone[D], alone_baseline[D];
    double complexity, free_hours, own_engagement, engagement, capability, fatigue;
    double took_part, work, hours, match, needed;
} Family;

typedef struct {
    int64_t provider;
    double hours, support, against, damage, prior, trust, heard_for, heard_against, most_for, most_against;
} Tie;

typedef struct {
    double attention[D], skill[D], intensity, openness, motivation, service_hours, promised_hours, weights;
} Provider;

/* abm.streams */
enum { SWITCH = 9, OUTCOME = 10, CRISIS = 11, EXPERIENCE = 15 };

static inline uint64_t absorb(uint64_t key, uint64_t word) {
    uint64_t z = (key ^ word) + 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
}
static inline double to_unit(uint64_t key) { return ((double)(int64_t)(key >> 12) + 0.5) * 0x1p-52; }
static inline uint64_t prefix(int64_t seed, int64_t stream, int64_t month) {
    return absorb(absorb(absorb(0, (uint64_t)seed), (uint64_t)stream), (uint64_t)month);
}

static inline double exp_(double x) {
    static const double taylor[14] = {1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0,
                                      1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0,
                                      1.0 / 6.0, 0.5, 1.0, 1.0};
    x = x > 700.0 ? 700.0 : x;
    double k = floor(x * 1.4426950408889634 + 0.5);
    double r = (x - k * 0.6931471803691238) - k * 1.9082149292705877e-10, p = taylor[0];
    for (int n = 1; n < 14; n++) p = p * r + taylor[n];
    int64_t bits = ((int64_t)k + 1023) << 52;
    double scale;
    memcpy(&scale, &bits, 8);
    return x < -700.0 ? 0.0 : p * scale;
}
static inline double log_(double x) {
    if (x <= 0.0) return -700.0;
    int e;
    double m = frexp(x, &e);
    if (m < 0.7071067811865476) m *= 2.0, e -= 1;
    double s = (m - 1.0) / (m + 1.0), s2 = s * s, p = 1.0 / 23.0;
    for (int n = 21; n > 0; n -= 2) p = p * s2 + 1.0 / n;
    return e * 0.6931471803691238 + (e * 1.9082149292705877e-10 + 2.0 * s * p);
}
static inline double power_(double base, double exponent) {
    if (base <= 0.0) return 0.0;
    double size = fabs(exponent);
    if (size == 0.5 || size == 1.0 || size == 2.0) {
        double raised = size == 0.5 ? sqrt(base) : size == 1.0 ? base : base * base;
        return exponent > 0.0 ? raised : 1.0 / raised;
    }
    return exp_(exponent * log_(base));
}
static inline double logistic(double x) { return 1.0 / (1.0 + exp_(-x)); }
static inline double central_quantile(double u) {
    double q = u - 0.5, r = q * q;
    return (((((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02) * r + 1.383577518672690e02) * r -
             3.066479806614716e01) * r + 2.506628277459239) * q /
           (((((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02) * r + 6.680131188771972e01) * r -
             1.328068155288572e01) * r + 1.0);
}
static inline double tail_quantile(double u) {
    double q = sqrt(-2.0 * log_(u < 0.5 ? u : 1.0 - u));
    double z = (((((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838) * q - 2.549732539343734) * q +
                 4.374664141464968) * q + 2.938163982698783) /
               ((((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1.0);
    return u < 0.5 ? z : -z;
}
#define IN_TAIL(u) ((u) < 0.02425 || (u) > 1.0 - 0.02425)

static inline double min_(double a, double b) { return a < b ? a : b; }
static inline double max_(double a, double b) { return a > b ? a : b; }
static inline double clip(double x) { return min_(1.0, max_(0.0, x)); }

static inline double combined_input(const Facts *f, double service, double work) {
    double u = max_(0.05, work), s = max_(0.0, service), rho = f->complementarity, w = f->family_weight;
    if (s <= 0.0) return rho <= 0.02 ? 0.0 : power_(w, 1.0 / rho) * u;
    if (-0.02 < rho && rho < 0.02) return power_(s, 1.0 - w) * power_(u, w);
    return power_((1.0 - w) * power_(s, rho) + w * power_(u, rho), 1.0 / rho);
}
