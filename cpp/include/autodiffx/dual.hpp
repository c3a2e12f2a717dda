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

template <class T>
struct dual : number_type {
    T value;
    T tangent;

    dual(double constant = 0.0) : value(constant), tangent(0.0) {}
    dual(T v, T t) : value(v), tangent(t) {}

    template <Op op>
    static dual apply(const dual& a) {
        T const r = evaluate<op>(a.value);
        return {r, chain(a.tangent, Row<op>::template partial<0>(a.value, r))};
    }
    template <Op op>
    static dual apply(const dual& a, const dual& b) {
        T const r = evaluate<op>(a.value, b.value);
        return {r, chain(a.tangent, Row<op>::template partial<0>(a.value, b.value, r)) +
                       chain(b.tangent, Row<op>::template partial<1>(a.value, b.value, r))};
    }
    template <Op op>
    static dual apply(const dual& a, const dual& b, const dual& c) {
        T const r = evaluate<op>(a.value, b.value, c.value);
        return {r, chain(a.tangent, Row<op>::template partial<0>(a.value, b.value, c.value, r)) +
                       chain(b.tangent, Row<op>::template partial<1>(a.value, b.value, c.value, r)) +
                       chain(c.tangent, Row<op>::template partial<2>(a.value, b.value, c.value, r))};
    }
};

}  // namespace autodiffx
