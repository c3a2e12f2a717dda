// What the files of the bindings share. The only folder that knows Python.
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <utility>

#include "autodiffx/inline.hpp"
#include "autodiffx/record.hpp"
#include "autodiffx/sweep.hpp"
#include "autodiffx/tape.hpp"

namespace autodiffx::bindings {

namespace py = pybind11;

// ---- objects ---------------------------------------------------------------

// A Python Variable is a handle: on a tape, of a leaf, or a constant.
struct ArrayView;
struct VariableObject {
    PyObject_HEAD Handle handle;
    PyObject* weak_references;
    ArrayView* view;  // of an array, owned; null for a number
};

extern PyTypeObject* variable_type AUTODIFFX_HIDDEN;
extern PyTypeObject* constant_type;
extern PyTypeObject* dual_type;

inline bool is_variable(PyObject* object) {
    return Py_TYPE(object) == variable_type || PyObject_TypeCheck(object, variable_type);
}
inline bool is_dual(PyObject* object) { return Py_TYPE(object) == dual_type; }
inline Handle& handle_of(PyObject* object) {
    return reinterpret_cast<VariableObject*>(object)->handle;
}

// ---- errors ----------------------------------------------------------------

extern PyObject* graph_error_type;
extern PyObject* stale_error_type;
extern PyObject* control_flow_error_type;
extern PyObject* escape_warning_type;

// Turns the C++ exception in flight into a Python one. To be called in a catch block.
void raise_current_exception() noexcept;

// In this thread somebody looks out for what is not finite: watch.cpp. Asked off the hot path only.
extern __thread bool watching AUTODIFFX_HIDDEN;
// Looks at what was recorded since the last time, and at a result, which may be null. Throws
// FloatingPointError, and then has released the result.
void look_at(PyObject* result);

// Runs `body`, which returns a PyObject* (or an int), as CPython expects it of
// a slot: no C++ exception leaves it.
template <class Body>
auto guarded(Body body) noexcept -> decltype(body()) {
    try {
        auto const result = body();
        if (AUTODIFFX_UNLIKELY(watching)) {
            if constexpr (!std::is_pointer_v<decltype(body())>) look_at(nullptr);
            else if (result != nullptr) look_at(result);
        }
        return result;
    } catch (...) {
        raise_current_exception();
        if constexpr (std::is_pointer_v<decltype(body())>) return nullptr;
        else return static_cast<decltype(body())>(-1);
    }
}

// Throws a Python exception of the type, as a C++ one.
[[noreturn]] void raise(PyObject* type, const std::string& message);
[[noreturn]] void raise_type_error(const std::string& message);
[[noreturn]] void raise_value_error(const std::string& message);
std::string type_name(PyObject* object);

// ---- the tape in use -------------------------------------------------------

#if defined(__GLIBC__)
// One instruction instead of a call; glibc keeps room for this in every thread.
#define AUTODIFFX_FAST_TLS __attribute__((tls_model("initial-exec")))
#else
#define AUTODIFFX_FAST_TLS
#endif
// Not thread_local, which would ask at every use whether it is initialised.
extern __thread Tape* tape_in_use AUTODIFFX_FAST_TLS AUTODIFFX_HIDDEN;
Tape& make_ambient_tape();
// Whether this thread runs code written for autograd: then y += x of an array makes a new one,
// comparisons give NumPy's truth values and plain arrays, and lists stand beside numbers.
extern __thread bool follows_autograd AUTODIFFX_FAST_TLS AUTODIFFX_HIDDEN;
inline Tape& current_tape() { return tape_in_use != nullptr ? *tape_in_use : make_ambient_tape(); }

// ---- operands --------------------------------------------------------------

// A Python object as an operand: a number, or something on the tape in use.
struct Term {
    Operand operand{0, Kind::constant, false};
    double value = 0.0;     // of a constant
    bool variable = false;  // the object is a Variable, if only a constant one
};
enum class Found { term, dual, array, none };  // none: not a number

// The common cases at once: an evaluated active value on the tape in use, a
// leaf, a float. Whoever finds two of these in the operands of a Variable's
// slot has at least one active one.
AUTODIFFX_INLINE bool find_quickly(Tape& tape, PyObject* object, QuickOperand& operand) {
    if (Py_TYPE(object) == variable_type) {
        Handle const& handle = handle_of(object);
        if (handle.tape == &tape && handle.is_plain_result()) {
            operand = {handle.slot, static_cast<unsigned>(Kind::result)};
            return true;
        }
        if (handle.is_plain_leaf() && handle.leaf->has_value) {
            operand = {tape.input(*handle.leaf) + handle.slot, static_cast<unsigned>(Kind::leaf)};
            return true;
        }
    } else if (PyFloat_CheckExact(object)) {
        operand = {tape.constant(PyFloat_AS_DOUBLE(object)), static_cast<unsigned>(Kind::constant)};
        return true;
    }
    return false;
}

// Slow half of find_term: foreign tapes, NumPy's numbers, integers, errors.
Found find_term_slowly(Tape& tape, PyObject* object, Term& term);

inline Found find_term(Tape& tape, PyObject* object, Term& term) {
    if (Py_TYPE(object) == variable_type) {
        Handle const& handle = handle_of(object);
        term.variable = true;
        if (handle.array) return Found::array;
        if (handle.tape == &tape) {
            term.operand = {handle.slot, static_cast<Kind>(handle.state), handle.deferred};
            return Found::term;
        }
        if (handle.state == Handle::State::leaf && handle.leaf->has_value) {
            term.operand = {tape.input(*handle.leaf) + handle.slot, Kind::leaf, false};
            return Found::term;
        }
    } else if (PyFloat_CheckExact(object)) {
        term.value = PyFloat_AS_DOUBLE(object);
        return Found::term;
    }
    return find_term_slowly(tape, object, term);
}

inline Operand place(Tape& tape, const Term& term) {
    if (term.operand.kind != Kind::constant) return term.operand;
    return {tape.constant(term.value), Kind::constant, false};
}

// A value on a tape as it is known to the tape in use: where it is, if that is this tape or one
// that encloses it, or where something stands for it on one of these. Throws graph_error.
Handle known_to(Tape& tape, const Handle& handle, std::uint32_t slots);
// Releases the tape of a Graph that has gone. What its entries hold may be handles on it: then it
// is looked after until nobody else refers to it.
void abandon(Tape& tape);
void look_after_abandoned();
// Says why a value cannot be used on the tape.
[[noreturn]] void raise_foreign(const Tape& tape, const Handle& handle);

// A plain Python, NumPy or 0-d array number. False, without error, if it is
// none; throws OverflowError for an integer too large.
bool read_number(PyObject* object, double& value);

// ---- results ---------------------------------------------------------------

// Dead objects of exactly Variable, kept for the next result. They keep their
// type and their reference to it.
struct FreeList {
    static constexpr std::size_t limit = 1024;
    PyObject* objects[limit];
    std::size_t count = 0;
    [[nodiscard]] bool is_empty() const { return count == 0; }
    [[nodiscard]] bool is_full() const { return count == limit; }
    void push(PyObject* object) { objects[count++] = object; }
    PyObject* pop() { return objects[--count]; }
};
extern FreeList free_list AUTODIFFX_HIDDEN;
VariableObject* allocate_slowly();

AUTODIFFX_INLINE VariableObject* allocate() {
    if (free_list.is_empty()) return allocate_slowly();
    PyObject* const reused = free_list.pop();
#if defined(Py_REF_DEBUG) || defined(Py_TRACE_REFS)
    PyObject_Init(reused, variable_type);  // these builds count and list every object
    Py_DECREF(variable_type);              // the free list kept its reference
#else
    Py_SET_REFCNT(reused, 1);
#endif
    return reinterpret_cast<VariableObject*>(reused);
}

// A new Variable for a slot that was there before.
PyObject* handle_on_old(Tape& tape, Operand operand);
// A new Variable for the slot that was pushed last.
AUTODIFFX_INLINE PyObject* new_result(Tape& tape, Operand operand) {
    VariableObject* const object = allocate();
    tape.link(object->handle, operand.slot, static_cast<Handle::State>(operand.kind),
              operand.deferred);
    return reinterpret_cast<PyObject*>(object);
}
PyObject* new_constant(double value);  // a new passive plain Variable
// A new Variable for an element of an array leaf.
AUTODIFFX_INLINE PyObject* new_element(Leaf& leaf, Slot place) {
    leaf.want_elements();
    VariableObject* const object = allocate();
    object->handle.tape = nullptr;
    object->handle.leaf = &leaf;
    object->handle.slot = place;
    object->handle.state = Handle::State::leaf;
    object->handle.deferred = false;
    object->handle.array = false;
    object->handle.stays = false;
    leaf.retain();
    return reinterpret_cast<PyObject*>(object);
}
PyObject* object_of_leaf(Leaf& leaf);  // the very object, if it lives
PyObject* object_of_slot(Tape& tape, Slot slot, Kind kind);
void backward_from(const Handle& handle, double seed, bool accumulate);
// Throws what backward() says of a value that is passive or was cleared.
void require_active(const Handle& handle);
// Of an array: the seed has the adjoints of its extent.
void backward_from_array(const Handle& handle, Seed<double> seed, bool accumulate);

// ---- replays that report what they find: replay_report.cpp -------------------

// Replays a graph, with a warning for escapes that have changed and an error
// that names the place of a guard that failed.
void replay_with_report(Tape& tape);
// The same if the slot is not what the present inputs give.
void bring_up_to_date(Tape& tape, Slot slot);

// The value of a Variable, with the checks that reading it needs.
double read_value(const Handle& handle);
// Notes an escape if a Graph is recording the handle's tape.
void note_escape(const Handle& handle);

// ---- applying operators to any mixture of numbers --------------------------

// Each returns a new reference: a plain float (bool for decisions) if all
// arguments are plain numbers, a Variable or a Dual otherwise, NotImplemented
// if one is no number. Errors are C++ exceptions.
using Apply = PyObject* (*)(PyObject* const* arguments);
extern const Apply applications[];  // by Op
PyObject* apply_watched(Op op, PyObject* const* arguments);
inline PyObject* apply(Op op, PyObject* const* arguments) {
    if (AUTODIFFX_UNLIKELY(watching)) return apply_watched(op, arguments);
    return applications[static_cast<std::size_t>(op)](arguments);
}
// The same, with a TypeError where the other returns NotImplemented.
PyObject* apply_or_raise(Op op, PyObject* const* arguments);
std::string_view name_of(Op op);
// The operator of a statement, scalar or array.
std::string_view name_of(const Tape& tape, const Statement& statement);

// ---- where in the user's code ----------------------------------------------

// A place in Python code, resolved only when it is reported.
struct Place {
    PyObject* code = nullptr;  // owned
    int offset = -1;           // of the instruction; the line where the interpreter gives no offset
    [[nodiscard]] std::string text() const;  // file:line
};
Place current_place();  // the innermost frame outside this package

struct Escape {
    Place place;
    std::vector<Slot> slots;
    bool warned = false;
};

// What a tape keeps for the bindings.
struct PythonNotes : Notes {
    struct GuardNote {
        Place place;
    };
    std::vector<GuardNote> guards;
    std::vector<Escape> escapes;
    std::size_t noted = 0;  // guards and escapes ever noted
    // While somebody watches: where the statements from a slot on were recorded, and from which
    // slot on they have not been looked at.
    struct Whence {
        Slot slot;
        Place place;
    };
    std::vector<Whence> whence;
    Slot unseen = 0;
    std::size_t session = 0;  // of watching
    void forget_places(std::size_t slots);
    ~PythonNotes() override;
    void truncate(std::size_t guards, std::size_t slots) override;
    void clear() override;
};
PythonNotes& notes_of(Tape& tape);
// After a replay: looks at all of a tape. After statements that hold partials: at none of them.
void look_at_all(Tape& tape);
void look_past(Tape& tape);

// ---- registration, one per concept ------------------------------------------

void register_errors();
void register_variable(py::module_& module);
void register_dual(py::module_& module);
void register_functions(py::module_& module);
void register_graph(py::module_& module);
void register_transforms(py::module_& module);
void register_recording(py::module_& module);
void register_table(py::module_& module);
void register_watch(py::module_& module);
void register_autograd(py::module_& module);

}  // namespace autodiffx::bindings
