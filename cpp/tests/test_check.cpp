// The harness itself: a check that could not fail would hide every other failure.
#include "check.hpp"

#include <stdexcept>
#include <thread>

namespace {

enum class Fruit : unsigned char { apple = 7 };

// Failures that `body` notes; they are taken back.
template <class Body>
int failures_of(const Body& body) {
    const int before = check::failures;
    check::quiet = true;
    try {
        body();
    } catch (const check::Abandoned&) {
        // REQUIRE has left the body, as it should.
    }
    check::quiet = false;
    return check::failures.exchange(before) - before;
}

}  // namespace

TEST(true_checks_pass) {
    CHECK_EQUAL(failures_of([] { CHECK(1 < 2); }), 0);
    CHECK_EQUAL(failures_of([] { CHECK_EQUAL(0.1 + 0.2, 0.30000000000000004); }), 0);
    CHECK_EQUAL(failures_of([] { CHECK_THROWS(std::runtime_error, throw std::runtime_error("")); }),
                0);
}

TEST(false_checks_fail) {
    CHECK_EQUAL(failures_of([] { CHECK(2 < 1); }), 1);
    CHECK_EQUAL(failures_of([] { CHECK_EQUAL(0.1 + 0.2, 0.3); }), 1);
    CHECK_EQUAL(failures_of([] { CHECK_THROWS(std::runtime_error, void()); }), 1);
}

TEST(require_leaves_the_test) {
    bool went_on = false;
    const int noted = failures_of([&] {
        REQUIRE(2 < 1);
        went_on = true;
    });
    CHECK_EQUAL(noted, 1);
    CHECK(!went_on);
}

TEST(values_are_shown_to_their_last_digit) {
    CHECK_EQUAL(check::shown(0.1), "0.10000000000000001");
    CHECK_EQUAL(check::shown(Fruit::apple), "7");
}

TEST(threads_are_counted) {
    const int noted = failures_of([] {
        const auto fails = [] {
            for (int i = 0; i < 3; ++i) CHECK(i < 0);
        };
        std::thread first(fails);
        std::thread second(fails);
        first.join();
        second.join();
    });
    CHECK_EQUAL(noted, 6);
}

static int begun = 0, runs = 0;
VARIATION(one_way) { ++begun; }
VARIATION(the_other_way) { ++begun; }

TEST(each_test_runs_once_in_each_variation) {
    CHECK_EQUAL(check::variations().size(), 2u);
    CHECK_EQUAL(++runs, begun);
}
