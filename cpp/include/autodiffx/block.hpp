// Block: a run of up to 1,024 elements as one number of the table.
//
// A sweep goes through an array in blocks, so that the parts of a partial stay in the cache; the
// rows of the table work on them as on any other number.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "autodiffx/dual.hpp"
#include "autodiffx/loops.hpp"

namespace autodiffx {

// Memory for blocks, by thread: taken one after the other, given back all at once.
class Scratch {
public:
    static constexpr std::size_t block_length = 1024;
    static Scratch& here();

    double* take() {
        if (used_ == blocks_.size()) {
            blocks_.push_back(std::make_unique<double[]>(block_length));
        }
        return blocks_[used_++].get();
    }
    void give_back(std::size_t to = 0) { used_ = to; }
    [[nodiscard]] std::size_t used() const { return used_; }
    std::size_t length = 0;  // of the blocks at hand

private:
    std::vector<std::unique_ptr<double[]>> blocks_;
    std::size_t used_ = 0;
};

struct Block : number_type {
    const double* data = nullptr;  // null: the same value everywhere
    double value = 0.0;

    Block(double constant = 0.0) : value(constant) {}
    explicit Block(const double* run) : data(run) {}
    [[nodiscard]] bool is(double number) const { return data == nullptr && value == number; }

    template <Op op>
    static Block apply(const Block& a) {
        if (a.data == nullptr) return Row<op>::primal(a.value);
        if constexpr (op == Op::positive) return a;
        const Block* const operands[] = {&a};
        return run(op, operands, 1);
    }
    template <Op op>
    static Block apply(const Block& a, const Block& b) {
        if (a.data == nullptr && b.data == nullptr) return Row<op>::primal(a.value, b.value);
        if (auto const known = known_result<op>(a, b)) return *known;
        const Block* const operands[] = {&a, &b};
        return run(op, operands, 2);
    }
    template <Op op>
    static Block apply(const Block& a, const Block& b, const Block& c) {
        if (a.data == nullptr && b.data == nullptr && c.data == nullptr) {
            return Row<op>::primal(a.value, b.value, c.value);
        }
        const Block* const operands[] = {&a, &b, &c};
        return run(op, operands, 3);
    }

private:
    static Block run(Op op, const Block* const* operands, int arity);
};

inline bool vanishes(const Block& block) { return block.is(0.0); }

}  // namespace autodiffx
