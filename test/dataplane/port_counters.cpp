// SPDX-License-Identifier: BSD-3-Clause
// Counts of a port only grow, whatever its driver does with them.
#include "dataplane/port_counters.hpp"

#include <catch2/catch.hpp>

using namespace flowlock;

namespace {
PortCounters counts(std::uint64_t received, std::uint64_t missed) {
    return {
        .received = {received}, .bytes = {received * 64}, .missed = {missed}, .errors = {}, .no_buffer = {}};
}
}  // namespace

TEST_CASE("what a driver has counted more since the last reading is added") {
    PortCounters sum;
    sum.add(counts(0, 0), counts(10, 1));
    sum.add(counts(10, 1), counts(25, 1));
    CHECK(sum.received == Packets{25});
    CHECK(sum.bytes == Bytes{25 * 64});
    CHECK(sum.missed == Packets{1});
}

TEST_CASE("a driver that begins anew, since its peer or device has changed, takes nothing back") {
    PortCounters sum;
    sum.add(counts(0, 0), counts(100, 7));
    sum.add(counts(100, 7), counts(30, 2));
    CHECK(sum.received == Packets{130});
    CHECK(sum.missed == Packets{9});
}

TEST_CASE("a single counter that falls back does not wrap") {
    PortCounters sum;
    sum.add(counts(100, 7), counts(120, 3));
    CHECK(sum.received == Packets{20});
    CHECK(sum.missed == Packets{3});
}
