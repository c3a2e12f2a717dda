// Segment: a function that was run and forgotten, and runs again when a sweep comes by.
//
// The function runs on a tape of its own, which is dropped; on the tape in use one external
// statement stands for it. Its operands are what the function was given and what it read beside:
// whatever its tape captured from others, and leaves. When a sweep comes by, the function runs once
// more on a fresh tape, on which something stands in for each operand: what it is given, and what
// it reads of another tape, is found under the operand's slot (Tape::stand_ins). So it does not
// matter where it runs, and the derivative of a derivative is a segment again: of a function that
// runs the first, and sweeps it by a recorded sweep.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "external.hpp"
#include "region.hpp"

namespace autodiffx::bindings {

// A tape of its own for what runs until this ends, when what it left is cleared.
class Beneath {
public:
    explicit Beneath(bool sees_enclosing);
    Beneath(const Beneath&) = delete;
    Beneath& operator=(const Beneath&) = delete;
    ~Beneath();
    [[nodiscard]] Tape& tape() const { return *tape_; }
    // Throws graph_error if the function left another tape in use.
    void require_in_use() const;

private:
    Tape* tape_;
    Tape* before_;
};

// How often it is differentiated: the operands of a derivative are so many adjoints, and then what
// the function below takes; its results are adjoints of those that are wanted.
struct Derivative {
    std::size_t adjoints;
    std::vector<bool> wanted;
};

// What is run again.
struct Function {
    py::object call;                      // takes a list, and gives one of Variables and numbers
    std::size_t given = 0, captured = 0;  // of its operands: first these, then those
    std::vector<std::size_t> chosen;      // of what it gives these are results
    std::vector<Derivative> derivatives;  // the first is that of the function itself

    // The operands after the captured ones are its results as they were, if it is a derivative.
    [[nodiscard]] std::size_t adjoints() const {
        std::size_t count = 0;
        for (Derivative const& each : derivatives) count += each.adjoints;
        return count;
    }
};

// Where the operands of a statement are, with shapes and strides of their own.
class Operands {
public:
    void add(const ArrayOperand& operand);
    // All elements of an extent of a tape, or a number, if none from `from` on is it.
    void add_whole(const Tape& tape, Slot last, Kind kind, Dtype dtype, bool deferred,
                   std::size_t from);
    [[nodiscard]] const std::vector<ArrayOperand>& all() const { return operands_; }
    [[nodiscard]] std::size_t size() const { return operands_.size(); }
    // A copy of each as an array.
    [[nodiscard]] std::vector<py::object> read(Places<const double> places) const;

private:
    std::vector<ArrayOperand> operands_;
    std::vector<std::unique_ptr<std::int64_t[]>> dims_;
};

// Arrays as results of one extent: in the widest of their dtypes.
struct Computed {
    std::vector<std::unique_ptr<LeafArray>> arrays;
    std::vector<ExternalResult> results;
    std::vector<Dtype> dtypes;  // of each
    Dtype dtype = Dtype::boolean;

    explicit Computed(const std::vector<py::object>& values);
};

// A result as an operand: a part of their extent.
ArrayOperand part_of(const ArrayResult& extent, const ExternalResult& result,
                     std::int64_t (&strides)[max_ndim]);

// The entry of a function's statement on a tape.
std::unique_ptr<External> new_segment(Function function, Tape& home);

// An array as a new one of the tape, that is active though it was made of nothing.
Lifted stand_in(Tape& tape, const py::object& array);

// One run of a function on a tape of its own, on which its operands have stand-ins.
class Run final : StandIns {
public:
    // `home`: the tape of the operands, of which `arrays` are copies. Without `operands` it is the
    // first run, which reads what it captures where it is.
    Run(const Function& function, Tape& home, const std::vector<ArrayOperand>* operands,
        const std::vector<py::object>& arrays);
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run();

    [[nodiscard]] Tape& tape() const { return beneath_.tape(); }
    // Of the first run: everything that the function gave.
    [[nodiscard]] py::list outputs();
    // Calls the function, and throws graph_error if its results are others than they were:
    // `expected`, or what stands among the operands.
    void evaluate(const std::vector<py::object>* expected);
    [[nodiscard]] const std::vector<py::object>& results() const { return results_; }
    [[nodiscard]] py::object value_of(const py::object& result) const;

    // For each operand what arrives there of an adjoint of each result; null where nothing can.
    std::vector<py::object> pull_back(const std::vector<py::object>& adjoints);
    // The same of dual numbers: values and tangents, from tangents of the operands.
    using Twofold = std::pair<std::vector<py::object>, std::vector<py::object>>;
    Twofold pull_back(const std::vector<py::object>& adjoints,
                      const std::vector<py::object>& adjoint_tangents,
                      const std::vector<py::object>& tangents);
    // The tangent of each result.
    std::vector<py::object> push_forward(const std::vector<py::object>& tangents);

private:
    // A part of a tape of the home's: operand `which`, which is a leaf or has a stand-in.
    struct Row {
        Slot first;
        std::uint32_t slots;
        std::size_t which;
    };
    Slot find(const Handle& value, std::uint32_t slots) override;
    [[nodiscard]] std::optional<Slot> stand_in_at(Slot last, std::uint32_t slots);
    // Of something else.
    struct Stranger {
        const Tape* tape;
        Slot last;
        std::uint32_t slots;
        Lifted lifted;
    };
    Slot stranger(const Handle& value, std::uint32_t slots);
    [[nodiscard]] Leaf* leaf_at(std::size_t which) const;
    [[nodiscard]] bool is_result(const py::object& object) const;
    std::vector<py::object> evaluate(std::size_t order, std::vector<Lifted> lifted);
    template <class T>
    void require_known(const Adjoints<T>& at) const;
    void set_tangents(Arena<double>& arena, const std::vector<py::object>& tangents) const;
    template <class Take>
    std::vector<py::object> collect(Take take) const;

    const Function& function_;
    Tape& home_;
    const std::vector<ArrayOperand>* const operands_;
    Beneath beneath_;
    std::vector<Row> rows_;
    std::vector<Lifted> lifted_;  // of all operands
    std::vector<Stranger> strangers_;
    std::vector<Lifted> innermost_;  // of the function itself: what it is given now
    std::optional<Mark> start_;
    std::vector<py::object> results_;
};

void register_segments(py::module_& module);

}  // namespace autodiffx::bindings
