// Runs of flat statements of one length, swept in blocks.
//
// All statements of a run go over one block of their elements before they go on to the next, so
// that what passes from one to the other stays in the caches. An adjoint that comes and goes within
// the run takes up the memory of one block, and so does a primal that is computed again.
#include <algorithm>
#include <limits>
#include <memory>
#include <unordered_map>
#include <vector>

#include "autodiffx/draft.hpp"
#include "autodiffx/flat.hpp"
#include "autodiffx/loops.hpp"
#include "autodiffx/reach.hpp"

namespace autodiffx {

std::uint32_t run_from = 4 * Scratch::block_length;

namespace {

constexpr std::uint32_t block_length = Scratch::block_length;

enum class Found { nothing, reached, adjoints };

// Where the primals of an operand are, if they were not given back.
void read(const Tape& tape, const FlatOperand& operand, FlatStep& step, int k) {
    step.operands[k] = tape.places().at(operand) + operand.offset;
    if (operand.extent == no_extent) step.numbers |= 1u << k;
}

// Fills the step in: what the statement reads, and where the adjoints of its operands are, for
// which lay(operand, slots, k) sees to it that there is memory.
template <class Lay>
Found prepare(Reach<double>& reach, const Statement& statement, const FlatRecord& record,
              FlatStep& step, Lay lay) {
    Tape const& tape = *reach.tape;
    std::uint32_t const extent = record.extent();
    Extent const& result = tape.extents[extent];
    std::uint8_t const how = reach.reach_of(result.first, extent, result.slots);
    if (how == 0) return Found::nothing;
    bool const passive =
        how == reached_passively || (statement.flags & Statement::passive_bit) != 0;
    step.op = record.op();
    Found found = Found::reached;
    for (int k = 0; k < record.arity(); ++k) {
        FlatOperand const operand = record.operand(k);
        read(tape, operand, step, k);
        step.found[k] = nullptr;
        if (operand.kind == Kind::constant) continue;
        bool const passes = !passive && operand.kind != Kind::varying;
        std::uint32_t const slots =
            operand.extent == no_extent ? 1 : tape.extents[operand.extent].slots;
        reach.reach(operand.first, operand.extent, slots, operand.kind,
                    passes ? reached_actively : reached_passively);
        if (!passes) continue;
        found = Found::adjoints;
        lay(operand, slots, k);
        step.found[k] = reach.adjoints->places().at(operand) + operand.offset;
    }
    step.adjoint = reach.adjoints->places().at(result.first, extent);
    step.result = tape.places().at(result.first, extent);
    return found;
}

// Memory for an adjoint that nothing has been contributed to.
void lay_whole(Reach<double>& reach, const FlatOperand& operand, std::uint32_t slots,
               std::uint32_t length, int k, FlatStep& step) {
    double* const own = reach.adjoints->lay_apart(operand.extent, slots);
    if (operand.offset == 0 && slots == length) step.assigns |= 1u << k;
    else std::fill_n(own, slots, 0.0);
}

// What is too short to be worth a run.
void pull_back_one(Reach<double>& reach, const Statement& statement, std::uint32_t length) {
    FlatStep step;
    FlatRecord const record(*reach.tape, statement);
    Adjoints<double>& adjoints = *reach.adjoints;
    auto const lay = [&](const FlatOperand& operand, std::uint32_t slots, int k) {
        if (reach.is_apart(operand.extent) && adjoints.apart[operand.extent] == nullptr)
            lay_whole(reach, operand, slots, length, k, step);
    };
    Found const found = prepare(reach, statement, record, step, lay);
    if (found == Found::nothing) return;
    Scratch& scratch = Scratch::here();
    for (std::uint32_t from = 0; found == Found::adjoints && from < length; from += block_length) {
        scratch.length = std::min(block_length, length - from);
        pull_back_flat(step, from, scratch);
    }
    reach.leave(record.extent());
}

class FlatRun {
public:
    FlatRun(Reach<double>& reach, std::uint32_t length)
        : reach_(reach), tape_(*reach.tape), adjoints_(*reach.adjoints), length_(length) {}
    FlatRun(const FlatRun&) = delete;
    FlatRun& operator=(const FlatRun&) = delete;
    // Whatever happened, no adjoint is left to point into a block.
    ~FlatRun() {
        for (auto const& [extent, last] : in_blocks_) {
            if ((reach_.reached[last] & in_blocks) == 0) continue;
            reach_.reached[last] &= static_cast<std::uint8_t>(~in_blocks);
            adjoints_.apart[extent] = nullptr;
        }
    }

    // Results from this slot on are made by statements of the run.
    void begin_at(Slot first) { first_ = first; }

    void add(const Statement& statement) {
        FlatStep step;
        FlatRecord const record(tape_, statement);
        auto const lay = [&](const FlatOperand& operand, std::uint32_t slots, int k) {
            this->lay(operand, slots, k, step);
        };
        Found const found = prepare(reach_, statement, record, step, lay);
        if (found == Found::nothing) return;
        std::uint32_t const extent = record.extent();
        Slot const last = tape_.extents[extent].last();
        if (is_block(last)) step.blocks |= 8u;
        if (found == Found::adjoints) {
            make_again(record, step);
            steps_.push_back(step);
        }
        if (auto const made = made_.find(extent); made != made_.end()) {
            free_.push_back(made->second);  // what reads it stands above and is done
            made_.erase(made);
        }
        if (is_block(last)) {
            reach_.reached[last] &= static_cast<std::uint8_t>(~in_blocks);
            free_.push_back(adjoints_.apart[extent]);
            adjoints_.apart[extent] = nullptr;
        } else {
            done_.push_back(extent);
        }
    }

    void sweep() {
        Scratch& scratch = Scratch::here();
        for (std::uint32_t from = 0; from < length_; from += block_length) {
            scratch.length = std::min(block_length, length_ - from);
            for (FlatStep const& step : steps_) {
                if (step.made != nullptr) make_flat(step, from, scratch.length);
                else pull_back_flat(step, from, scratch);
            }
        }
        for (std::uint32_t const extent : done_) reach_.leave(extent);
    }

private:
    [[nodiscard]] bool is_block(Slot last) const { return (reach_.reached[last] & in_blocks) != 0; }

    // Where the adjoint of an operand is gathered.
    void lay(const FlatOperand& operand, std::uint32_t slots, int k, FlatStep& step) {
        std::uint32_t const extent = operand.extent;
        Slot const last = operand.first + slots - 1;
        bool const is_new = reach_.is_apart(extent) && adjoints_.apart[extent] == nullptr;
        bool const is_whole = operand.offset == 0 && slots == length_;
        if (is_new && is_whole && operand.kind == Kind::result && operand.first >= first_ &&
            !reach_.is_shown(extent)) {
            in_blocks_.reserve(in_blocks_.size() + 1);
            adjoints_.apart[extent] = block();
            in_blocks_.push_back({extent, last});
            reach_.reached[last] |= in_blocks;
            step.assigns |= 1u << k;
        } else if (is_new) {
            lay_whole(reach_, operand, slots, length_, k, step);
        }
        if (is_block(last)) step.blocks |= 1u << k;
    }

    // Has the operands that the partials read computed again, if they were given back.
    void make_again(const FlatRecord& record, FlatStep& step) {
        Kind kinds[3] = {};
        for (int k = 0; k < record.arity(); ++k) kinds[k] = record.operand(k).kind;
        unsigned const needed = needed_by_partials(record.op(), kinds);
        for (int k = 0; k < record.arity(); ++k) {
            if ((needed >> k & 1u) != 0) make_again(record.operand(k), step, k);
        }
    }
    void make_again(const FlatOperand& operand, FlatStep& step, int k) {
        if (operand.extent == no_extent || tape_.extents[operand.extent].distance == 0) return;
        step.operands[k] = made(operand.extent);
        step.again |= 1u << k;
    }
    // The block in which the primals of an array are computed again, before what is added next.
    const double* made(std::uint32_t extent) {
        if (auto const known = made_.find(extent); known != made_.end()) return known->second;
        Statement const& statement =
            tape_.statements[tape_.statement_of(tape_.extents[extent].last())];
        FlatRecord const record(tape_, statement);
        FlatStep step;
        step.op = record.op();
        for (int k = 0; k < record.arity(); ++k) {
            read(tape_, record.operand(k), step, k);
            make_again(record.operand(k), step, k);
        }
        step.made = block();
        made_.emplace(extent, step.made);
        steps_.push_back(step);
        return step.made;
    }

    // Of what has been passed on in a block others make use in the same.
    double* block() {
        if (free_.empty()) {
            blocks_.push_back(std::make_unique<double[]>(block_length));
            free_.reserve(blocks_.size());
            return blocks_.back().get();
        }
        double* const block = free_.back();
        free_.pop_back();
        return block;
    }

    Reach<double>& reach_;
    Tape const& tape_;
    Adjoints<double>& adjoints_;
    std::uint32_t length_;
    Slot first_ = std::numeric_limits<Slot>::max();
    std::vector<FlatStep> steps_;
    std::vector<std::uint32_t> done_;
    std::vector<std::pair<std::uint32_t, Slot>> in_blocks_;
    std::unordered_map<std::uint32_t, double*> made_;  // by extent
    std::vector<std::unique_ptr<double[]>> blocks_;
    std::vector<double*> free_;
};

bool is_flat(const Tape& tape, const Statement& statement, std::uint32_t length) {
    return (statement.flags & Statement::flat_bit) != 0 &&
           FlatRecord(tape, statement).length() == length;
}

}  // namespace

std::size_t pull_back_run(Reach<double>& reach, std::size_t i, std::size_t stop) {
    Tape const& tape = *reach.tape;
    Statement const* const statements = tape.statements.data();
    std::uint32_t const length = FlatRecord(tape, statements[i]).length();
    if (length < run_from) {
        pull_back_one(reach, statements[i], length);
        return i;
    }
    FlatRun run(reach, length);
    std::size_t last = i;
    while (last > stop && is_flat(tape, statements[last - 1], length)) --last;
    run.begin_at(tape.extents[FlatRecord(tape, statements[last]).extent()].first);
    for (std::size_t at = i + 1; at-- > last;) {
        if (statements[at].result < reach.lowest) break;  // the sweep ends here
        run.add(statements[at]);
    }
    run.sweep();
    return last;
}

}  // namespace autodiffx
