// SPDX-License-Identifier: BSD-3-Clause
#include "packet/outcome.hpp"

#include <set>
#include <string>

#include <catch2/catch.hpp>

using namespace flowlock;

TEST_CASE("every outcome has a name of its own, and is decoded, not IP, or undecoded") {
    std::set<std::string> names;
    for (std::size_t i = 0; i < outcome_count; ++i) {
        const auto outcome = static_cast<Outcome>(i);
        CHECK(names.insert(std::string(name_of(outcome))).second);
        CHECK(is_decoded(outcome) + is_undecoded(outcome) + (outcome == Outcome::not_ip) == 1);
    }
    CHECK(names.count("") == 0);
}

TEST_CASE("tallies add up: the packets are the sum over all outcomes") {
    Tally a;
    a[Outcome::ipv4_tcp] += {3};
    a[Outcome::not_ip] += {2};
    Tally b;
    b[Outcome::ip_header_cut] += {5};
    b.wire_bytes += {64};
    a += b;
    CHECK(a.packets() == Packets{10});
    CHECK(a.wire_bytes == Bytes{64});
}
