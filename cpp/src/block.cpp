// Operators on blocks.
#include "autodiffx/block.hpp"

namespace autodiffx {

Scratch& Scratch::here() {
    thread_local Scratch scratch;
    return scratch;
}

Block Block::run(Op op, const Block* const* operands, int arity) {
    Scratch& scratch = Scratch::here();
    double* const result = scratch.take();
    char* pointers[4];
    std::ptrdiff_t steps[4];
    for (int k = 0; k < arity; ++k) {
        bool const is_run = operands[k]->data != nullptr;
        const double* const at = is_run ? operands[k]->data : &operands[k]->value;
        pointers[k] = reinterpret_cast<char*>(const_cast<double*>(at));
        steps[k] = is_run ? sizeof(double) : 0;
    }
    pointers[arity] = reinterpret_cast<char*>(result);
    steps[arity] = sizeof(double);
    number_loop(op)(pointers, static_cast<std::ptrdiff_t>(scratch.length), steps);
    return Block(result);
}

}  // namespace autodiffx
