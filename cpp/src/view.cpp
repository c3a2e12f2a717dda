// Shapes and strides.
#include "autodiffx/view.hpp"

#include <algorithm>
#include <limits>

namespace autodiffx {

std::size_t slots_for(std::int64_t elements, Dtype dtype) {
    std::size_t const bytes = static_cast<std::size_t>(elements) * item_size(dtype);
    return std::max<std::size_t>(1, (bytes + 7) / 8);
}

std::int64_t elements_of(const std::int64_t* shape, int ndim) {
    constexpr std::int64_t limit = std::numeric_limits<Slot>::max();
    std::int64_t elements = 1;
    for (int i = 0; i < ndim; ++i) {
        if (shape[i] == 0) return 0;
    }
    for (int i = 0; i < ndim; ++i) {
        if (shape[i] > limit / elements) {
            throw std::length_error("an array of shape " + shape_text(shape, ndim) +
                                    " has more elements than a tape has slots");
        }
        elements *= shape[i];
    }
    return elements;
}

void dense_strides(const std::int64_t* shape, int ndim, std::int64_t* strides) {
    std::int64_t step = 1;
    for (int i = ndim; i-- > 0;) {
        strides[i] = step;
        step *= std::max<std::int64_t>(shape[i], 1);
    }
}

std::string shape_text(const std::int64_t* shape, int ndim) {
    std::string text = "(";
    for (int i = 0; i < ndim; ++i) {
        text += std::to_string(shape[i]) + (ndim == 1 ? "," : i + 1 < ndim ? ", " : "");
    }
    return text + ")";
}

// "(2,3)": NumPy writes no blanks here.
static std::string tight(const std::int64_t* shape, int ndim) {
    std::string text = shape_text(shape, ndim);
    text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
    return text;
}

int broadcast_shape(const View* views, int count, std::int64_t (&shape)[max_ndim]) {
    int ndim = 0;
    for (int k = 0; k < count; ++k) ndim = std::max(ndim, views[k].ndim);
    for (int i = 0; i < ndim; ++i) {
        std::int64_t length = 1;
        for (int k = 0; k < count; ++k) {
            int const axis = i - (ndim - views[k].ndim);
            if (axis < 0 || views[k].shape[axis] == 1) continue;
            if (length != 1 && length != views[k].shape[axis]) {
                std::string text = "operands could not be broadcast together with shapes";
                for (int j = 0; j < count; ++j) {
                    text += " " + tight(views[j].shape, views[j].ndim);
                }
                throw shape_error(text);
            }
            length = views[k].shape[axis];
        }
        shape[i] = length;
    }
    return ndim;
}

void broadcast_strides(const View& view, int ndim, std::int64_t* strides) {
    int const extra = ndim - view.ndim;
    for (int i = 0; i < ndim; ++i) {
        bool const repeats = i < extra || view.shape[i - extra] == 1;
        strides[i] = repeats ? 0 : view.strides[i - extra];
    }
}

void broadcast_into(const View& view, const std::int64_t* shape, int ndim, std::int64_t* strides) {
    View inner = view;
    while (inner.ndim > ndim && inner.shape[0] == 1) {
        ++inner.shape;
        ++inner.strides;
        --inner.ndim;
    }
    bool fits = inner.ndim <= ndim;
    for (int i = 0; fits && i < inner.ndim; ++i) {
        fits = inner.shape[i] == 1 || inner.shape[i] == shape[ndim - inner.ndim + i];
    }
    if (!fits) {
        throw shape_error("could not broadcast input array from shape " +
                          tight(view.shape, view.ndim) + " into shape " + tight(shape, ndim));
    }
    broadcast_strides(inner, ndim, strides);
}

int join_axes(std::int64_t* lengths, std::int64_t* lists, int count, int ndim) {
    int kept = 0;
    for (int i = 0; i < ndim; ++i) {
        if (lengths[i] == 1) continue;
        bool joins = kept > 0;
        for (int k = 0; joins && k < count; ++k) {
            std::int64_t const* const strides = lists + std::ptrdiff_t{k} * max_ndim;
            joins = strides[kept - 1] == strides[i] * lengths[i];
        }
        int const at = joins ? kept - 1 : kept++;
        lengths[at] = joins ? lengths[at] * lengths[i] : lengths[i];
        for (int k = 0; k < count; ++k) {
            std::int64_t* const strides = lists + std::ptrdiff_t{k} * max_ndim;
            strides[at] = strides[i];
        }
    }
    if (kept == 0) {
        lengths[0] = 1;
        for (int k = 0; k < count; ++k) lists[std::ptrdiff_t{k} * max_ndim] = 0;
        kept = 1;
    }
    return kept;
}

}  // namespace autodiffx
