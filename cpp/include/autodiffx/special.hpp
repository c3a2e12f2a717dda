// Kernels that are longer than a few lines, out of line: each is a function of
// doubles that the rows of ops.def call. None of them keeps state or throws.
#pragma once

namespace autodiffx::kernel {

// ---- src/elementary.cpp ------------------------------------------------------

// The quotient rounded towards -inf, and what it leaves: a = q b + remainder,
// the remainder with the sign of b.
double floor_divide(double a, double b);
double remainder(double a, double b);

double cbrt(double x);
double cbrt_partial(double x);

// a / hypot(a, b): the direction cosine, 0 at the origin.
double hypot_partial(double a, double b);

// b**2 / h**3 and -a b / h**3 for h = hypot(a, b).
double hypot_curvature(double a, double b);
double hypot_mixed(double a, double b);

// b / (a**2 + b**2), and its derivative by b.
double arctan2_partial(double a, double b);
double arctan2_mixed(double a, double b);

// a**b differentiated n times by a and m times by b; order = n + 1024 m.
double power_derivative(double a, double b, double order);

// The derivative of the given order, from 0, of sin(pi x) / (pi x).
double sinc_derivative(double x, double order);

double silu_partial(double x);
double silu_curvature(double x);

// ---- src/normal.cpp ----------------------------------------------------------

// Derivatives of the given order of erf (from 1) and of the normal density (from 0).
double erf_derivative(double x, double order);
double normal_derivative(double x, double order);

double gelu(double x);
double gelu_partial(double x);

double ndtr(double x);
double log_ndtr(double x);
double log_ndtr_partial(double x);
double log_ndtr_curvature(double x);
double ndtri(double p);
double ndtri_partial(double p);
double erfinv(double x);

// ---- src/mills.cpp -----------------------------------------------------------

// The derivative of the given order, from 3, of log_ndtr.
double log_ndtr_derivative(double x, double order);

// ---- src/gamma.cpp -----------------------------------------------------------

// The derivative of the given order, from 0, of the gamma function.
double gamma_derivative(double x, double order);
double lgamma(double x);
double digamma(double x);
double polygamma(double order, double x);

// ---- src/beta.cpp ------------------------------------------------------------

// polygamma(order, a) - polygamma(order, a + b) without cancellation.
double polygamma_drop(double a, double b, double order);
double beta(double a, double b);
double betaln(double a, double b);
// The derivatives of beta by a, twice by a, and once by each operand.
double beta_partial(double a, double b);
double beta_curvature(double a, double b);
double beta_mixed(double a, double b);

}  // namespace autodiffx::kernel
