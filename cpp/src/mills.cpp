// The derivatives of log_ndtr from the third on: those of the inverse Mills ratio
// m(x) = phi(x) / Phi(x), of which m' = -m (x + m). Differentiated again, that cancels
// wherever m is nearly -x, so that they come from elsewhere: on the left from the continued
// fraction of m + x, around 0 from Taylor series, on the right from those of phi and Phi.
#include <cmath>
#include <cstddef>
#include <utility>

#include "autodiffx/bernoulli.hpp"
#include "autodiffx/formulas.hpp"
#include "autodiffx/special.hpp"

namespace autodiffx::kernel {

namespace {

constexpr int max_order = 170;      // of m, for then factorials overflow
constexpr int max_moved_order = 8;  // which the Taylor series give to the last digits
constexpr double left_end = -5.0, right_end = 1.5;

// Taylor coefficients of m from order 2 on, about 3/4, -3/4, -9/4 and -4.
constexpr double about_right[] = {
    0.1444308384820805191,      0.008674850061872861597,    -0.0073844328150806269958,
    -0.0021097562619600721638,  0.00025860678545273605967,  0.00027146094055398439495,
    3.6675405882751292389e-5,   -1.9920757302794421143e-5,  -8.7738937285633752197e-6,
    -2.5230993603598686771e-8,  9.3714203045570690902e-7,   2.3618803927817979956e-7,
    -4.1930550800765638457e-8,  -3.5938480877638000415e-8,  -4.4888105408571149019e-9,
    2.7452324317020050581e-9,   1.172114921156164181e-9,    -1.4745999338144291704e-12,
    -1.2656552815545662583e-10, -3.160770124912000966e-11,  5.690891152264383736e-12,
    4.8306536636269507504e-12,  5.9993647153346656758e-13,  -3.6935388672130817304e-13,
    -1.5727627112816645029e-13, 2.7830074966269551261e-16,  1.6997136832567765787e-14,
    4.2360994564182862251e-15,  -7.6614693639381140647e-16, -6.4820728850035623383e-16,
    -8.0231914707379745648e-17, 4.9627246504076405151e-17,  2.1090649860522651757e-17,
    -4.7802428059994778075e-20, -2.2819039079807854369e-18, -5.6757319737501421973e-19,
    1.03141731076094031e-19,    8.6972513859312085743e-20,  1.0727817471791399564e-20,
    -6.6680294167005149571e-21, -2.8281525119954500384e-21, 7.8383367506638658005e-24,
    3.0635067244995608443e-22,  7.6045016741850332311e-23,  -1.3885407225834925544e-23,
};
constexpr double about_middle[] = {
    0.069130563900016097546,    0.015244104459823341749,    0.0020306453178357914582,
    -8.9844213499353139334e-5,  -0.00014058721207734613865, -4.1901765936467178578e-5,
    -5.6517109380761021718e-6,  6.9839677156671217347e-7,   6.0709078542018456314e-7,
    1.672352051013856746e-7,    1.902907939322060016e-8,    -4.298050501996310182e-9,
    -2.7732786547944763547e-9,  -6.9582554490703722341e-10, -6.2396656134911200496e-11,
    2.4065055770051821464e-11,  1.2663472013737776271e-11,  2.8876887891446311603e-12,
    1.8187516403424283519e-13,  -1.2743732364880248926e-13, -5.7254401004401986826e-14,
    -1.1822975817254844325e-14, -3.8480945759878242119e-16, 6.4960238139033989029e-16,
    2.5587021032081721097e-16,  4.7518911074943529487e-17,  -1.6611479764114027316e-19,
    -3.2184041151825645175e-18, -1.1299629762140049352e-18, -1.866095322790969293e-19,
    8.973915814629167505e-21,   1.5589476952261897772e-20,  4.9302813829336508012e-21,
    7.1137470005842337306e-22,  -7.5617582723402312652e-23, -7.4109654489746061193e-23,
    -2.1246422099500865383e-23, -2.6048810545406043559e-24, 4.8919820351609677448e-25,
    3.4664137974083388973e-25,  9.0368482159811026273e-26,
};
constexpr double about_left[] = {
    0.025178807911885290387,    0.005460990689323736579,    0.0010105555821956431291,
    0.00015088072045968442341,  1.4702941410974164552e-5,   -4.9369002910713674233e-7,
    -6.7971335173812040633e-7,  -2.0040446633685320834e-7,  -3.9387523811160469919e-8,
    -5.1849008221102326393e-9,  -1.7732551305318835113e-10, 1.4299870689578281947e-10,
    5.382088056044621555e-11,   1.2081797064715462628e-11,  1.8600184845474812747e-12,
    1.3685262579059567073e-13,  -2.8197373184786303979e-14, -1.4677201319175608123e-14,
    -3.7206889474619070278e-15, -6.4603913170120160265e-16, -6.5862314579238440824e-17,
    3.8255731261756231804e-18,  3.8628754679780780156e-18,  1.1214531586475773278e-18,
    2.167886962750522859e-19,   2.7092338479408994719e-20,  3.5544377522692478417e-22,
    -9.5407562888350541156e-22, -3.2841040712743502051e-22, -7.0482092002836425643e-23,
    -1.0236994092948232937e-23, -5.859056856586220684e-25,  2.117591802866495701e-25,
    9.2942203067797930824e-26,  2.2249811437318603313e-26,  3.6557612369169012395e-27,
    3.2467715076730365376e-28,  -3.7588820292031021404e-29, -2.5224652158656601934e-29,
};
constexpr double about_far_left[] = {
    0.0089281696538292129841,   0.0015844294052659781807,   0.00026053220158874912984,
    3.9426579655846410664e-5,   5.404063850910921234e-6,    6.4700924714640262239e-7,
    6.1254612599812075907e-8,   2.7383593411643506794e-9,   -5.873984094451982628e-10,
    -2.19727550911080557e-10,   -4.6731515034619631986e-11, -7.81029713939872286e-12,
    -1.0763608176961407689e-12, -1.1666081104134392837e-13, -7.3191715088229149318e-15,
    6.7689219992697566555e-16,  3.5550492970188638921e-16,  8.2223609786505956615e-17,
    1.4405791367695015094e-17,  2.0604034571125306171e-18,  2.330819458625042742e-19,
    1.6334640790014911889e-20,  -9.1965232385925416838e-22, -6.3363584419618345092e-22,
    -1.5326062769595777486e-22, -2.749548348338267736e-23,  -4.0106008825315345965e-24,
    -4.6522352258538749378e-25, -3.4831993157049246568e-26, 1.2345034745914723086e-27,
    1.1516299359845000465e-27,  2.8868306949943603363e-28,  5.2746214516542032525e-29,
    7.8140375103179696786e-30,  9.2510095554668634476e-31,  7.2959821492393349464e-32,
    -1.4401827340455204293e-33, -2.0965026660290207792e-33, -5.4428965591967210353e-34,
};

// The coefficient of order n >= 2 of the series with the coefficients c, moved by a distance.
template <std::size_t count>
double moved(double distance, int n, const double (&c)[count]) {
    int const last = static_cast<int>(count) + 1;
    double binomial = 1.0;  // of k over n, exactly
    for (int i = 0; i < n; ++i) binomial = binomial * (last - i) / (i + 1);
    double sum = 0.0;
    for (int k = last; k >= n; --k) {
        sum = sum * distance + binomial * c[k - 2];
        binomial = binomial * (k - n) / k;
    }
    return sum;
}

double moved_coefficient(double x, int n) {
    if (x > 0.0) return moved(x - 0.75, n, about_right);
    if (x > -1.5) return moved(x + 0.75, n, about_middle);
    if (x > -3.0) return moved(x + 2.25, n, about_left);
    return moved(x + 4.0, n, about_far_left);
}

// Between the ends. Higher orders follow from m' = -m (x + m), which hardly cancels by then.
double central_coefficient(double x, int n) {
    if (n <= max_moved_order) return moved_coefficient(x, n);
    double c[max_order + 1] = {log_ndtr_partial(x), log_ndtr_curvature(x)};
    for (int k = 2; k <= max_moved_order; ++k) c[k] = moved_coefficient(x, k);
    for (int k = max_moved_order; k < n; ++k) {
        double sum = x * c[k] + c[k - 1];
        for (int i = 0; i <= k; ++i) sum += c[i] * c[k - i];
        c[k + 1] = -sum / (k + 1);
    }
    return c[n];
}

// phi / Phi as a quotient of series, where those of Phi fall quickly.
double right_coefficient(double x, int n) {
    double density[max_order + 1], quotient[max_order + 1];
    double const whole = ndtr(x);
    for (int k = 0; k <= n; ++k) {
        density[k] = normal_derivative(x, k) / factorial(k);
        double sum = density[k];
        for (int j = 1; j <= k; ++j) sum -= density[j - 1] / j * quotient[k - j];
        quotient[k] = sum / whole;
    }
    return quotient[n];
}

// The derivative of order n >= 2 from m + x = r_1, r_k = k / (r_(k+1) - x), by as many terms as it
// takes. What is carried are the Taylor coefficients of r_k / -x over the relative distance from x.
double left_derivative(double x, int n) {
    double const inverse = -1.0 / x, small = inverse * inverse;
    int const terms = static_cast<int>(4.0 + 0.25 * n + (150.0 + 100.0 * n * inverse) * inverse);
    double first[max_order + 1] = {}, second[max_order + 1] = {};
    double *now = second, *next = first;
    // Far out r_k is nearly the root of r (r - x) = k.
    double const k = terms + 1.0, root = std::sqrt(1.0 + 4.0 * k * small);
    next[0] = 2.0 * k * small / (root + 1.0);
    next[1] = 0.5 / root - 0.5;
    next[2] = k * small / (root * root * root);
    for (int term = terms; term > 0; --term) {
        double const slope = 1.0 + next[1], reciprocal = 1.0 / (1.0 + next[0]);
        now[0] = term * small * reciprocal;
        now[1] = -slope * now[0] * reciprocal;
        for (int i = 2; i <= n; ++i) {
            double sum = slope * now[i - 1];
            for (int j = 2; j <= i; ++j) sum += next[j] * now[i - j];
            now[i] = -sum * reciprocal;
        }
        std::swap(now, next);
    }
    double value = -next[n];
    for (int i = 2; i <= n; ++i) value *= -i * inverse;
    return value;
}

}  // namespace

double log_ndtr_derivative(double x, double order) {
    int const n = static_cast<int>(order) - 1;
    if (n < 2 || n > max_order) return nan;
    if (x <= left_end) return left_derivative(x, n);
    return factorial(n) * (x < right_end ? central_coefficient(x, n) : right_coefficient(x, n));
}

}  // namespace autodiffx::kernel
