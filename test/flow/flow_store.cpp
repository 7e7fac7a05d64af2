// SPDX-License-Identifier: BSD-3-Clause
// A store of flows alone: what it was given it finds again, and what it forgets makes room.
#include "flow/flow_store.hpp"

#include <map>
#include <random>

#include <catch2/catch.hpp>

using namespace flowlock;

TEST_CASE("the flow store finds each of a million flows again, and adds none twice") {
    FlowStore flows(1 << 20, HashKey{});
    const auto key_of = [](std::uint32_t i) {
        FlowKey key;
        key.address[0] = {0, 0xffff0000u | std::uint64_t{i} << 32};
        key.address[1] = {i % 3 == 0 ? i : 0u, 0xffff0000u};
        key.family = i % 3 == 0 ? 6 : 4;
        return key;
    };
    for (std::uint32_t i = 0; i < 1'000'000; ++i) {
        const FlowKey key = key_of(i);
        const auto found = flows.find_or_add(key, flows.hash(key));
        REQUIRE((found.added && found.id == i));
    }
    for (std::uint32_t i = 0; i < 1'000'000; i += 7) {
        const FlowKey key = key_of(i);
        const auto found = flows.find_or_add(key, flows.hash(key));
        REQUIRE((!found.added && found.id == i));
    }
}

TEST_CASE("a store that forgets and adds at random finds what it kept, nothing else, and grows no further") {
    constexpr std::uint32_t flows_max = 3000;
    FlowStore flows(flows_max, HashKey{});
    std::map<std::uint32_t, FlowId> kept;
    std::mt19937 random(3);
    const auto key_of = [](std::uint32_t i) {
        FlowKey key;
        key.address[1] = {0, 0xffff0000u | std::uint64_t{i} << 32};
        return key;
    };
    for (int step = 0; step < 100'000; ++step) {
        const std::uint32_t number = random() % 10'000;
        const FlowKey key = key_of(number);
        if (const auto at = kept.find(number); at != kept.end() && random() % 2 == 0) {
            flows.forget(at->second);
            CHECK_FALSE(flows.is_kept(at->second));
            kept.erase(at);
            continue;
        }
        const auto found = flows.find_or_add(key, flows.hash(key));
        const auto known = kept.find(number);
        if (known != kept.end()) {
            REQUIRE((!found.added && found.id == known->second));
        } else if (kept.size() == flows_max) {
            REQUIRE(found.id == no_flow);
        } else {
            REQUIRE(found.added);
            REQUIRE(flows[found.id].packets[0] == 0);
            kept[number] = found.id;
        }
        REQUIRE(flows.size() == kept.size());
    }
    CHECK(flows.end_id() <= flows_max);
    CHECK(flows.seen().value > flows_max);
}
