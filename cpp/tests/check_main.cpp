// Runs the tests of one file; with arguments, those whose names contain one of them.
#include "check.hpp"

#include <algorithm>
#include <exception>
#include <string_view>

namespace {

void run(const check::Test& test) {
    try {
        test.body();
    } catch (const check::Abandoned&) {
        // Already counted where it was thrown.
    } catch (const std::exception& error) {
        check::fail(test.name, 0, std::string("unexpected exception: ") + error.what());
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto chosen = [&](const check::Test& test) {
        return argc == 1 || std::any_of(argv + 1, argv + argc, [&](std::string_view part) {
                   return std::string_view(test.name).find(part) != std::string_view::npos;
               });
    };
    int passed = 0;
    int failed = 0;
    const auto run_all = [&](const char* variation) {
        for (const check::Test& test : check::tests()) {
            if (!chosen(test)) continue;
            const int before = check::failures;
            run(test);
            const bool good = check::failures == before;
            ++(good ? passed : failed);
            if (!good) std::printf("FAILED %s%s\n", test.name, variation);
        }
    };
    if (check::variations().empty()) run_all("");
    for (const check::Test& variation : check::variations()) {
        variation.body();
        run_all((std::string(", ") + variation.name).c_str());
    }
    std::printf("%d passed, %d failed\n", passed, failed);
    // A name that chooses nothing is a mistake, not a success.
    return failed == 0 && passed > 0 ? 0 : 1;
}
