// debug_nans(): a look-out for nan and infinity, in primals, tangents and adjoints.
//
// While it lasts no operation of this thread takes the shortcut, for no tape has room, and each
// notes its place in the user's code when it makes some. What it has recorded is looked at when it
// is done, the adjoints or tangents of a sweep after each statement. Nothing of this happens
// otherwise.
#include <algorithm>
#include <cmath>

#include "arrays.hpp"
#include "autodiffx/external.hpp"
#include "number.hpp"

namespace autodiffx::bindings {

__thread bool watching = false;

namespace {

__thread int depth = 0;     // of debug_nans() that this thread is in
__thread int applying = 0;  // operators within operators hold partials
std::size_t session = 0;    // under the GIL

[[noreturn]] void raise_not_finite(const std::string& message) {
    raise(PyExc_FloatingPointError, message);
}

std::string shown(double value) { return py::str(py::float_(value)); }

// The place of the first element that is not finite, or -1.
template <class Element>
std::int64_t first_not_finite(const double* packed, std::int64_t count) {
    auto const* const elements = reinterpret_cast<const Element*>(packed);
    auto const* const found =
        std::find_if(elements, elements + count, [](Element each) { return !std::isfinite(each); });
    return found == elements + count ? -1 : found - elements;
}
std::int64_t first_not_finite(const double* packed, std::int64_t count, Dtype dtype) {
    if (packed == nullptr || dtype == Dtype::boolean) return -1;
    return dtype == Dtype::float64 ? first_not_finite<double>(packed, count)
                                   : first_not_finite<float>(packed, count);
}
double element(const double* packed, std::int64_t at, Dtype dtype) {
    return dtype == Dtype::float64 ? packed[at]
                                   : double{reinterpret_cast<const float*>(packed)[at]};
}

// Elements that fit into the slots of a part.
std::int64_t capacity(const ArrayPart& part) {
    return std::int64_t{part.slots} * static_cast<std::int64_t>(8 / item_size(part.dtype));
}

// Null where they were given back.
template <class T>
const T* numbers_of(const Tape& tape, const ArrayPart& part, const Places<T>& places) {
    if (part.extent != no_extent && tape.is_apart(part.extent)) return places.apart[part.extent];
    return places.arena + part.first;
}

std::string operands_of(const Tape& tape, const Statement& statement) {
    std::string text;
    auto const add = [&](const std::string& operand) {
        text += (text.empty() ? "" : ", ") + operand;
    };
    if (statement.is_array()) {
        ArrayRecord const record(tape, statement);
        for (int k = 0; k < record.arity(); ++k) {
            ArrayPart const part = record.operand(k);
            const double* const numbers = numbers_of(tape, part, tape.places());
            std::int64_t const count = capacity(part);
            if (part.extent == no_extent || (count == 1 && numbers != nullptr)) {
                add(shown(tape.primals[part.first]));
                continue;
            }
            std::int64_t const bad = part.dtype == Dtype::float64
                                         ? first_not_finite(numbers, count, part.dtype)
                                         : -1;  // what fills the last slot up may be anything
            std::string const much = "an array of " + std::to_string(part.slots) + " slots";
            add(bad < 0 ? much
                        : much + " with " + shown(element(numbers, bad, part.dtype)) + " at " +
                              std::to_string(bad));
        }
        return text;
    }
    Slot slots[3];
    int const arity = tape.operands(statement, slots);
    for (int k = 0; k < arity; ++k) add(shown(tape.primals[slots[k]]));
    return text;
}

std::string call_of(const Tape& tape, const Statement& statement) {
    return std::string(name_of(tape, statement)) + "(" + operands_of(tape, statement) + ")";
}

std::string place_of(Tape& tape, Slot slot) {
    auto const& whence = notes_of(tape).whence;
    auto const after =
        std::upper_bound(whence.begin(), whence.end(), slot,
                         [](Slot wanted, auto const& each) { return wanted < each.slot; });
    if (after == whence.begin()) return "recorded before debug_nans() began";
    return "recorded at " + std::prev(after)->place.text();
}

void require_finite(Tape& tape, const Statement& statement) {
    if (!statement.has_result()) return;
    double value;
    std::string where;
    if (statement.is_array()) {
        ArrayRecord const record(tape, statement);
        ArrayPart const part = record.result();
        // What a kernel of somebody else's gives may be several arrays, one after the other.
        std::int64_t const count = record.op() == ArrayOp::external && part.dtype == Dtype::float64
                                       ? capacity(part)
                                       : elements_of(record.shape(), record.ndim());
        const double* const numbers = numbers_of(tape, part, tape.places());
        std::int64_t const bad = first_not_finite(numbers, count, part.dtype);
        if (bad < 0) return;
        value = element(numbers, bad, part.dtype);
        if (count > 1) where = " at element " + std::to_string(bad) + " in C order";
    } else {
        value = tape.primals[statement.result];
        if (std::isfinite(value)) return;
    }
    raise_not_finite(call_of(tape, statement) + " is " + shown(value) + where + ", " +
                     place_of(tape, statement.result));
}

// A tape that is new to this session has been looked at.
PythonNotes& seen_notes(Tape& tape) {
    PythonNotes& notes = notes_of(tape);
    if (notes.session != session) {
        notes.forget_places(0);
        notes.session = session;
        notes.unseen = static_cast<Slot>(tape.primals.size());
    }
    return notes;
}

void look_at_new(Tape& tape) {
    PythonNotes& notes = seen_notes(tape);
    std::size_t from = tape.statements.size();
    while (from > 0 && tape.statements[from - 1].result >= notes.unseen) --from;
    // Whatever is found is told once.
    notes.unseen = static_cast<Slot>(tape.primals.size());
    for (; from < tape.statements.size(); ++from) require_finite(tape, tape.statements[from]);
}

bool note_place(Tape& tape) {
    if (!watching) return false;
    look_at_new(tape);
    PythonNotes& notes = notes_of(tape);
    auto const slot = static_cast<Slot>(tape.primals.size());
    notes.forget_places(slot);  // of an operation that recorded nothing
    notes.whence.push_back({slot, current_place()});
    return true;
}

// ---- sweeps ------------------------------------------------------------------------

struct Watch final : SweepWatch {
    bool wants_to() override { return watching; }
    void saw(Tape& tape, Adjoints<double>& adjoints, const Statement& statement) override {
        int position = 0;
        auto const check = [&](const double* numbers, std::int64_t count, Dtype dtype) {
            ++position;
            std::int64_t const bad = first_not_finite(numbers, count, dtype);
            if (bad < 0) return;
            std::string const where =
                count > 1 ? ", element " + std::to_string(bad) + " of its array," : "";
            std::string const passed =
                statement.is_array() || !statement.has_result()
                    ? ""
                    : ", from the adjoint " + shown(adjoints.values[statement.result]);
            raise_not_finite("the adjoint that " + call_of(tape, statement) +
                             " passes on to its operand " + std::to_string(position) + where +
                             " is " + shown(element(numbers, bad, dtype)) + passed + "; " +
                             place_of(tape, statement.result));
        };
        if (statement.is_array()) {
            ArrayRecord const record(tape, statement);
            for (int k = 0; k < record.arity(); ++k) {
                ArrayPart const part = record.operand(k);
                bool const counts = is_active(part.kind);
                check(counts ? numbers_of(tape, part,
                                          Places<const double>{adjoints.values.data(),
                                                               adjoints.apart.data()})
                             : nullptr,
                      capacity(part), part.dtype);
            }
            return;
        }
        if (statement.op == Op::guard) return;
        Slot slots[3];
        int const arity = tape.operands(statement, slots);
        for (int k = 0; k < arity; ++k) {
            bool const counts = is_active(statement.kind(k));
            check(counts ? &adjoints.values[slots[k]] : nullptr, 1, Dtype::float64);
        }
    }
    void saw(Tape& tape, const Arena<double>& tangents, const Statement& statement) override {
        bool const passive = (statement.flags & Statement::passive_bit) != 0;
        if (statement.op == Op::guard || passive) return;
        std::int64_t count = 1;
        Dtype dtype = Dtype::float64;
        const double* numbers = &tangents[statement.result];
        if (statement.is_array()) {
            ArrayPart const part = ArrayRecord(tape, statement).result();
            numbers = &tangents[part.first];
            count = capacity(part);
            dtype = part.dtype;
        }
        std::int64_t const bad = first_not_finite(numbers, count, dtype);
        if (bad < 0) return;
        std::string const where = count > 1 ? " at element " + std::to_string(bad) : "";
        raise_not_finite("the tangent of " + call_of(tape, statement) + " is " +
                         shown(element(numbers, bad, dtype)) + where + "; " +
                         place_of(tape, statement.result));
    }
};

// ---- duals -------------------------------------------------------------------------

// A component that is not finite, as text; empty if it is. What is on a tape is looked at there.
std::string not_finite(const Number& number) {
    if (number.is_plain()) return std::isfinite(number.value) ? "" : shown(number.value);
    PyObject* const object = number.object.ptr();
    if (is_dual(object)) {
        std::string const value = not_finite(dual_of(object).value);
        return value.empty() ? not_finite(dual_of(object).tangent) : value;
    }
    if (!is_ndarray(object)) return {};
    py::object const finite = py::module_::import("numpy").attr("isfinite")(number.object);
    if (py::cast<bool>(finite.attr("all")())) return {};
    py::object const bad = number.object[py::object(~finite)];
    return py::str(py::float_(bad[py::int_(0)]));
}

// A value, or a tangent, of a Dual that an operation gave.
void require_finite(PyObject* result, const std::string& what) {
    if (!is_dual(result)) return;
    std::string const value = not_finite(dual_of(result).value);
    std::string const tangent = not_finite(dual_of(result).tangent);
    if (value.empty() && tangent.empty()) return;
    Place const place = current_place();
    std::string const text = place.text();
    Py_XDECREF(place.code);
    raise_not_finite(
        (value.empty() ? "the tangent of " + what + " is " + tangent : what + " is " + value) +
        ", computed at " + text);
}

void begin() {
    if (depth++ == 0) ++session;
    watching = true;
    for (Tape* tape = tape_in_use; tape != nullptr; tape = tape->enclosing) tape->look_closer();
}

void end(bool looks) {
    watching = --depth > 0;
    if (!looks) return;
    for (Tape* tape = tape_in_use; tape != nullptr; tape = tape->enclosing) look_at_new(*tape);
}

}  // namespace

void look_at(PyObject* result) {
    try {
        if (tape_in_use != nullptr && !tape_in_use->sweeping) look_at_new(*tape_in_use);
        if (result != nullptr && applying == 0)
            require_finite(result, "the result of an operation");
    } catch (...) {
        Py_XDECREF(result);
        throw;
    }
}

void look_at_all(Tape& tape) {
    for (std::size_t i = 0; i < tape.statements.size(); ++i) {
        require_finite(tape, tape.statements[i]);
    }
}

void look_past(Tape& tape) { seen_notes(tape).unseen = static_cast<Slot>(tape.primals.size()); }

PyObject* apply_watched(Op op, PyObject* const* arguments) {
    struct Within {
        Within() { ++applying; }
        ~Within() { --applying; }
    };
    py::object result;
    {
        Within const within;
        result = py::reinterpret_steal<py::object>(
            applications[static_cast<std::size_t>(op)](arguments));
    }
    if (applying == 0 && result) {
        std::string operands;
        for (int k = 0; k < arity_of(op); ++k) {
            operands += (k == 0 ? "" : ", ") + std::string(py::repr(py::handle(arguments[k])));
        }
        require_finite(result.ptr(), std::string(name_of(op)) + "(" + operands + ")");
    }
    return result.release().ptr();
}

void register_watch(py::module_& module) {
    static Watch watch;
    sweep_watch = &watch;
    recording_watch = note_place;
    module.def("_watch_begin", &begin);
    module.def("_watch_end", &end, py::arg("looks"));
}

}  // namespace autodiffx::bindings
