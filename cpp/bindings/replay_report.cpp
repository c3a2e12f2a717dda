// Replays that say where in the user's code a decision or an escape lies.
#include <algorithm>

#include "autodiffx/external.hpp"
#include "common.hpp"

namespace autodiffx::bindings {

namespace {

// What a guard on an array looks at: the name of the function that gave it, or a mask. Empty for a
// guard on a number that the user compared.
std::string decided_array(const Tape& tape, const Statement& guard) {
    std::size_t const at = tape.statement_of(guard.a);
    if (at == Tape::npos || !tape.statements[at].is_array()) return {};
    Statement const& statement = tape.statements[at];
    bool const passive = (statement.flags & Statement::passive_bit) != 0;
    if (External* const external = external_of(tape, statement); external != nullptr && passive)
        return std::string(external->name());
    return passive && guard.relation() == Relation::equal ? "a mask" : std::string();
}

// Names the operands of a comparison as the user wrote them down.
void replay_or_raise(Tape& tape) {
    try {
        replay(tape);
    } catch (const control_flow_changed& change) {
        // A graph that this one captures from may be the one that changed.
        Tape* changed = nullptr;
        for (Tape* each : capture_order(tape)) {
            if (each->is_graph() && each->needs_replay && change.guard < each->guards.size()) {
                changed = each;
                break;
            }
        }
        if (changed == nullptr) throw;
        Statement const& guard = changed->statements[changed->guards[change.guard]];
        bool const was = (guard.flags & Statement::outcome_bit) != 0;
        std::string const place = notes_of(*changed).guards[change.guard].place.text();
        auto const describe = [&](Slot slot, double value) {
            const Input* const input = changed->input_at(slot);
            std::string const number = py::str(py::float_(value));
            return input != nullptr && input->leaf != nullptr && input->leaf->has_name
                       ? input->leaf->name + " = " + number
                       : number;
        };
        std::string const left = describe(guard.a, change.left),
                          right = describe(guard.b, change.right);
        std::string what;
        static const char* const signs[] = {" < ", " <= ", " == "};
        static const char* const roundings[] = {"int", "floor", "ceil", "round"};
        std::string const array = decided_array(*changed, guard);
        if (!array.empty()) {
            what = "the result of " + array + " was another when recorded at " + place;
        } else if (guard.relation() == Relation::truth) {
            what = "the truth of a value was " + std::string(was ? "True" : "False") +
                   " when recorded at " + place + " and is now " + (was ? "False" : "True") + " (" +
                   left + ")";
        } else if (guard.relation() >= Relation::trunc) {
            auto const index = static_cast<std::size_t>(guard.relation()) -
                               static_cast<std::size_t>(Relation::trunc);
            what = std::string(roundings[index]) + "() of a value was " + right +
                   " when recorded at " + place + " and is now another (of " + left + ")";
        } else {
            what = "the decision a" +
                   std::string(signs[static_cast<std::size_t>(guard.relation())]) + "b was " +
                   (was ? "True" : "False") + " when recorded at " + place + " and is now " +
                   (was ? "False" : "True") + " (a: " + left + ", b: " + right + ")";
        }
        raise(control_flow_error_type, what +
                                           ": record the graph again, or use adx.where, "
                                           "adx.maximum and the like, which are replayed");
    }
}

// Values read while recording may have steered the program: if what they
// depend on has changed since, says so, once for each place.
void warn_of_escapes(Tape& tape) {
    if (!tape.notes) return;
    auto& escapes = notes_of(tape).escapes;
    bool const pending =
        std::any_of(escapes.begin(), escapes.end(), [](Escape const& e) { return !e.warned; });
    if (!pending || !tape.is_stale()) return;
    std::vector<std::uint8_t> changed(tape.primals.size(), 0);
    for (Input const& input : tape.inputs) {
        bool const is_new =
            input.leaf != nullptr
                ? input.leaf->version != input.version
                : input.captured->on_tape() && (input.captured->tape->replays != input.version ||
                                                input.captured->tape->is_stale());
        std::fill_n(changed.begin() + input.slot, input.slots, is_new);
    }
    for (std::size_t i = 0; i < tape.statements.size(); ++i) {
        Statement const& statement = tape.statements[i];
        if (statement.op == Op::guard) continue;
        Slot first = statement.result;
        std::uint32_t count = 1;
        if (statement.is_array()) {
            ArrayPart const result = ArrayRecord(tape, statement).result();
            first = result.first;
            count = result.slots;
        }
        std::uint8_t any = 0;
        for_each_operand(tape, statement, [&](Slot operand, std::uint32_t slots, Kind) {
            for (std::uint32_t k = 0; k < slots; ++k) any |= changed[operand + k];
        });
        // Of an array that is written into the rest stays what it was.
        if (statement.op != Op::write || any != 0) std::fill_n(changed.begin() + first, count, any);
    }
    for (std::size_t i = 0; i < escapes.size(); ++i) {
        if (escapes[i].warned) continue;
        bool const steered = std::any_of(escapes[i].slots.begin(), escapes[i].slots.end(),
                                         [&](Slot slot) { return changed[slot] != 0; });
        if (!steered) continue;
        escapes[i].warned = true;
        std::string const message =
            "a value of " + tape.describe() + " was read at " + escapes[i].place.text() +
            " while it was recorded, and its inputs have changed since: what the program did with "
            "it is replayed as it "
            "was. Record again, or keep it a Variable (adx.where and the like)";
        if (PyErr_WarnEx(escape_warning_type, message.c_str(), 1) != 0)
            throw py::error_already_set();
    }
}

}  // namespace

void replay_with_report(Tape& tape) {
    warn_of_escapes(tape);
    replay_or_raise(tape);
    if (watching) look_at_all(tape);
}

void bring_up_to_date(Tape& tape, Slot slot) {
    if (tape.is_graph() && tape.may_be_stale() && !tape.is_current(slot)) replay_with_report(tape);
}

}  // namespace autodiffx::bindings
