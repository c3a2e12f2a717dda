// The forward sweep: tangents from the inputs up.
#pragma GCC diagnostic ignored "-Wpedantic"  // computed goto
#include "autodiffx/external.hpp"
#include "autodiffx/sweep.hpp"

namespace autodiffx {

namespace {

struct ForwardStep {
    const Tape* tape;
    const double* primals;
    const Pair* pairs;
    double* tangents;

    void array(const Statement& s) const {
        if (External* const external = external_of(*tape, s))
            external->tangent(ExternalRecord(*tape, s), tape->places(), {tangents});
        else push_forward(ArrayRecord(*tape, s), tape->places(), {tangents});
    }
    void write(const Statement& s) const { array(s); }
    template <Op op>
    void unary(const Statement& s) {
        double const a = primals[s.a], r = primals[s.result];
        tangents[s.result] = chain(tangents[s.a], Row<op>::template partial<0>(a, r));
    }
    template <Op op>
    void binary(const Statement& s) {
        double const a = primals[s.a], b = primals[s.b], r = primals[s.result];
        double tangent = 0.0;
        if (is_active(s.kind(0)))
            tangent = chain(tangents[s.a], Row<op>::template partial<0>(a, b, r));
        if (is_active(s.kind(1)))
            tangent += chain(tangents[s.b], Row<op>::template partial<1>(a, b, r));
        tangents[s.result] = tangent;
    }
    template <Op op>
    void ternary(const Statement& s) {
        Pair const pair = pairs[s.b];
        double const a = primals[s.a], b = primals[pair.b], c = primals[pair.c],
                     r = primals[s.result];
        double tangent = 0.0;
        if (is_active(s.kind(0)))
            tangent = chain(tangents[s.a], Row<op>::template partial<0>(a, b, c, r));
        if (is_active(s.kind(1)))
            tangent += chain(tangents[pair.b], Row<op>::template partial<1>(a, b, c, r));
        if (is_active(s.kind(2)))
            tangent += chain(tangents[pair.c], Row<op>::template partial<2>(a, b, c, r));
        tangents[s.result] = tangent;
    }
    void guard(const Statement&) {}
};

void run(const Statement* at, const Statement* end, ForwardStep step) {
    while (at != end) {
        Statement const& s = *at++;
        // What is written leaves no tangent of what was there, even if it is passive.
        if ((s.flags & Statement::passive_bit) != 0 && s.op != Op::write) continue;
#include "dispatch.inc"
    next:;
    }
}

constexpr std::size_t poll_interval = std::size_t{1} << 20;

}  // namespace

void forward_sweep(Tape& tape, Arena<double>& tangents, std::size_t from) {
    tape.restore_all();
    bool const watched = sweep_watch != nullptr && sweep_watch->wants_to();
    std::size_t const interval = watched ? 1 : poll_interval;
    for (std::size_t i = from; i < tape.statements.size(); i += interval) {
        std::size_t const end = std::min(i + interval, tape.statements.size());
        run(tape.statements.data() + i, tape.statements.data() + end,
            ForwardStep{&tape, tape.primals.data(), tape.pairs.data(), tangents.data()});
        if (watched) sweep_watch->saw(tape, tangents, tape.statements[i]);
        if (end != tape.statements.size() && sweep_poll != nullptr) sweep_poll();
    }
}

}  // namespace autodiffx
