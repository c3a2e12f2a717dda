// Blocks from and to the elements of views.
#include "autodiffx/runs.hpp"

#include <algorithm>
#include <cstring>

namespace autodiffx {

Run::Run(const void* extent, const ArrayPart& part, const ArrayRecord& record, int components,
         int component)
    : dtype_(part.dtype),
      components_(components),
      loops_(record.loops()),
      repeats_(true),
      neighbours_(true),
      lengths_(record.lengths()),
      strides_(part.strides) {
    auto const item = static_cast<std::ptrdiff_t>(item_size(dtype_));
    auto* const start = static_cast<char*>(const_cast<void*>(extent));
    base_ = start + (part.offset * components + component) * item;
    for (int i = 0; i < loops_; ++i) repeats_ = repeats_ && (strides_[i] == 0 || lengths_[i] == 1);
    std::int64_t step = 1;
    for (int i = loops_; i-- > 0; step *= lengths_[i])
        neighbours_ = neighbours_ && strides_[i] == step;
    bool const is_double = dtype_ == Dtype::float64 && components == 1;
    dense_ = neighbours_ && is_double;
    is_row_ = is_double && loops_ == 2 && strides_[0] == 0 && strides_[1] == 1 && !neighbours_;
    is_column_ = is_double && loops_ == 2 && strides_[1] == 0 && !neighbours_;
}

// Calls use(element, index in the block, times that it repeats) for each element of a column.
template <class Use>
void Run::for_each_in_column(std::int64_t from, Use use) const {
    auto const count = static_cast<std::int64_t>(Scratch::here().length);
    std::int64_t const width = lengths_[1];
    auto* element = reinterpret_cast<double*>(base_) + from / width * strides_[0];
    std::int64_t times = std::min(width - from % width, count);
    for (std::int64_t done = 0; done < count; element += strides_[0]) {
        use(*element, done, times);
        done += times;
        times = std::min(width, count - done);
    }
}

// Calls use(element, index in the block) for each.
template <class S, class Use>
void Run::for_each(std::int64_t from, Use use) const {
    auto const count = static_cast<std::int64_t>(Scratch::here().length);
    auto* const elements = reinterpret_cast<S*>(base_);
    if (neighbours_ && components_ == 1) {
        for (std::int64_t i = 0; i < count; ++i) use(elements[from + i], i);
        return;
    }
    std::int64_t at[max_ndim];
    std::int64_t rest = from, place = 0;
    for (int i = loops_; i-- > 0;) {
        at[i] = rest % lengths_[i];
        rest /= lengths_[i];
        place += at[i] * strides_[i];
    }
    int const inner = loops_ - 1;
    std::int64_t const step = strides_[inner] * components_;
    for (std::int64_t done = 0; done < count;) {
        std::int64_t const run = std::min(count - done, lengths_[inner] - at[inner]);
        S* element = elements + place * components_;
        if (step == 1) {  // said apart, so that it becomes vector instructions
            for (std::int64_t i = 0; i < run; ++i) use(element[i], done + i);
        } else {
            for (std::int64_t i = 0; i < run; ++i, element += step) use(*element, done + i);
        }
        done += run;
        place += run * strides_[inner];
        at[inner] += run;
        for (int i = inner; i > 0 && at[i] == lengths_[i]; --i) {
            place += strides_[i - 1] - strides_[i] * lengths_[i];
            at[i] = 0;
            ++at[i - 1];
        }
    }
}

template <class Use>
void Run::visit(std::int64_t from, Use use) const {
    switch (dtype_) {
        case Dtype::float64:
            for_each<double>(from, use);
            break;
        case Dtype::float32:
            for_each<float>(from, use);
            break;
        case Dtype::boolean:
            for_each<std::uint8_t>(from, use);
            break;
    }
}

Block Run::read(std::int64_t from) const {
    if (dense_) return Block(reinterpret_cast<const double*>(base_) + from);
    if (repeats_) {
        switch (dtype_) {
            case Dtype::float64:
                return *reinterpret_cast<const double*>(base_);
            case Dtype::float32:
                return double{*reinterpret_cast<const float*>(base_)};
            default:
                return double(*reinterpret_cast<const std::uint8_t*>(base_));
        }
    }
    double* const block = Scratch::here().take();
    if (is_column_) {
        for_each_in_column(from, [block](double element, std::int64_t i, std::int64_t times) {
            if (times > few) std::fill_n(block + i, times, element);
            for (std::int64_t j = 0; times <= few && j < times; ++j) {
                AUTODIFFX_OPAQUE(j);
                block[i + j] = element;
            }
        });
        return Block(block);
    }
    visit(from, [block](auto& element, std::int64_t i) { block[i] = double(element); });
    return Block(block);
}

void Run::add(std::int64_t from, const Block& block) const {
    std::size_t const count = Scratch::here().length;
    if (block.data == nullptr) {
        if (block.value == 0.0) return;
        if (repeats_) {
            double const sum = block.value * static_cast<double>(count);
            if (dtype_ == Dtype::float64) *reinterpret_cast<double*>(base_) += sum;
            else *reinterpret_cast<float*>(base_) += static_cast<float>(sum);
            return;
        }
        double const value = block.value;
        visit(from, [value](auto& element, std::int64_t) {
            using S = std::decay_t<decltype(element)>;
            element = static_cast<S>(double(element) + value);
        });
        return;
    }
    if (dense_) {
        accumulate(reinterpret_cast<double*>(base_) + from, block.data, count);
    } else if (repeats_) {
        double const sum = total_of(block.data, count);
        if (dtype_ == Dtype::float64) *reinterpret_cast<double*>(base_) += sum;
        else *reinterpret_cast<float*>(base_) += static_cast<float>(sum);
    } else if (is_row_) {
        accumulate_rows(reinterpret_cast<double*>(base_), static_cast<std::size_t>(lengths_[1]),
                        static_cast<std::size_t>(from % lengths_[1]), block.data, count);
    } else if (is_column_) {
        const double* const data = block.data;
        for_each_in_column(from, [data](double& element, std::int64_t i, std::int64_t times) {
            double sum = element;
            for (std::int64_t j = 0; j < times; ++j) sum += data[i + j];
            element = sum;
        });
    } else {
        const double* const data = block.data;
        visit(from, [data](auto& element, std::int64_t i) {
            using S = std::decay_t<decltype(element)>;
            element = static_cast<S>(double(element) + data[i]);
        });
    }
}

void Run::add_chain(std::int64_t from, const Block& adjoint, const Block& partial) const {
    // One pass where nothing else is simpler: a factor of one or zero is.
    bool const plain = adjoint.is(1.0) || adjoint.is(0.0) || partial.is(1.0) || partial.is(0.0);
    if (!dense_ || plain || (adjoint.data == nullptr && partial.data == nullptr))
        return add(from, chain(adjoint, partial));
    std::size_t const count = Scratch::here().length;
    double* const sum = reinterpret_cast<double*>(base_) + from;
    if (adjoint.data == nullptr) accumulate_chain(sum, partial.data, adjoint.value, count);
    else if (partial.data == nullptr) accumulate_chain(sum, adjoint.data, partial.value, count);
    else accumulate_chain(sum, adjoint.data, partial.data, count);
}

void Run::assign_chain(std::int64_t from, const Block& adjoint, const Block& partial) const {
    bool const plain = adjoint.is(1.0) || adjoint.is(0.0) || partial.is(1.0) || partial.is(0.0);
    if (!dense_ || plain || (adjoint.data == nullptr && partial.data == nullptr))
        return write(from, chain(adjoint, partial));
    std::size_t const count = Scratch::here().length;
    double* const to = reinterpret_cast<double*>(base_) + from;
    if (adjoint.data == nullptr) autodiffx::assign_chain(to, partial.data, adjoint.value, count);
    else if (partial.data == nullptr)
        autodiffx::assign_chain(to, adjoint.data, partial.value, count);
    else autodiffx::assign_chain(to, adjoint.data, partial.data, count);
}

void Run::write(std::int64_t from, const Block& block) const {
    if (block.data == nullptr) {
        double const value = block.value;
        visit(from, [value](auto& element, std::int64_t) {
            element = static_cast<std::decay_t<decltype(element)>>(value);
        });
    } else if (dense_) {
        std::memcpy(reinterpret_cast<double*>(base_) + from, block.data,
                    Scratch::here().length * sizeof(double));
    } else {
        const double* const data = block.data;
        visit(from, [data](auto& element, std::int64_t i) {
            element = static_cast<std::decay_t<decltype(element)>>(data[i]);
        });
    }
}

}  // namespace autodiffx
