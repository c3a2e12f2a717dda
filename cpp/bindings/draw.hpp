// A tape as a picture.
#pragma once

#include <string>

#include "common.hpp"

namespace autodiffx::bindings {

// Graphviz text: leaves and captured values as boxes, constants as plain text.
std::string draw(const Tape& tape);

}  // namespace autodiffx::bindings
