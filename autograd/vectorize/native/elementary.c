/* The elementary functions in portable C: within 2 units in the last place over their whole range, the same bits from
   every compiler, and without branches where a loop is to run on vectors. No function of libm but the exact ones
   (sqrt, fabs, floor, fmod) is called: others are folded with other bits, and their vectors are less accurate.
   Compile with -ffp-contract=off -fno-math-errno -fno-trapping-math. */

#include <math.h>
#include <stdint.h>
#include <string.h>

/* Adding it to a number below 2^51 rounds that to a whole one, which stands in the last bits of the sum. */
#define SHIFT 0x1.8p52

static inline uint64_t bits_of(double x) { uint64_t u; memcpy(&u, &x, sizeof u); return u; }

static inline double number_of(uint64_t u) { double x; memcpy(&x, &u, sizeof x); return x; }

static inline double with_sign(double x, double sign) {
    return number_of((bits_of(x) & 0x7fffffffffffffffu) | (bits_of(sign) & 0x8000000000000000u));
}

/* 2^k of a whole number k from -1022 to 1023 */
static inline double power_of_two(double k) { return number_of((bits_of(k + SHIFT) << 52) + 0x3ff0000000000000u); }

/* Sums and products of two numbers without loss: the result and what it lacks */
typedef struct { double high, low; } two;

static inline two two_sum(double x, double y) { /* |x| >= |y| */
    double high = x + y;
    two out = {high, (x - high) + y};
    return out;
}

static inline two any_sum(double x, double y) {
    double high = x + y, part = high - x;
    two out = {high, (x - (high - part)) + (y - part)};
    return out;
}

static inline two two_product(double x, double y) {
    double s = x * 0x1.0000002p27, t = y * 0x1.0000002p27;
    double xh = s - (s - x), yh = t - (t - y), xl = x - xh, yl = y - yh, high = x * y;
    two out = {high, ((xh * yh - high) + xh * yl + xl * yh) + xl * yl};
    return out;
}

/* e^x = 2^k (1 + p + low), |p| < 0.42, of x from -1420 to 1420 and what x lacks */
typedef struct { double p, low, k; } power;

static inline power power_of(double x, double rest) {
    double k = (x * 0x1.71547652b82fep+0 + SHIFT) - SHIFT;
    double high = x - k * 0x1.62e42fefa3000p-1; /* exact: the first 41 digits of ln 2 */
    double low = rest - k * 0x1.3de6af278ece6p-42, r = high + low;
    double r2 = r * r, r4 = r2 * r2, r8 = r4 * r4;
    double s = ((high - r) + low) + r2 * (((((0x1.0000000000000p-1 + r * 0x1.5555555555557p-3) + r2 *
        (0x1.5555555555556p-5 + r * 0x1.11111111100cep-7)) + r4 * ((0x1.6c16c16c162ccp-10 + r *
        0x1.a01a01abef415p-13) + r2 * (0x1.a01a01a6dcaffp-16 + r * 0x1.71de021a90822p-19))) + r8 *
        ((0x1.27e4db57442fbp-22 + r * 0x1.af4e196027428p-26) + r2 * 0x1.1f731ea5352cap-29)));
    double p = r + s;
    power out = {p, (r - p) + s, k};
    return out;
}

/* 2^k (x + y), with one rounding where the result is subnormal */
static inline double scaled(double x, double y, double k) {
    double half = (0.5 * k + SHIFT) - SHIFT;
    return (x + y) * power_of_two(half) * power_of_two(k - half);
}

static inline double between(double low, double x, double high) { /* nan stays nan */
    x = x < low ? low : x;
    return x > high ? high : x;
}

/* Functions that loops over many numbers call are in parts, each for a loop of its own: a number waits for itself, and a
   processor finds more of them to compute meanwhile in a shorter part. Between the parts stand two numbers of each. */

/* e^x = 2^k (1 + p): 2^k is two factors, so that a subnormal result is rounded once; adding 2046 makes k positive */
static inline void m_exp_begin(double x, double *r, double *shifted) { /* k stands in its last bits */
    *shifted = x * 0x1.71547652b82fep+0 + (SHIFT + 2046.0);
    double k = *shifted - (SHIFT + 2046.0);
    *r = (x - k * 0x1.62e42fefa3000p-1) - k * 0x1.3de6af278ece6p-42;
}

static inline double m_exp_end(double r, double shifted) {
    uint64_t u = bits_of(shifted), half = u >> 1;
    double r2 = r * r, r4 = r2 * r2;
    double q = ((0x1.0000000000001p-1 + r * 0x1.5555555555556p-3) + r2 * (0x1.5555555553d63p-5 + r *
        0x1.11111111109b3p-7)) + r4 * (((0x1.6c16c1788bd90p-10 + r * 0x1.a01a01a7c41d5p-13) + r2 *
        (0x1.a019b90d2ae7ap-16 + r * 0x1.71de0dae63bb3p-19)) + r4 * (0x1.289185613a3d6p-22 + r *
        0x1.af38a9b0ec855p-26));
    double out = (1.0 + (r + r2 * q)) * number_of(half << 52) * number_of((u - half) << 52);
    out = shifted > SHIFT + 3070.0 ? INFINITY : out; /* k above 1024 and below -1076 */
    return shifted < SHIFT + 970.0 ? 0.0 : out;
}

static inline double m_exp(double x) {
    double r, shifted;
    m_exp_begin(x, &r, &shifted);
    return m_exp_end(r, shifted);
}

/* (e^x - 1) / 2 and what it lacks: half of it, since 2^k itself can be infinite */
static inline two half_expm1(power e) {
    double half = power_of_two(e.k - 1.0), p = half * e.p, whole = half - 0.5, sum = whole + p;
    two out = {sum, (p - (sum - whole)) + half * e.low};
    return out;
}

static inline double m_expm1(double x) {
    power e = power_of(between(-80.0, x, 710.0), 0.0);
    two half = half_expm1(e);
    return fabs(x) < 0x1p-54 ? x : 2.0 * (half.high + half.low);
}

/* |x| = k ln 2 / 2 + h with h from -0.12 to 0.23, which lets little cancel: with u = tanh h it is
   (2^k - 1 + (2^k + 1) u) / (2^k + 1 + (2^k - 1) u) */
static inline void m_tanh_begin(double x, double *high, double *shifted) { /* k stands in its last bits */
    double a = fabs(x) > 22.0 ? 22.0 : fabs(x);
    *shifted = (a * 0x1.71547652b82fep+1 - 0.15) + SHIFT;
    *high = a - (*shifted - SHIFT) * 0x1.62e42fefa3000p-2;
}

static inline double m_tanh_middle(double high, double shifted) {
    double low = (shifted - SHIFT) * 0x1.3de6af278ece6p-43, h = high - low, z = h * h, z2 = z * z;
    double p = ((-0x1.5555555555554p-2 + z * 0x1.1111111110129p-3) + z2 * (-0x1.ba1ba1b535dd9p-5 + z *
        0x1.664f43fb7e50bp-6)) + z2 * z2 * ((-0x1.226c361df9194p-7 + z * 0x1.d5eb9fb8d3233p-9) + z2 * -0x1.634c3ed92bb7dp-10);
    return h + (((high - h) - low) + h * z * p);
}

static inline double m_tanh_end(double x, double u, double shifted) {
    double s = number_of((bits_of(shifted) << 52) + 0x3ff0000000000000u) + 1.0, d = s - 2.0;
    double su = s * u, du = d * u, n = d + su, m = s + du;
    double q = n / m, part = 0.5 - 0.5 * q, lost = ((d - n) + su) - q * ((s - m) + du);
    return with_sign(q + lost * (part < 0x1p-53 ? 0x1p-53 : part), x); /* part is some 1 / m */
}

static inline double m_tanh(double x) {
    double high, shifted;
    m_tanh_begin(x, &high, &shifted);
    return m_tanh_end(x, m_tanh_middle(high, shifted), shifted);
}

static inline double m_sinh(double x) {
    double a = fabs(x);
    power e = power_of(a > 711.0 ? 711.0 : a, 0.0);
    two h = half_expm1(e); /* sinh x = h + h / (1 + 2 h) */
    double d = 1.0 + 2.0 * h.high, q = h.high / d;
    double small = h.high + (q + (h.low + (h.low - 2.0 * q * h.low) / d));
    return with_sign(a < 0x1p-27 ? a : a < 22.0 ? small : scaled(1.0, e.p + e.low, e.k - 1.0), x);
}

static inline double m_cosh(double x) {
    double a = fabs(x);
    power e = power_of(a > 711.0 ? 711.0 : a, 0.0);
    double half = scaled(1.0, e.p + e.low, e.k - 1.0);
    return half + 0.25 / half;
}

/* ln(1 + f) - f + f^2 / 2 over s, where s = f / (2 + f) and the quotient is small */
static inline double m_log(double x) {
    double subnormal = x < 0x1p-1022 ? 54.0 : 0.0;
    double y = x < 0x1p-1022 ? x * 0x1p54 : x;
    uint64_t u = bits_of(y) - 0x3fe6a09e667f3bcdu; /* the bits of the square root of one half */
    uint64_t exponent = (u + 0x4000000000000000u) >> 52; /* k + 1024 */
    double k = number_of(exponent | 0x4330000000000000u) - (0x1p52 + 1024.0);
    double f = number_of(bits_of(y) - ((exponent - 1024u) << 52)) - 1.0;
    double s = f / (2.0 + f), z = s * s, square = 0.5 * f * f;
    double z2 = z * z, z4 = z2 * z2;
    double rest = z * ((((0x1.5555555555558p-1 + z * 0x1.9999999995273p-2) + z2 * (0x1.2492492dfd86dp-2 + z *
        0x1.c71c62d5e537ap-3)) + z4 * ((0x1.7462b91b8f5f6p-3 + z * 0x1.39fdcceb25649p-3) + z2 *
        0x1.2b5f68a69dd19p-3)));
    k -= subnormal;
    double out = k * 0x1.62e42fefa3000p-1 - ((square - (s * (square + rest) + k * 0x1.3de6af278ece6p-42)) - f);
    out = x < INFINITY ? out : x; /* infinity and nan */
    return x > 0.0 ? out : x == 0.0 ? -INFINITY : x < 0.0 ? NAN : x;
}

static inline double m_log1p(double x) {
    double y = 1.0 + x;
    double lost = x > 1.0 ? 1.0 - (y - x) : x - (y - 1.0); /* what the sum lost */
    uint64_t u = bits_of(y) - 0x3fe6a09e667f3bcdu;
    uint64_t exponent = (u + 0x4000000000000000u) >> 52;
    double k = number_of(exponent | 0x4330000000000000u) - (0x1p52 + 1024.0);
    double m = number_of(bits_of(y) - ((exponent - 1024u) << 52));
    double f = k == 0.0 ? x : m - 1.0;
    double correction = k == 0.0 ? 0.0 : lost / y;
    double s = f / (2.0 + f), z = s * s, square = 0.5 * f * f;
    double z2 = z * z, z4 = z2 * z2;
    double rest = z * ((((0x1.5555555555558p-1 + z * 0x1.9999999995273p-2) + z2 * (0x1.2492492dfd86dp-2 + z *
        0x1.c71c62d5e537ap-3)) + z4 * ((0x1.7462b91b8f5f6p-3 + z * 0x1.39fdcceb25649p-3) + z2 *
        0x1.2b5f68a69dd19p-3)));
    double low = k * 0x1.3de6af278ece6p-42 + correction;
    double out = k * 0x1.62e42fefa3000p-1 - ((square - (s * (square + rest) + low)) - f);
    out = fabs(x) < 0x1p-54 ? x : out;
    out = x < INFINITY ? out : x;
    return x > -1.0 ? out : x == -1.0 ? -INFINITY : x < -1.0 ? NAN : x;
}

/* ln x to some 68 bits, of a positive finite x */
static inline two long_log(double x) {
    double subnormal = x < 0x1p-1022 ? 54.0 : 0.0;
    double y = x < 0x1p-1022 ? x * 0x1p54 : x;
    uint64_t u = bits_of(y) - 0x3fe6a09e667f3bcdu;
    uint64_t exponent = (u + 0x4000000000000000u) >> 52;
    double k = number_of(exponent | 0x4330000000000000u) - (0x1p52 + 1024.0) - subnormal;
    double f = number_of(bits_of(y) - ((exponent - 1024u) << 52)) - 1.0;
    two d = two_sum(2.0, f);
    double s = f / d.high;
    two back = two_product(s, d.high);
    double sl = (((f - back.high) - back.low) - s * d.low) / d.high;
    two z = two_product(s, s);
    double zl = z.low + 2.0 * s * sl;
    /* 2 s + 2/3 s^3 + s^5 p(s^2) */
    two t = two_product(0x1.5555555555555p-1, z.high);
    t = two_sum(t.high, t.low + 0x1.5555555555555p-1 * zl + 0x1.5555555555555p-55 * z.high);
    two c = two_product(s, t.high);
    double zz = z.high;
    double cl = c.low + s * t.low + sl * t.high + s * zz * zz * (0x1.999999999999ap-2 + zz * (0x1.2492492492491p-2
        + zz * (0x1.c71c71c71cfe9p-3 + zz * (0x1.745d174512341p-3 + zz * (0x1.3b13b1bd19734p-3 + zz *
        (0x1.1110df7b77cb8p-3 + zz * (0x1.e1f80b11c4070p-4 + zz * (0x1.ac49180c280edp-4 + zz *
        (0x1.b8e138235ec54p-4)))))))));
    double high = k * 0x1.62e42fefa3000p-1; /* exact */
    two a = two_sum(2.0 * s, c.high);
    double al = a.low + (2.0 * sl + cl);
    two sum = any_sum(high, a.high);
    return two_sum(sum.high, sum.low + (al + k * 0x1.3de6af278ece6p-42));
}

/* x to the power 1/2, which is +0 at -0 and infinite at -infinity, unlike the root */
static inline double root_of(double x) { return x == -INFINITY ? INFINITY : sqrt(x + 0.0); }

static inline double m_pow(double x, double y) {
    if (y == 2.0) return x * x;
    if (y == 3.0) return x * x * x;
    if (y == 0.5) return root_of(x);
    if (y == -0.5) return 1.0 / root_of(x);
    if (y == 1.5) return fabs(x) * root_of(x);
    if (y == -1.5) return 1.0 / (fabs(x) * root_of(x));
    if (y == 0.0 || x == 1.0) return 1.0;
    if (y == 1.0) return x;
    if (y == -1.0) return 1.0 / x;
    if (x != x || y != y) return x + y;
    double size = fabs(x);
    double whole = fabs(y) < 0x1p52 ? (fabs(y) + 0x1p52) - 0x1p52 : fabs(y);
    int is_whole = whole == fabs(y);
    int odd = is_whole && fabs(y) < 0x1p53 && 2.0 * floor(0.5 * fabs(y)) != fabs(y);
    double sign = odd ? x : 1.0;
    if (size == 0.0 || size == INFINITY) return with_sign((size == 0.0) == (y > 0.0) ? 0.0 : INFINITY, sign);
    if (fabs(y) == INFINITY) return size == 1.0 ? 1.0 : (size < 1.0) == (y > 0.0) ? 0.0 : INFINITY;
    if (x < 0.0 && !is_whole) return NAN;
    if (size == 1.0) return with_sign(1.0, sign);
    two l = long_log(size);
    if (fabs(y * l.high) > 800.0) return with_sign((y > 0.0) == (l.high > 0.0) ? INFINITY : 0.0, sign);
    two p = two_product(y, l.high);
    power e = power_of(p.high, p.low + y * l.low);
    return with_sign(scaled(1.0, e.p + e.low, e.k), sign);
}

/* x less the nearest multiple of pi / 2, to some 100 bits, and which multiple, from 0 to 3 */
typedef struct { double high, low; int quarter; } angle;

/* of |x| from 2^20 to infinity, by the digits of 2 / pi that matter to it */
static inline angle long_quarter(double x) {
    static const uint32_t two_over_pi[40] = {
        0xa2f9836eu, 0x4e441529u, 0xfc2757d1u, 0xf534ddc0u, 0xdb629599u, 0x3c439041u, 0xfe5163abu, 0xdebbc561u,
            0xb7246e3au, 0x424dd2e0u, 0x06492eeau, 0x09d1921cu, 0xfe1deb1cu, 0xb129a73eu, 0xe88235f5u, 0x2ebb4484u,
            0xe99c7026u, 0xb45f7e41u, 0x3991d639u, 0x835339f4u, 0x9c845f8bu, 0xbdf9283bu, 0x1ff897ffu, 0xde05980fu,
            0xef2f118bu, 0x5a0a6d1fu, 0x6d367ecfu, 0x27cb09b7u, 0x4f463f66u, 0x9e5fea2du, 0x7527bac7u, 0xebe5f17bu,
            0x3d0739f7u, 0x8a5292eau, 0x6bfb5fb1u, 0x1f8d5d08u, 0x56033046u, 0xfc7b6babu, 0xf0cfbc20u,
            0x9af4361du};
    uint64_t u = bits_of(fabs(x));
    int exponent = (int)(u >> 52) - 1075; /* |x| = mantissa 2^exponent */
    uint64_t mantissa = (u & 0xfffffffffffffu) | 0x10000000000000u;
    int first = exponent > 32 ? (exponent - 3) / 32 : 0; /* digits before it give multiples of 2 pi */
    uint32_t product[8] = {0}; /* mantissa times six digits, the last digit first */
    for (int half = 0; half < 2; half++) {
        uint64_t carry = 0, m = half ? mantissa >> 32 : mantissa & 0xffffffffu;
        for (int i = 0; i < 6; i++) {
            carry += m * two_over_pi[first + 5 - i] + product[i + half];
            product[i + half] = (uint32_t)carry;
            carry >>= 32;
        }
        product[6 + half] += (uint32_t)carry;
    }
    /* the point stands point bits from the end: the whole part modulo 4 and 128 bits of the rest follow */
    int point = 32 * (first + 6) - exponent;
    uint64_t top[3];
    for (int i = 0; i < 3; i++) { /* the words of 64 bits from two above the point */
        uint64_t word = 0;
        for (int j = 0; j < 64; j++) {
            int place = point + 1 - 64 * i - j;
            uint64_t digit = place >= 0 && place < 256 ? product[place / 32] >> (place % 32) & 1u : 0u;
            word = word << 1 | digit;
        }
        top[i] = word;
    }
    int quarter = (int)(top[0] >> 62);
    uint64_t a = top[0] << 2 | top[1] >> 62, b = top[1] << 2 | top[2] >> 62;
    double sign = 1.0;
    if (a >> 63) { /* nearer to the next multiple */
        quarter = (quarter + 1) & 3;
        a = ~a;
        b = ~b;
        sign = -1.0;
    }
    double a1 = (double)(a >> 32) * 0x1p-32, a2 = (double)(a & 0xffffffffu) * 0x1p-64;
    double b1 = (double)(b >> 32) * 0x1p-96, b2 = (double)(b & 0xffffffffu) * 0x1p-128;
    two s = two_sum(a1, a2), t = two_sum(b1, b2);
    two f = two_sum(s.high, s.low + t.high);
    f.low += (s.high - f.high) + (s.low + t.high) - f.low + t.low;
    f = two_sum(f.high, f.low);
    two r = two_product(f.high, 0x1.921fb54442d18p+0);
    r = two_sum(r.high, r.low + (f.high * 0x1.1a62633145c07p-54 + f.low * 0x1.921fb54442d18p+0));
    if (x < 0.0) {
        sign = -sign;
        quarter = (4 - quarter) & 3;
    }
    angle out = {sign * r.high, sign * r.low, quarter};
    return out;
}

static inline angle quarter_of(double x) {
    if (fabs(x) < 0.78) { /* below pi / 4 */
        angle same = {x, 0.0, 0};
        return same;
    }
    if (!(fabs(x) < 0x1p20)) return long_quarter(x);
    double k = (x * 0x1.45f306dc9c883p-1 + SHIFT) - SHIFT;
    double a = x - k * 0x1.921fb54400000p+0; /* exact, as k times each part is */
    double p = k * 0x1.0b4611a600000p-34, q = k * 0x1.3198a2e000000p-69, w = k * 0x1.b839a252049c1p-104;
    double b = a - p, lost = (a - b) - p;
    double c = b - q, more = (b - c) - q;
    two r = two_sum(c, (lost + more) - w);
    angle out = {r.high, r.low, (int)(bits_of(k + SHIFT) & 3u)};
    return out;
}

/* of r and z = r^2, |r| <= pi / 4: sin r - r, and (cos r - 1 + r^2 / 2) / r^4. A chain of sines waits for each of them,
   so that the powers of r are multiplied by their parts one by one: the longest way is six operations. */
static inline double rest_of_sine(double r, double z) {
    double z2 = z * z, r3 = r * z, r7 = r3 * z2;
    return (r3 * (-0x1.5555555555548p-3 + z * 0x1.111111110f7c8p-7) + r7 * (-0x1.a01a019bfcd7fp-13 + z *
        0x1.71de3566d8bd5p-19)) + r7 * z2 * (-0x1.ae5e59c6ff730p-26 + z * 0x1.5d8f9536b7decp-33);
}

static inline double rest_of_cosine(double z) {
    double z2 = z * z, z4 = z2 * z2;
    return (((0x1.5555555555555p-5 + z * -0x1.6c16c16c16963p-10) + z2 * (0x1.a01a019f4ddf1p-16 + z *
        -0x1.27e4fa16cb6b7p-22)) + z4 * (0x1.1eeb67cf86235p-29 + z * -0x1.907cd89e54a6dp-37));
}

/* sine and cosine of |r| <= pi / 4, as what is nearest and what that lacks */
static inline two sine_of(double r, double low) {
    double z = r * r;
    return two_sum(r, rest_of_sine(r, z) + low * (1.0 - 0.5 * z));
}

static inline two cosine_of(double r, double low) {
    two z = two_product(r, r), s = two_sum(1.0, -0.5 * z.high);
    return two_sum(s.high, s.low + (z.high * z.high * rest_of_cosine(z.high) - 0.5 * z.low - r * low));
}

/* sine and cosine of any x: a call of its own, without which a compiler puts no sine in its place */
static double long_sine(double x) {
    if (!(fabs(x) < INFINITY)) return NAN;
    angle t = quarter_of(x);
    two s = t.quarter & 1 ? cosine_of(t.high, t.low) : sine_of(t.high, t.low);
    return t.quarter & 2 ? -s.high : s.high;
}

static double long_cosine(double x) {
    if (!(fabs(x) < INFINITY)) return NAN;
    angle t = quarter_of(x);
    two s = t.quarter & 1 ? sine_of(t.high, t.low) : cosine_of(t.high, t.low);
    return t.quarter == 1 || t.quarter == 2 ? -s.high : s.high;
}

static inline double m_sin(double x) {
    if (!(fabs(x) < 0.78)) return long_sine(x);
    return fabs(x) < 0x1p-26 ? x : x + rest_of_sine(x, x * x);
}

static inline double m_cos(double x) {
    if (!(fabs(x) < 0.78)) return long_cosine(x);
    double z = x * x;
    two s = two_sum(1.0, -0.5 * z);
    return s.high + (s.low + z * z * rest_of_cosine(z));
}

static inline double m_tan(double x) {
    if (!(fabs(x) < INFINITY)) return NAN;
    if (fabs(x) < 0x1p-26) return x;
    angle t = quarter_of(x);
    two s = sine_of(t.high, t.low), c = cosine_of(t.high, t.low);
    if (t.quarter & 1) {
        two swap = {-c.high, -c.low};
        c = s;
        s = swap;
    }
    double q = s.high / c.high;
    return q + q * (s.low / s.high - c.low / c.high);
}

/* (arcsin r - r) / r of z = r^2 <= 1/4 */
static inline double asin_of_square(double z) {
    double z2 = z * z, z4 = z2 * z2, z8 = z4 * z4;
    return z * (((((0x1.5555555555555p-3 + z * 0x1.3333333333389p-4) + z2 * (0x1.6db6db6dac0e9p-5 + z *
        0x1.f1c71c7a5e161p-6)) + z4 * ((0x1.6e8ba121b9b06p-6 + z * 0x1.1c4efd20ef32bp-6) + z2 *
        (0x1.c990a42ac5f4bp-7 + z * 0x1.7b02ef0509344p-7))) + z8 * (((0x1.3b462cf04c2e9p-7 + z *
        0x1.31777538668adp-7) + z2 * (0x1.8dcde7845409cp-9 + z * 0x1.40c92264bbf88p-6)) + z4 *
        (-0x1.3bd7e6fb16825p-6 + z * 0x1.e58a5152e1846p-6))));
}

static inline double m_asin(double x) {
    double a = fabs(x), w = 0.5 * (1.0 - a), s = sqrt(w);
    double z = a < 0.5 ? x * x : w, p = asin_of_square(z);
    double high = number_of(bits_of(s) & 0xffffffff00000000u), low = (w - high * high) / (s + high);
    low = w > 0.0 ? low : 0.0;
    double large = 0x1.921fb54442d18p-1 - ((2.0 * s * p - (0x1.1a62633145c07p-54 - 2.0 * low)) -
        (0x1.921fb54442d18p-1 - 2.0 * high));
    return a < 0.5 ? x + x * p : a <= 1.0 ? with_sign(large, x) : NAN;
}

static inline double m_acos(double x) {
    double a = fabs(x), w = 0.5 * (1.0 - a), s = sqrt(w);
    double z = a < 0.5 ? x * x : w, p = asin_of_square(z);
    double high = number_of(bits_of(s) & 0xffffffff00000000u), low = (w - high * high) / (s + high);
    low = w > 0.0 ? low : 0.0;
    double small = 0x1.921fb54442d18p+0 - (x - (0x1.1a62633145c07p-54 - x * p));
    double right = 2.0 * (high + (s * p + low));
    double left = 0x1.921fb54442d18p+1 - 2.0 * (s + (s * p - 0x1.1a62633145c07p-54));
    return a < 0.5 ? small : a <= 1.0 ? (x > 0.0 ? right : left) : NAN;
}

/* arctan(b / a) of a, b >= 0 of like size */
static inline double atan_of_ratio(double b, double a) {
    two sum = any_sum(b, a), difference = any_sum(b, -a);
    double n = b, n_low = 0.0, d = a, d_low = 0.0, high = 0.0, low = 0.0;
    double third = 0x1.a827999fcef32p-2 * a, last = 0x1.3504f333f9de6p+1 * a; /* the tangents of pi / 8 and 3 pi / 8 */
    n = b > third ? difference.high : n;
    n_low = b > third ? difference.low : n_low;
    d = b > third ? sum.high : d;
    d_low = b > third ? sum.low : d_low;
    high = b > third ? 0x1.921fb54442d18p-1 : high;
    low = b > third ? 0x1.1a62633145c07p-55 : low;
    n = b > last ? -a : n;
    n_low = b > last ? 0.0 : n_low;
    d = b > last ? b : d;
    d_low = b > last ? 0.0 : d_low;
    high = b > last ? 0x1.921fb54442d18p+0 : high;
    low = b > last ? 0x1.1a62633145c07p-54 : low;
    double t = n / d;
    two back = two_product(t, d);
    double t_low = (((n - back.high) - back.low) + (n_low - t * d_low)) / d;
    double z = t * t, z2 = z * z, z4 = z2 * z2, z8 = z4 * z4;
    double rest = (t * z * (((((-0x1.5555555555555p-2 + z * 0x1.9999999999996p-3) + z2 * (-0x1.2492492492099p-3 + z
        * 0x1.c71c71c6dc99dp-4)) + z4 * ((-0x1.745d173520934p-4 + z * 0x1.3b13aea08558ap-4) + z2 *
        (-0x1.1110ce17fb526p-4 + z * 0x1.e1d8d219566f6p-5))) + z8 * (((-0x1.aebc3aabb8b97p-5 + z *
        0x1.82972e51ad2dcp-5) + z2 * (-0x1.50253a901ddd8p-5 + z * 0x1.f584cb40a5b83p-6)) + z4 *
        -0x1.c73ae63e6a055p-7))) + t_low) + low;
    two main = any_sum(high, t);
    return main.high + (main.low + rest);
}

static inline double m_atan(double x) {
    double a = fabs(x), out = atan_of_ratio(a > 0x1p60 ? 0x1p60 : a, 1.0);
    return with_sign(a < 0x1p-27 ? a : out, x);
}

static inline double m_atan2(double y, double x) {
    if (x != x || y != y) return x + y;
    double a = fabs(x), b = fabs(y), large = a > b ? a : b, out;
    int left = with_sign(1.0, x) < 0.0;
    if (b == 0.0 || a == b) {
        out = b == 0.0 ? (left ? 0x1.921fb54442d18p+1 : 0.0) : left ? 0x1.2d97c7f3321d2p+1 : 0x1.921fb54442d18p-1;
    } else if (b * 0x1p-60 > a || b == INFINITY) {
        out = 0x1.921fb54442d18p+0;
    } else if (a * 0x1p-60 > b || a == INFINITY) {
        out = left ? 0x1.921fb54442d18p+1 : b / a;
    } else { /* of a middle size, where no product is lost */
        double scale = large > 0x1p500 ? 0x1p-500 : large < 0x1p-400 ? 0x1p600 : 1.0;
        out = atan_of_ratio(b * scale, a * scale);
        out = left ? 0x1.921fb54442d18p+1 - (out - 0x1.1a62633145c07p-53) : out;
    }
    return with_sign(out, y);
}

static inline double m_hypot(double x, double y) {
    double a = fabs(x), b = fabs(y), large = a > b ? a : b, small = a > b ? b : a;
    if (a == INFINITY || b == INFINITY) return INFINITY;
    if (x != x || y != y) return x + y;
    double scale = large > 0x1p500 ? 0x1p-600 : large < 0x1p-400 ? 0x1p600 : 1.0;
    double back = large > 0x1p500 ? 0x1p600 : large < 0x1p-400 ? 0x1p-600 : 1.0;
    large *= scale;
    small *= scale;
    return sqrt(large * large + small * small) * back;
}

/* (erf x - x) / x of z = x^2 below 0.84^2 */
static inline double erf_of_square(double z) {
    double z2 = z * z, z4 = z2 * z2, z8 = z4 * z4;
    return ((((0x1.06eba8214db69p-3 + z * -0x1.812746b0379e7p-2) + z2 * (0x1.ce2f21a042bddp-4 + z *
        -0x1.b82ce31288907p-6)) + z4 * ((0x1.565bcd0e611edp-8 + z * -0x1.c02db3fd7e353p-11) + z2 *
        (0x1.f9a32671adff0p-14 + z * -0x1.f4d24aab28e06p-17))) + z8 * (((0x1.b9e53b598ee07p-20 + z *
        -0x1.5f5bdf94f52fcp-23) + z2 * (0x1.fac1f95ae7197p-27 + z * -0x1.43e86c5456da6p-30)) + z4 *
        0x1.2ada1a8f76a47p-34));
}

/* erfc x of x from 0.65 to 28: e^(-x^2) times w / (1 + 2 x), where w varies little */
static inline double erfc_of_large(double x) {
    double a = between(0.65, x, 28.0);
    two square = two_product(a, a);
    power e = power_of(-square.high, -square.low);
    double t = (a - 2.5) / (a + 2.5);
    double t2 = t * t, t4 = t2 * t2, t8 = t4 * t4, t16 = t8 * t8;
    double rest = t * ((((((-0x1.f52c5d7e22302p-4 + t * -0x1.959ac16f85717p-4) + t2 * (0x1.42d379989b5b3p-3 + t *
        -0x1.a5c0c8a403e80p-4)) + t4 * ((0x1.0c6092a5a4844p-5 + t * 0x1.e894895d33ff3p-11) + t2 *
        (-0x1.1f2f1326fc0f4p-8 + t * 0x1.01e11d0258cbbp-11))) + t8 * (((0x1.4b6a4a147b8a9p-11 + t *
        -0x1.731befd32c8e4p-14) + t2 * (-0x1.dc2579f240460p-14 + t * 0x1.a4851c886548ap-18)) + t4 *
        ((0x1.7cd1a3b6c1db6p-16 + t * 0x1.5e323765f895cp-19) + t2 * (-0x1.1ade3111fbeb6p-18 + t *
        -0x1.aa894a28df4e9p-20)))) + t16 * (((0x1.1968eff73fee1p-21 + t * 0x1.247be38577141p-21) + t2 *
        (0x1.fb36a7ed0c3f4p-26 + t * -0x1.2eae05e8432eap-23)) + t4 * (-0x1.e0ecf298a6f6ep-26 + t *
        0x1.c708042852947p-26))));
    two w = two_sum(0x1.43cc6f6c9672cp+0, rest), d = any_sum(1.0, 2.0 * a);
    double q = w.high / d.high;
    two back = two_product(q, d.high);
    double q_low = (((w.high - back.high) - back.low) + (w.low - q * d.low)) / d.high;
    return scaled(q, q * e.p + (q_low + q * e.low), e.k);
}

static inline double m_erf(double x) {
    double a = fabs(x);
    double near = x + x * erf_of_square(x * x), far = 1.0 - erfc_of_large(a);
    return a < 0.84375 ? near : with_sign(far, x);
}

static inline double m_erfc(double x) {
    double a = fabs(x), p = x * erf_of_square(x * x), far = erfc_of_large(a);
    double near = x < 0.25 ? 1.0 - (x + p) : 0.5 - (x - 0.5 + p);
    far = x < 0.0 ? 2.0 - far : far;
    return a < 0.65 ? near : far;
}

/* comparisons, which run on vectors; nan stays nan, and of zeros 0.0 is larger than -0.0. A condition of two parts, or a
   choice of a number that stands in no variable, would keep gcc from vectors. */
static inline double m_maximum(double x, double y) {
    double larger = number_of(bits_of(x > y ? x : y) & bits_of(y > x ? y : x)); /* of equal ones both, of zeros 0.0 */
    larger = x == x ? larger : x;
    return y == y ? larger : y;
}

static inline double m_minimum(double x, double y) {
    double smaller = number_of(bits_of(x < y ? x : y) | bits_of(y < x ? y : x));
    smaller = x == x ? smaller : x;
    return y == y ? smaller : y;
}

static inline double m_abs(double x) { return fabs(x); }

static inline double m_sqrt(double x) { return sqrt(x); }

static inline double m_floor(double x) { return floor(x); }

/* x less a whole multiple of y, with the sign of y */
static inline double m_remainder(double x, double y) {
    double rest = fmod(x, y);
    if (rest == 0.0) return with_sign(0.0, y);
    return rest != rest || (rest < 0.0) == (y < 0.0) ? rest : rest + y;
}
