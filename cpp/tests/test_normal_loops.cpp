// Loops of ndtr, erf and erfc, beside the same approximations element by element.
#include "autodiffx/normal_loops.hpp"

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "check.hpp"

using namespace autodiffx;

namespace {

constexpr std::ptrdiff_t item = sizeof(double);
constexpr Op all[] = {Op::ndtr, Op::erf, Op::erfc};

// ---- what SciPy computes, from Moshier's description ------------------------------

double fraction(double x, const std::vector<double>& over, const std::vector<double>& under,
                double factor) {
    double p = 0.0, q = 0.0;
    for (double const c : over) p = p * x + c;
    for (double const c : under) q = q * x + c;
    return factor * p / q;
}

double moshiers_erfc(double z);

double moshiers_erf(double z) {
    if (std::abs(z) > 1.0) return std::copysign(1.0 - moshiers_erfc(std::abs(z)), z);
    return fraction(z * z,
                    {9.60497373987051638749, 90.0260197203842689217, 2232.00534594684319226,
                     7003.32514112805075473, 55592.3013010394962768},
                    {1.0, 33.5617141647503099647, 521.357949780152679795, 4594.32382970980127987,
                     22629.0000613890934246, 49267.3942608635921086},
                    z);
}

double moshiers_erfc(double z) {
    double const size = std::abs(z);
    if (size < 1.0) return 1.0 - moshiers_erf(z);
    double const e = std::exp(-size * size);
    double const tail =
        size < 8.0
            ? fraction(size,
                       {2.46196981473530512524e-10, 0.564189564831068821977, 7.46321056442269912687,
                        48.6371970985681366614, 196.520832956077098242, 526.445194995477358631,
                        934.528527171957607540, 1027.55188689515710272, 557.535335369399327526},
                       {1.0, 13.2281951154744992508, 86.7072140885989742329, 354.937778887819891062,
                        975.708501743205489753, 1823.90916687909736289, 2246.33760818710981792,
                        1656.66309194161350182, 557.535340817727675546},
                       e)
            : fraction(size,
                       {0.564189583547755073984, 1.27536670759978104416, 5.01905042251180477414,
                        6.16021097993053585195, 7.40974269950448939160, 2.97886665372100240670},
                       {1.0, 2.26052863220117276590, 9.39603524938001434673, 12.0489539808096656605,
                        17.0814450747565897222, 9.60896809063285878198, 3.36907645100081516050},
                       e);
    return z < 0.0 ? 2.0 - tail : tail;
}

double moshiers_ndtr(double x) {
    double const z = x * 0.70710678118654752440;
    if (std::abs(z) < 1.0) return 0.5 + 0.5 * moshiers_erf(z);
    double const tail = 0.5 * moshiers_erfc(std::abs(z));
    return z > 0.0 ? 1.0 - tail : tail;
}

double moshiers(Op op, double x) {
    return op == Op::ndtr ? moshiers_ndtr(x) : op == Op::erf ? moshiers_erf(x) : moshiers_erfc(x);
}

// ---- installed loops ----------------------------------------------------------------

// How many elements they were called for since the last time this was set to zero.
std::ptrdiff_t asked = 0;
// Where an installed loop gives something else, by one unit in the last place.
double odd_from = 0.0, odd_to = 0.0;

template <Op op>
void element_by_element(char** pointers, const std::ptrdiff_t* length, const std::ptrdiff_t* steps,
                        void*) {
    asked += *length;
    for (std::ptrdiff_t i = 0; i < *length; ++i) {
        double const x = *reinterpret_cast<const double*>(pointers[0] + i * steps[0]);
        double y = moshiers(op, x);
        if (odd_from < x && x < odd_to) y = std::nextafter(y, 3.0);
        *reinterpret_cast<double*>(pointers[1] + i * steps[1]) = y;
    }
}

Loop installed(Op op) {
    if (op == Op::ndtr) return {element_by_element<Op::ndtr>};
    if (op == Op::erf) return {element_by_element<Op::erf>};
    return {element_by_element<Op::erfc>};
}

bool is_installed(const Loop& loop) {
    return loop.function == installed(Op::ndtr).function ||
           loop.function == installed(Op::erf).function ||
           loop.function == installed(Op::erfc).function;
}

// The numbers have the bits of the function at x; a nan is as good as another.
void check_bits(Op op, const std::vector<double>& x, const double* found, std::ptrdiff_t apart) {
    for (std::size_t i = 0; i < x.size(); ++i) {
        double const value = found[static_cast<std::ptrdiff_t>(i) * apart];
        double const expected = moshiers(op, x[i]);
        if (std::isnan(value) && std::isnan(expected)) continue;
        if (std::memcmp(&value, &expected, sizeof value) == 0) continue;
        return check::fail(__FILE__, __LINE__,
                           "operator " + std::to_string(static_cast<int>(op)) + " at " +
                               check::shown(x[i]) + ": " + check::shown(value) + ", not " +
                               check::shown(expected));
    }
}

void compare(Op op, const std::vector<double>& x) {
    Loop const loop = quicker_loop(op, installed(op));
    auto const length = static_cast<std::ptrdiff_t>(x.size());
    for (std::ptrdiff_t const from_apart : {1, 2}) {
        for (std::ptrdiff_t const to_apart : {1, 3}) {
            std::vector<double> from(x.size() * 2), to(x.size() * 3);
            for (std::size_t i = 0; i < x.size(); ++i)
                from[i * static_cast<std::size_t>(from_apart)] = x[i];
            char* pointers[] = {reinterpret_cast<char*>(from.data()),
                                reinterpret_cast<char*>(to.data())};
            std::ptrdiff_t const steps[] = {from_apart * item, to_apart * item};
            loop(pointers, length, steps);
            check_bits(op, x, to.data(), to_apart);
        }
    }
    std::vector<double> place = x;
    char* pointers[] = {reinterpret_cast<char*>(place.data()),
                        reinterpret_cast<char*>(place.data())};
    std::ptrdiff_t const steps[] = {item, item};
    loop(pointers, length, steps);
    check_bits(op, x, place.data(), 1);
}

}  // namespace

TEST(a_loop_that_agrees_is_made_quicker) {
    for (Op const op : all) CHECK(!is_installed(quicker_loop(op, installed(op))));
    CHECK(is_installed(quicker_loop(Op::erfinv, installed(Op::erf))));
}

TEST(a_loop_that_differs_somewhere_is_kept) {
    double const places[][2] = {
        {-0.05, -0.04}, {0.9999, 1.0001}, {1.4, 1.4142}, {7.9, 8.0}, {8.0, 8.1}, {-20.0, -19.9},
    };
    for (Op const op : all) {
        for (auto const& [from, to] : places) {
            odd_from = from;
            odd_to = to;
            CHECK(is_installed(quicker_loop(op, installed(op))));
        }
        odd_from = odd_to = 0.0;
    }
    CHECK(is_installed(quicker_loop(Op::erf, installed(Op::erfc))));
}

TEST(numbers_of_every_range) {
    std::mt19937_64 random(7);
    for (Op const op : all) {
        for (double const reach : {1e-300, 0.5, 1.0, 1.5, 3.0, 12.0, 30.0}) {
            std::uniform_real_distribution<double> uniform(-reach, reach);
            std::vector<double> x(2'001);
            for (double& each : x) each = uniform(random);
            compare(op, x);
        }
    }
}

TEST(arrays_of_every_length) {
    std::mt19937_64 random(8);
    std::normal_distribution<double> normal;
    for (Op const op : all) {
        for (std::size_t length = 0; length < 70; ++length) {
            std::vector<double> x(length);
            for (double& each : x) each = normal(random);
            compare(op, x);
        }
    }
}

TEST(numbers_that_are_special) {
    constexpr double inf = std::numeric_limits<double>::infinity();
    std::vector<double> special = {0.0, 5e-324, 2.2250738585072014e-308, 1e308, inf, std::nan("")};
    for (double const border : {0.5, 0.70710678118654752440, 1.0, 1.4142135623730950488, 8.0,
                                11.313708498984760390, 26.0, 36.769552621700470}) {
        double below = border, above = border;
        for (int i = 0; i < 40; ++i) {
            special.push_back(below);
            special.push_back(above);
            below = std::nextafter(below, 0.0);
            above = std::nextafter(above, inf);
        }
    }
    for (Op const op : all) {
        for (double const sign : {1.0, -1.0}) {
            for (double const each : special) {
                // Alone, and beside what each range has.
                compare(op, {sign * each});
                std::vector<double> among = {0.25, -0.75, 1.5, -3.0, 9.0, -12.5};
                among.push_back(sign * each);
                compare(op, among);
            }
        }
    }
}

TEST(the_installed_loop_is_asked_for_what_is_not_ordinary_alone) {
    std::vector<double> x(1'500, 0.3), y(1'500);
    x[700] = -2.5;
    char* const from = reinterpret_cast<char*>(x.data());
    char* const to = reinterpret_cast<char*>(y.data());
    std::ptrdiff_t const steps[] = {item, item};
    for (Op const op : all) {
        Loop const loop = quicker_loop(op, installed(op));
        for (double const extreme : {3.0, -25.0, 39.0, -1e300, std::nan("")}) {
            bool const ordinary = std::abs(extreme) < 30.0;
            x[1'000] = extreme;
            asked = 0;
            char* pointers[] = {from, to};
            loop(pointers, static_cast<std::ptrdiff_t>(x.size()), steps);
            CHECK(ordinary ? asked == 0 : 0 < asked && asked < 1'500);
        }
    }
}
