// Places in the user's code: cheap to note, resolved only when reported.
#include "common.hpp"

namespace autodiffx::bindings {

namespace {

// The directory of this package: its own frames are not the user's.
const std::string& package_directory() {
    static const std::string* const directory = [] {
        py::object const file = py::module_::import("autodiffx").attr("__file__");
        std::string path = py::str(file);
        return new std::string(path.substr(0, path.find_last_of("/\\") + 1));
    }();
    return *directory;
}

bool is_ours(PyCodeObject* code) {
    py::object const name = py::handle(reinterpret_cast<PyObject*>(code)).attr("co_filename");
    return std::string(py::str(name)).rfind(package_directory(), 0) == 0;
}

}  // namespace

Place current_place() {
    Place place;
    PyFrameObject* frame = PyEval_GetFrame();
    Py_XINCREF(frame);
    while (frame != nullptr) {
        PyCodeObject* const code = PyFrame_GetCode(frame);
        PyFrameObject* const back = PyFrame_GetBack(frame);
        // The outermost frame is taken whatever it is: some place is better than none.
        if (back == nullptr || !is_ours(code)) {
            place.code = reinterpret_cast<PyObject*>(code);
#if PY_VERSION_HEX >= 0x030B0000
            place.offset = PyFrame_GetLasti(frame);
#else
            place.offset = PyFrame_GetLineNumber(frame);
#endif
            Py_XDECREF(back);
            Py_DECREF(frame);
            return place;
        }
        Py_DECREF(code);
        Py_DECREF(frame);
        frame = back;
    }
    return place;
}

std::string Place::text() const {
    if (code == nullptr) return "an unknown place";
    int line = offset;
#if PY_VERSION_HEX >= 0x030B0000
    line = PyCode_Addr2Line(reinterpret_cast<PyCodeObject*>(code), offset);
#endif
    return std::string(py::str(py::handle(code).attr("co_filename"))) + ":" + std::to_string(line);
}

PythonNotes::~PythonNotes() { clear(); }

void PythonNotes::truncate(std::size_t count, std::size_t slots) {
    for (Escape& escape : escapes) {
        while (!escape.slots.empty() && escape.slots.back() >= slots) escape.slots.pop_back();
    }
    forget_places(slots);
    for (std::size_t i = count; i < guards.size(); ++i) Py_XDECREF(guards[i].place.code);
    if (count < guards.size()) guards.resize(count);
}

void PythonNotes::forget_places(std::size_t slots) {
    while (!whence.empty() && whence.back().slot >= slots) {
        Py_XDECREF(whence.back().place.code);
        whence.pop_back();
    }
    if (unseen > slots) unseen = static_cast<Slot>(slots);
}

void PythonNotes::clear() {
    truncate(0, 0);
    for (Escape& escape : escapes) Py_XDECREF(escape.place.code);
    escapes.clear();
}

PythonNotes& notes_of(Tape& tape) {
    if (!tape.notes) tape.notes = std::make_unique<PythonNotes>();
    return static_cast<PythonNotes&>(*tape.notes);
}

void note_escape(const Handle& handle) {
    if (handle.tape == nullptr || !handle.tape->is_graph() || !handle.tape->open) return;
    PythonNotes& notes = notes_of(*handle.tape);
    ++notes.noted;
    Place const place = current_place();
    for (Escape& escape : notes.escapes) {
        if (escape.place.code == place.code && escape.place.offset == place.offset) {
            Py_XDECREF(place.code);
            if (escape.slots.empty() || escape.slots.back() != handle.slot)
                escape.slots.push_back(handle.slot);
            return;
        }
    }
    notes.escapes.push_back({place, {handle.slot}, false});
}

}  // namespace autodiffx::bindings
