// The derivative along a direction.
#pragma once

#include "common.hpp"

namespace autodiffx::bindings {

// (f(*primals), its derivative along the tangents).
py::tuple jvp(const py::object& function, const py::object& primals, const py::object& tangents);

}  // namespace autodiffx::bindings
