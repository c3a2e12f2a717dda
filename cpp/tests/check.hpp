// Tests in C++: TEST(name) { ... } makes one, check_main.cpp runs them all.
//
//     CHECK(condition)             notes a failure and goes on
//     CHECK_EQUAL(found, wanted)   the same, and prints both
//     CHECK_THROWS(Type, code)     the same, unless the code throws a Type
//     REQUIRE(condition)           ends the test (not to be used off its thread)
//
// Checks may be made from several threads at once. VARIATION(name) { ... } is a way to run all
// tests of the file: each runs once after each of these bodies.
#pragma once

#include <atomic>
#include <cstdio>
#include <limits>
#include <sstream>
#include <string>
#include <type_traits>
#include <vector>

namespace check {

struct Test {
    const char* name;
    void (*body)();
};

// In the order in which they stand in the file.
inline std::vector<Test>& tests() {
    static std::vector<Test> list;
    return list;
}

inline std::vector<Test>& variations() {
    static std::vector<Test> list;
    return list;
}

// Failures of all tests so far.
inline std::atomic<int> failures{0};

// The harness tests itself without a word about failures that it wants.
inline std::atomic<bool> quiet{false};

struct Abandoned {};

inline bool add(const char* name, void (*body)()) {
    tests().push_back({name, body});
    return true;
}

inline bool vary(const char* name, void (*begin)()) {
    variations().push_back({name, begin});
    return true;
}

template <class T>
std::string shown(const T& value) {
    std::ostringstream out;
    out.precision(std::numeric_limits<double>::max_digits10);
    if constexpr (std::is_enum_v<T>) out << +static_cast<std::underlying_type_t<T>>(value);
    else out << value;
    return out.str();
}

inline void fail(const char* file, int line, const std::string& what) {
    ++failures;
    if (!quiet) std::fprintf(stderr, "%s:%d: failed: %s\n", file, line, what.c_str());
}

template <class Found, class Wanted>
void equal(const char* file, int line, const char* code, const Found& found, const Wanted& wanted) {
    if (!(found == wanted))
        fail(file, line, std::string(code) + " is " + shown(found) + ", not " + shown(wanted));
}

}  // namespace check

#define TEST(name)                                                             \
    static void name();                                                        \
    [[maybe_unused]] static const bool name##_added = check::add(#name, name); \
    static void name()

// May stand in a header.
#define VARIATION(name)                                                          \
    inline void name();                                                          \
    [[maybe_unused]] inline const bool name##_varies = check::vary(#name, name); \
    inline void name()

#define CHECK(...) ((__VA_ARGS__) ? void() : check::fail(__FILE__, __LINE__, #__VA_ARGS__))

#define CHECK_EQUAL(found, wanted) check::equal(__FILE__, __LINE__, #found, (found), (wanted))

#define REQUIRE(...)                                       \
    do {                                                   \
        if (!(__VA_ARGS__)) {                              \
            check::fail(__FILE__, __LINE__, #__VA_ARGS__); \
            throw check::Abandoned{};                      \
        }                                                  \
    } while (false)

#define CHECK_THROWS(Type, ...)                                                         \
    do {                                                                                \
        bool thrown = false;                                                            \
        try {                                                                           \
            __VA_ARGS__;                                                                \
        } catch (const Type&) {                                                         \
            thrown = true;                                                              \
        }                                                                               \
        if (!thrown) check::fail(__FILE__, __LINE__, #__VA_ARGS__ " throws no " #Type); \
    } while (false)
