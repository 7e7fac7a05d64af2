// SPDX-License-Identifier: BSD-3-Clause
#include "flow/epoch_sequence.hpp"

#include <catch2/catch.hpp>

using namespace flowlock;
using namespace std::chrono_literals;

namespace {
constexpr Time at(double seconds) {
    return Time{Duration{static_cast<std::int64_t>(seconds * 1e9)}};
}
}  // namespace

TEST_CASE("an epoch is a second of packet time, and gaps of any length are one step") {
    EpochSequence epochs;
    CHECK(epochs.next(at(100.5)) == EpochName{1, 100});
    CHECK(epochs.next(at(100.999)) == EpochName{1, 100});
    CHECK(epochs.next(at(101)) == EpochName{2, 101});
    CHECK(epochs.next(at(1e9)) == EpochName{3, 1'000'000'000});
}

TEST_CASE("a packet up to a second older than the running epoch is counted in it") {
    EpochSequence epochs;
    CHECK(epochs.next(at(100)) == EpochName{1, 100});
    CHECK(epochs.next(at(99)) == EpochName{1, 100});
    CHECK(epochs.next(at(100.3)) == EpochName{1, 100});
}

TEST_CASE("an older packet sets the clock back, and a new epoch begins") {
    EpochSequence epochs;
    CHECK(epochs.next(at(100)) == EpochName{1, 100});
    CHECK(epochs.next(at(98.9)) == EpochName{2, 98});
    CHECK(epochs.next(at(5)) == EpochName{3, 5});
    CHECK(epochs.next(at(6)) == EpochName{4, 6});
}

TEST_CASE("times before 1970 and at the ends of what can be said do no harm") {
    EpochSequence epochs;
    CHECK(epochs.next(at(-0.5)) == EpochName{1, -1});
    CHECK(epochs.next(Time::max()).sequence == 2);
    CHECK(epochs.next(Time::max()).sequence <= 3);
    CHECK(epochs.next(Time::min()).sequence <= 4);
    CHECK(epochs.next(Time::min()).start_s < -9'000'000'000);
}
