// Runs of flat statements of one length, swept in blocks.
//
// All statements of a run go over one block of their elements before they go on to the next, so
// that what passes from one to the other stays in the caches. An adjoint that comes and goes within
// the run takes up the memory of one block.
#include <memory>
#include <vector>

#include "autodiffx/flat.hpp"
#include "autodiffx/reach.hpp"

namespace autodiffx {

namespace {

constexpr std::uint32_t block_length = Scratch::block_length;
// From so many elements on.
constexpr std::uint32_t least_length = 4 * block_length;

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
        FlatRecord const record(tape_, statement);
        std::uint32_t const extent = record.extent();
        Extent const& result = tape_.extents[extent];
        std::uint8_t const how = reach_.reach_of(result.first, extent, result.slots);
        if (how == 0) return;
        bool const passive =
            how == reached_passively || (statement.flags & Statement::passive_bit) != 0;
        FlatStep step;
        step.op = record.op();
        bool wanted = false;
        for (int k = 0; k < record.arity(); ++k) {
            FlatOperand const operand = record.operand(k);
            step.operands[k] = tape_.places().at(operand) + operand.offset;
            step.found[k] = nullptr;
            if (operand.extent == no_extent) step.numbers |= 1u << k;
            if (operand.kind == Kind::constant) continue;
            bool const passes = !passive && operand.kind != Kind::varying;
            std::uint32_t const slots =
                operand.extent == no_extent ? 1 : tape_.extents[operand.extent].slots;
            reach_.reach(operand.first, operand.extent, slots, operand.kind,
                         passes ? reached_actively : reached_passively);
            if (!passes) continue;
            wanted = true;
            lay(operand, slots, k, step);
        }
        if (wanted) {
            step.adjoint = adjoints_.places().at(result.first, extent);
            step.result = tape_.places().at(result.first, extent);
            if (is_block(result.last())) step.blocks |= 8u;
            steps_.push_back(step);
        }
        if (is_block(result.last())) {
            reach_.reached[result.last()] &= static_cast<std::uint8_t>(~in_blocks);
            free_.push_back(adjoints_.apart[extent]);
            adjoints_.apart[extent] = nullptr;
        } else if (reach_.is_apart(extent) && !reach_.is_shown(extent)) {
            done_.push_back(extent);
        }
    }

    void sweep() {
        Scratch& scratch = Scratch::here();
        for (std::uint32_t from = 0; from < length_; from += block_length) {
            scratch.length = std::min(block_length, length_ - from);
            for (FlatStep const& step : steps_) pull_back_flat(step, from);
        }
        for (std::uint32_t const extent : done_) adjoints_.forget(extent);
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
            double* const own = adjoints_.lay_apart(extent, slots);
            if (is_whole) step.assigns |= 1u << k;
            else std::fill_n(own, slots, 0.0);
        }
        if (is_block(last)) step.blocks |= 1u << k;
        step.found[k] = adjoints_.places().at(operand) + operand.offset;
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
    FlatRun run(reach, length);
    std::size_t last = i;
    if (length >= least_length) {
        while (last > stop && is_flat(tape, statements[last - 1], length)) --last;
        run.begin_at(tape.extents[FlatRecord(tape, statements[last]).extent()].first);
    }
    for (std::size_t at = i + 1; at-- > last;) {
        if (statements[at].result < reach.lowest) break;  // the sweep ends here
        run.add(statements[at]);
    }
    run.sweep();
    return last;
}

}  // namespace autodiffx
