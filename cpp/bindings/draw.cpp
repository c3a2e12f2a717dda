// A tape as graphviz text.
#include "draw.hpp"

#include "autodiffx/array.hpp"

#include <unordered_map>

namespace autodiffx::bindings {

namespace {

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (char const c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + "\"";
}

// The slot under which what `slot` belongs to is drawn.
Slot owner_of(const Tape& tape, Slot slot) {
    std::size_t const at = tape.statement_of(slot);
    if (at != Tape::npos) return tape.statements[at].result;
    const Input* const input = tape.input_at(slot);
    return input != nullptr ? input->slot : slot;
}

std::string number(double value) { return std::string(py::str(py::str("{:.6g}").format(value))); }

// A number, or how many slots an array takes.
std::string shown(const Tape& tape, Slot first, std::uint32_t slots) {
    return slots == 1 ? number(tape.primals[first]) : std::to_string(slots) + " slots";
}

std::string result_of(const Tape& tape, const Statement& statement) {
    if (statement.op != Op::array) return number(tape.primals[statement.result]);
    ArrayRecord const record(tape, statement);
    return shape_text(record.shape(), record.ndim());
}

}  // namespace

std::string draw(const Tape& tape) {
    std::string text = "digraph autodiffx {\n  rankdir=LR;\n  node [fontname=\"Helvetica\"];\n";
    std::unordered_map<Slot, std::string> names;
    std::unordered_map<const Leaf*, std::string> leaves;
    for (Input const& input : tape.inputs) {
        std::string id = "i" + std::to_string(input.slot);
        std::string label = "captured\n";
        if (input.leaf != nullptr) {
            auto const [at, is_new] = leaves.emplace(input.leaf, id);
            names[input.slot] = at->second;
            if (!is_new) continue;
            label = input.leaf->has_name ? input.leaf->name + "\n" : "";
            label += input.leaf->array
                         ? shape_text(input.leaf->array->shape.data(),
                                      static_cast<int>(input.leaf->array->shape.size()))
                     : input.leaf->has_value ? number(input.leaf->value)
                                             : "no value";
        } else {
            names[input.slot] = id;
            label += shown(tape, input.slot, input.slots);
        }
        text += "  " + id +
                " [shape=box, style=filled, fillcolor=\"#dbe9f6\", label=" + quoted(label) + "];\n";
    }
    for (std::size_t i = 0; i < tape.statements.size(); ++i) {
        Statement const& statement = tape.statements[i];
        if (statement.op == Op::guard) continue;
        // A write is drawn between what it is written into and who reads that later.
        bool const writes = statement.op == Op::write;
        std::string const id = (writes ? "w" : "s") + std::to_string(writes ? i : statement.result);
        Slot const shown_at =
            writes ? ArrayRecord(tape, statement).result().last() : statement.result;
        if (writes) text += "  " + names[shown_at] + " -> " + id + ";\n";
        bool const deferred = tape.unevaluated && (statement.flags & Statement::deferred_bit) != 0;
        text += "  " + id + " [label=" +
                quoted(std::string(name_of(tape, statement)) + "\n" +
                       (deferred ? "no value" : result_of(tape, statement))) +
                "];\n";
        for_each_operand(tape, statement, [&](Slot first, std::uint32_t slots, Kind) {
            std::string& from = names[owner_of(tape, first + slots - 1)];
            if (from.empty()) {
                from = "c" + std::to_string(first);
                text += "  " + from +
                        " [shape=plaintext, label=" + quoted(shown(tape, first, slots)) + "];\n";
            }
            text += "  " + from + " -> " + id + ";\n";
        });
        names[shown_at] = id;
    }
    return text + "}\n";
}

}  // namespace autodiffx::bindings
