// Products of matrices, by the plain loops and by what stands in for BLAS: whole numbers, so that
// every order of summation gives the same bits.
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "arrays.hpp"
#include "autodiffx/loops.hpp"
#include "check.hpp"

using namespace recording;
using namespace autodiffx;

namespace {

// What BLAS does, from its description alone; it refuses what BLAS refuses.
template <class T>
void product(char* transpose_a, char* transpose_b, int* m, int* n, int* k, T* alpha, T* a, int* lda,
             T* b, int* ldb, T* beta, T* c, int* ldc) {
    bool const turned_a = *transpose_a == 'T', turned_b = *transpose_b == 'T';
    CHECK(*lda >= std::max(1, turned_a ? *k : *m));
    CHECK(*ldb >= std::max(1, turned_b ? *n : *k));
    CHECK(*ldc >= std::max(1, *m));
    for (int i = 0; i < *m; ++i) {
        for (int j = 0; j < *n; ++j) {
            T sum = 0;
            for (int p = 0; p < *k; ++p) {
                sum += (turned_a ? a[p + i * *lda] : a[i + p * *lda]) *
                       (turned_b ? b[j + p * *ldb] : b[p + j * *ldb]);
            }
            T& to = c[i + j * *ldc];
            to = *alpha * sum + (*beta == T(0) ? T(0) : *beta * to);
        }
    }
}

// What NumPy's loop does; it is asked for nothing that it would not hand to BLAS.
template <class T>
void numpys(char** pointers, const std::ptrdiff_t* lengths, const std::ptrdiff_t* steps, void*) {
    constexpr auto item = static_cast<std::ptrdiff_t>(sizeof(T));
    std::ptrdiff_t const m = lengths[1], k = lengths[2], n = lengths[3];
    std::ptrdiff_t const sizes[3][2] = {{m, k}, {k, n}, {m, n}};
    CHECK_EQUAL(lengths[0], 1);
    for (int i = 0; i < 3; ++i) {
        std::ptrdiff_t const down = steps[3 + 2 * i], along = steps[4 + 2 * i];
        CHECK((along == item && down >= sizes[i][1] * item) ||
              (down == item && along >= sizes[i][0] * item && i < 2));
    }
    for (std::ptrdiff_t i = 0; i < m; ++i) {
        for (std::ptrdiff_t j = 0; j < n; ++j) {
            T sum = 0;
            for (std::ptrdiff_t p = 0; p < k; ++p) {
                sum += *reinterpret_cast<T*>(pointers[0] + i * steps[3] + p * steps[4]) *
                       *reinterpret_cast<T*>(pointers[1] + p * steps[5] + j * steps[6]);
            }
            *reinterpret_cast<T*>(pointers[2] + i * steps[7] + j * steps[8]) = sum;
        }
    }
}

struct WithNumpys {
    explicit WithNumpys(bool with_blas) {
        if (with_blas) blas.gemm = product<double>, blas.single_gemm = product<float>;
        blas.product = {numpys<double>}, blas.single_product = {numpys<float>};
    }
    WithNumpys(const WithNumpys&) = delete;
    WithNumpys& operator=(const WithNumpys&) = delete;
    ~WithNumpys() { blas = {}; }
};

struct WithBlas {
    WithBlas() { blas.gemm = product<double>, blas.single_gemm = product<float>; }
    WithBlas(const WithBlas&) = delete;
    WithBlas& operator=(const WithBlas&) = delete;
    ~WithBlas() { blas = {}; }
};

// How a matrix lies in its leaf.
enum class Layout { rows, columns, wide, sparse, backwards, repeated };
constexpr std::array layouts = {Layout::rows,   Layout::columns,   Layout::wide,
                                Layout::sparse, Layout::backwards, Layout::repeated};

struct Matrix {
    std::int64_t rows, columns, row_step = 0, column_step = 0, offset = 0, room = 0;
    Matrix(std::int64_t m, std::int64_t n, Layout layout) : rows(m), columns(n) {
        switch (layout) {
            case Layout::rows:
                row_step = n, column_step = 1;
                break;
            case Layout::columns:
                row_step = 1, column_step = m;
                break;
            case Layout::wide:
                row_step = n + 3, column_step = 1, offset = 2;
                break;
            case Layout::sparse:
                row_step = 2 * n + 1, column_step = 2, offset = 1;
                break;
            case Layout::backwards:
                row_step = -n, column_step = 1, offset = m * n;
                break;
            case Layout::repeated:
                row_step = 0, column_step = 1;
                break;
        }
        room = 4 * (m + 1) * (n + 1) + 1;  // an odd number: the last slot of floats is half full
    }
    [[nodiscard]] std::size_t at(std::int64_t i, std::int64_t j) const {
        return static_cast<std::size_t>(offset + i * row_step + j * column_step);
    }
    [[nodiscard]] Seen of(const ArrayOperand& whole) const {
        return {whole, {rows, columns}, {row_step, column_step}, offset};
    }
    [[nodiscard]] Elements numbers(int from) const {
        Elements result(static_cast<std::size_t>(room));
        for (std::size_t i = 0; i < result.size(); ++i)
            result[i] = static_cast<double>((static_cast<int>(i) * 7 + from) % 11 - 5);
        return result;
    }
};

struct Case {
    Matrix a, b;
    Dtype dtype;
    bool a_active, b_active;

    // c += a b along all indices, of leaves' elements; T is a number or a vector of sums.
    template <class Visit>
    void for_each(Visit visit) const {
        for (std::int64_t i = 0; i < a.rows; ++i) {
            for (std::int64_t j = 0; j < b.columns; ++j) {
                for (std::int64_t k = 0; k < a.columns; ++k)
                    visit(static_cast<std::size_t>(i * b.columns + j), a.at(i, k), b.at(k, j));
            }
        }
    }

    void check() const {
        Elements const of_a = a.numbers(1), of_b = b.numbers(4), along_a = a.numbers(6),
                       along_b = b.numbers(9);
        Array const left({a.room}, of_a, dtype), right({b.room}, of_b, dtype);
        Elements weights(static_cast<std::size_t>(a.rows * b.columns));
        for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = double(i % 5) - 1.0;

        Elements value(weights.size()), moved(weights.size()), by_a(of_a.size()), by_b(of_b.size()),
            bent_a(of_a.size()), bent_b(of_b.size());
        for_each([&](std::size_t c, std::size_t i, std::size_t j) {
            double const da = a_active ? along_a[i] : 0.0, db = b_active ? along_b[j] : 0.0;
            value[c] += of_a[i] * of_b[j];
            moved[c] += da * of_b[j] + of_a[i] * db;
            by_a[i] += weights[c] * of_b[j];
            by_b[j] += weights[c] * of_a[i];
            bent_a[i] += weights[c] * db;
            bent_b[j] += weights[c] * da;
        });

        Graph tape;
        ArrayOperand a_whole = left.on(tape), b_whole = right.on(tape);
        if (!a_active) a_whole.kind = Kind::varying;
        if (!b_active) b_whole.kind = Kind::varying;
        Seen const a_seen = a.of(a_whole), b_seen = b.of(b_whole);
        // What stood in its slots before is not part of a product, not even of nothing.
        Position const before = tape->position();
        for (int i = 0; i < 20; ++i) number(tape, i + 0.5);
        tape->rewind(before);
        Buffer<double>(autodiffx::slots_for(a.rows * b.columns, dtype), 0.5);
        Shown const result(tape, record_matmul(tape, a_seen.operand(), b_seen.operand()));
        CHECK(result.elements() == value);
        if (value.empty()) CHECK_EQUAL(numbers(tape, result.made).back(), 0.0);
        if (!a_active && !b_active) {
            CHECK(result.made.kind == Kind::varying);
            return;
        }
        ArrayOperand const whole = result.operand();
        std::vector<LeafTangent> direction;
        if (a_active) direction.push_back(along(left, along_a));
        if (b_active) direction.push_back(along(right, along_b));
        auto const tangents = tangent(tape, whole.first, whole.last(), direction);
        CHECK(unpacked(tangents.data(), moved.size(), dtype) == moved);
        auto const slopes = gradient(tape, seed_of(whole, weights));
        if (a_active) CHECK(adjoints_of(slopes, left) == by_a);
        if (b_active) CHECK(adjoints_of(slopes, right) == by_b);
        auto const bent = hessian_product(tape, seed_of(whole, weights), direction);
        if (a_active) CHECK(adjoints_of(bent, left) == bent_a);
        if (b_active) CHECK(adjoints_of(bent, right) == bent_b);
        if (!a_active) return;
        left.set(a.numbers(3));
        replay(tape);
        Elements again(value.size());
        for_each([&](std::size_t c, std::size_t i, std::size_t j) {
            again[c] += a.numbers(3)[i] * of_b[j];
        });
        CHECK(result.elements() == again);
    }
};

void all_layouts() {
    for (Dtype const dtype : {Dtype::float64, Dtype::float32}) {
        for (Layout const of_a : layouts) {
            for (Layout const of_b : layouts) {
                Case{{2, 3, of_a}, {3, 4, of_b}, dtype, true, true}.check();
                Case{{1, 3, of_a}, {3, 1, of_b}, dtype, true, true}.check();
                Case{{3, 1, of_a}, {1, 2, of_b}, dtype, true, true}.check();
            }
        }
    }
}

void all_sizes() {
    for (Dtype const dtype : {Dtype::float64, Dtype::float32}) {
        for (std::int64_t m = 0; m < 3; ++m) {
            for (std::int64_t n = 0; n < 3; ++n) {
                for (std::int64_t k = 0; k < 3; ++k) {
                    Case{{m, k, Layout::rows}, {k, n, Layout::rows}, dtype, true, true}.check();
                }
            }
        }
    }
}

}  // namespace

TEST(plain_loops_in_every_layout) { all_layouts(); }
TEST(plain_loops_in_every_size) { all_sizes(); }
TEST(blas_in_every_layout) {
    WithBlas const with;
    all_layouts();
}
TEST(blas_in_every_size) {
    WithBlas const with;
    all_sizes();
}

TEST(numpys_product_in_every_layout_and_size) {
    for (bool const with_blas : {false, true}) {
        WithNumpys const with(with_blas);
        all_layouts();
        all_sizes();
    }
}

// The ends of a product tell whether an infinity is in what was multiplied, wherever it is.
TEST(an_infinity_anywhere_is_noticed) {
    double const infinity = std::numeric_limits<double>::infinity();
    for (bool const with_numpys : {false, true}) {
        if (with_numpys) blas.product = {numpys<double>};
        for (std::size_t at = 0; at < 6; ++at) {
            for (double const odd : {infinity, -infinity, std::nan("")}) {
                Graph tape;
                Elements of_x = {1, 2, 3, 4, 5, 6};
                of_x[at] = odd;
                const Array x({3, 2}, of_x), y({2, 4}, {1, 0, 1, 0, 0, 1, 0, 1});
                Shown const result(tape, record_matmul(tape, x.on(tape), y.on(tape)));
                // Nothing is passed on of the row that holds it.
                Elements weights(12, 1.0);
                for (std::size_t j = 0; j < 4; ++j) weights[at / 2 * 4 + j] = 0.0;
                auto const found = gradient(tape, seed_of(result.operand(), weights));
                Elements expected(8);
                for (std::size_t i = 0; i < 3; ++i) {
                    for (std::size_t j = 0; j < 8; ++j)
                        expected[j] += i == at / 2 ? 0.0 : of_x[2 * i + j / 4];
                }
                CHECK(adjoints_of(found, y) == expected);
            }
        }
        blas = {};
    }
}

TEST(passive_operands_get_no_adjoint) {
    for (Layout const layout : {Layout::rows, Layout::columns}) {
        Case{{2, 3, layout}, {3, 2, layout}, Dtype::float64, true, false}.check();
        Case{{2, 3, layout}, {3, 2, layout}, Dtype::float64, false, true}.check();
        Case{{2, 3, layout}, {3, 2, layout}, Dtype::float64, false, false}.check();
    }
}

TEST(a_matrix_times_itself) {
    Graph tape;
    const Array x({2, 2}, {1, 2, 3, 4});
    Seen const transposed(x.on(tape), {2, 2}, {1, 2});
    Shown const result(tape, record_matmul(tape, x.on(tape), transposed.operand()));
    CHECK(result.elements() == (Elements{5, 11, 11, 25}));
    auto const found = gradient(tape, seed_of(result.operand(), {1, 0, 2, 1}));
    CHECK(adjoints_of(found, x) == (Elements{8, 12, 8, 12}));
}

TEST(zero_wins_against_infinity) {
    double const infinity = std::numeric_limits<double>::infinity();
    for (bool const with_blas : {false, true}) {
        if (with_blas) blas.gemm = product<double>;
        Graph tape;
        const Array x({2, 2}, {infinity, 2, 1, 5}), y({2, 1}, {3, 4});
        Seen const of_x(x.on(tape), {2, 2}, {2, 1}), of_y(y.on(tape), {2, 1}, {1, 1});
        Shown const result(tape, record_matmul(tape, of_x.operand(), of_y.operand()));
        ArrayOperand const whole = result.operand();
        CHECK(adjoints_of(gradient(tape, seed_of(whole, {0, 1})), y) == (Elements{1, 5}));
        auto const by_y = tangent(tape, whole.first, whole.last(), {along(y, {0, 1})});
        CHECK(unpacked(by_y.data(), 2) == (Elements{2, 5}));
        auto const by_both =
            tangent(tape, whole.first, whole.last(), {along(x, {1, 0, 0, 1}), along(y, {0, 1})});
        CHECK(unpacked(by_both.data(), 2) == (Elements{5, 9}));
        blas = {};
    }
}

TEST(what_a_product_reads_is_not_written_over) {
    Graph tape;
    const Array x({2, 2}, {1, 2, 3, 4});
    Shown const y(tape, zeros(tape, {2, 2}));
    record_write(tape, y.operand(), x.on(tape));
    Shown const result(tape, record_matmul(tape, y.operand(), y.operand()));
    record_write(tape, y.operand(), scalar(number(tape, 0.0)));
    CHECK(result.elements() == (Elements{7, 10, 15, 22}));
    auto const found = gradient(tape, seed_of(result.operand(), {1, 1, 1, 1}));
    CHECK(adjoints_of(found, x) == (Elements{7, 11, 9, 13}));
}
