// dual<T>: a value and its tangent, moved through the operator table together.
#pragma once

#include "autodiffx/op.hpp"

namespace autodiffx {

// What a partial passes on. Zero passes nothing, not even against infinity.
using table::chain;

// One operator on T, double included.
template <Op op, class T>
T evaluate(const T& a) {
    if constexpr (std::is_same_v<T, double>) return Row<op>::primal(a);
    else return T::template apply<op>(a);
}
template <Op op, class T>
T evaluate(const T& a, const T& b) {
    if constexpr (std::is_same_v<T, double>) return Row<op>::primal(a, b);
    else return T::template apply<op>(a, b);
}
template <Op op, class T>
T evaluate(const T& a, const T& b, const T& c) {
    if constexpr (std::is_same_v<T, double>) return Row<op>::primal(a, b, c);
    else return T::template apply<op>(a, b, c);
}

// A tangent that vanishes passes nothing on, so its partial need not be computed.
// A number that cannot tell (a recorded one) does not vanish.
inline bool vanishes(double tangent) { return tangent == 0.0; }
template <class T, if_number<T> = 0>
bool vanishes(const T&) {
    return false;
}

template <class T>
struct dual : number_type {
    T value;
    T tangent;

    dual(double constant = 0.0) : value(constant), tangent(0.0) {}
    dual(T v, T t) : value(v), tangent(t) {}

    template <Op op>
    static dual apply(const dual& a) {
        T const r = evaluate<op>(a.value);
        return {r, passed<op, 0>(a, a.value, r)};
    }
    template <Op op>
    static dual apply(const dual& a, const dual& b) {
        T const r = evaluate<op>(a.value, b.value);
        return {r, passed<op, 0>(a, a.value, b.value, r) + passed<op, 1>(b, a.value, b.value, r)};
    }
    template <Op op>
    static dual apply(const dual& a, const dual& b, const dual& c) {
        T const r = evaluate<op>(a.value, b.value, c.value);
        return {r, passed<op, 0>(a, a.value, b.value, c.value, r) +
                       passed<op, 1>(b, a.value, b.value, c.value, r) +
                       passed<op, 2>(c, a.value, b.value, c.value, r)};
    }

private:
    // What operand i passes on to the result; `values` are the operands' and the result's.
    template <Op op, int i, class... Values>
    static T passed(const dual& operand, const Values&... values) {
        if (vanishes(operand.tangent)) return T(0.0);
        return chain(operand.tangent, Row<op>::template partial<i>(values...));
    }
};

template <class T>
bool vanishes(const dual<T>& x) {
    return vanishes(x.value) && vanishes(x.tangent);
}

}  // namespace autodiffx
