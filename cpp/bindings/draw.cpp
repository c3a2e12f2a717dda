// A tape as graphviz text.
#include "draw.hpp"

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

}  // namespace

std::string draw(const Tape& tape) {
    std::string text = "digraph autodiffx {\n  rankdir=LR;\n  node [fontname=\"Helvetica\"];\n";
    std::unordered_map<Slot, std::string> names;
    std::unordered_map<const Leaf*, std::string> leaves;
    auto const number = [](double value) {
        return std::string(py::str(py::str("{:.6g}").format(value)));
    };
    for (Input const& input : tape.inputs) {
        std::string id = "i" + std::to_string(input.slot);
        std::string label = "captured\n";
        if (input.leaf != nullptr) {
            auto const [at, is_new] = leaves.emplace(input.leaf, id);
            names[input.slot] = at->second;
            if (!is_new) continue;
            label = input.leaf->has_name ? input.leaf->name + "\n" : "";
            label += input.leaf->has_value ? number(input.leaf->value) : "no value";
        } else {
            names[input.slot] = id;
            label += number(tape.primals[input.slot]);
        }
        text += "  " + id +
                " [shape=box, style=filled, fillcolor=\"#dbe9f6\", label=" + quoted(label) + "];\n";
    }
    for (std::size_t i = 0; i < tape.statements.size(); ++i) {
        Statement const& statement = tape.statements[i];
        if (statement.op == Op::guard) continue;
        std::string const id = "s" + std::to_string(statement.result);
        names[statement.result] = id;
        bool const deferred = tape.unevaluated && (statement.flags & Statement::deferred_bit) != 0;
        text += "  " + id + " [label=" +
                quoted(std::string(name_of(statement.op)) + "\n" +
                       (deferred ? "no value" : number(tape.primals[statement.result]))) +
                "];\n";
        Slot slots[3];
        int const arity = tape.operands(statement, slots);
        for (int k = 0; k < arity; ++k) {
            std::string& from = names[slots[k]];
            if (from.empty()) {
                from = "c" + std::to_string(slots[k]);
                text += "  " + from +
                        " [shape=plaintext, label=" + quoted(number(tape.primals[slots[k]])) +
                        "];\n";
            }
            text += "  " + from + " -> " + id + ";\n";
        }
    }
    return text + "}\n";
}

}  // namespace autodiffx::bindings
