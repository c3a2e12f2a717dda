// The table of partials.
#include "autodiffx/partials.hpp"

#include <utility>

namespace autodiffx {

namespace {

template <Op op, int i, class T, std::size_t... k>
T partial(const T* operands, const T& result, std::index_sequence<k...>) {
    return Row<op>::template partial<i>(operands[k]..., result);
}

template <Op op, int i>
constexpr void set(Partials& partials) {
    if constexpr (i < Row<op>::arity) {
        using operands = std::make_index_sequence<Row<op>::arity>;
        partials.reads[i] = partial_reads<op, i>();
        partials.numbers[i] = [](const double* values, double result) {
            return partial<op, i>(values, result, operands{});
        };
        partials.blocks[i] = [](const Block* values, const Block& result) {
            return partial<op, i>(values, result, operands{});
        };
        partials.twofold[i] = [](const dual<Block>* values, const dual<Block>& result) {
            return partial<op, i>(values, result, operands{});
        };
    }
}

template <Op op>
constexpr Partials make() {
    Partials partials{Row<op>::arity, Row<op>::smoothness == Smoothness::passive, {}, {}, {}, {}};
    set<op, 0>(partials);
    set<op, 1>(partials);
    set<op, 2>(partials);
    return partials;
}

constexpr Partials table_of_partials[] = {
#define UNARY(name, ...) make<Op::name>(),
#define BINARY(name, ...) make<Op::name>(),
#define TERNARY(name, ...) make<Op::name>(),
#include "autodiffx/ops.def"
#undef UNARY
#undef BINARY
#undef TERNARY
};

}  // namespace

const Partials& partials_of(Op op) { return table_of_partials[static_cast<std::size_t>(op)]; }

}  // namespace autodiffx
