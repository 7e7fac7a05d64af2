// SPDX-License-Identifier: BSD-3-Clause
// The last resort ends a process, so each test makes one.
#include "flowlock/last_resort.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using namespace std::chrono_literals;

namespace flowlock {
namespace {

constexpr int not_written = 1;
constexpr int hung_too_long = 99;

// The exit status of a process that does this, and then hangs.
template <class Deed>
int status_of(Deed deed) {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        LastResort last_resort(not_written);
        deed(last_resort);
        std::this_thread::sleep_for(20s);
        ::_exit(hung_too_long);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    return WEXITSTATUS(status);
}

}  // namespace

TEST_CASE("an end that hangs is a failure while not all is written") {
    CHECK(status_of([](LastResort& last_resort) { last_resort.begin(50ms); }) == not_written);
}

TEST_CASE("an end that hangs when all is written is no failure") {
    CHECK(status_of([](LastResort& last_resort) {
              last_resort.begin(50ms);
              last_resort.set_status(0);
          }) == 0);
}

TEST_CASE("who ends in time lives on, and need not wait") {
    const auto begin = std::chrono::steady_clock::now();
    {
        LastResort last_resort(not_written);
        last_resort.begin(20s);
    }
    CHECK(std::chrono::steady_clock::now() - begin < 10s);
    const LastResort never_begun(not_written);
}

}  // namespace flowlock
