// SPDX-License-Identifier: BSD-3-Clause
#include "control/loss_history.hpp"

#include <catch2/catch.hpp>

using namespace flowlock;

TEST_CASE("the loss between two seconds is what was lost between them, and every cause is named") {
    LossHistory history;
    history.add(101, {{"a", {0}}, {"b", {0}}});
    history.add(102, {{"a", {5}}, {"b", {0}}});
    history.add(103, {{"a", {5}}, {"b", {0}}});
    history.add(104, {{"a", {7}}, {"b", {1}}});
    const auto between = [&](std::int64_t begin_s, std::int64_t end_s) {
        return history.between(history.until(begin_s), history.until(end_s));
    };
    CHECK(between(0, 101) == Loss{{"a", {0}}, {"b", {0}}});
    CHECK(between(0, 102) == Loss{{"a", {5}}, {"b", {0}}});
    CHECK(between(102, 103) == Loss{{"a", {0}}, {"b", {0}}});
    CHECK(between(103, 104) == Loss{{"a", {2}}, {"b", {1}}});
    CHECK(between(101, 500) == Loss{{"a", {7}}, {"b", {1}}});
}

TEST_CASE("forgetting changes no difference that begins later") {
    LossHistory history;
    for (std::int64_t second = 1; second <= 100; ++second)
        history.add(second, {{"a", {static_cast<std::uint64_t>(second)}}});
    history.forget_before(50);
    for (std::int64_t begin_s = 50; begin_s <= 100; ++begin_s)
        CHECK(history.between(history.until(begin_s), history.until(100)) ==
              Loss{{"a", {static_cast<std::uint64_t>(100 - begin_s)}}});
}

TEST_CASE("what was lost before the clock was set back is not lost again after it") {
    LossHistory history;
    history.add(1000, {{"a", {10}}});
    history.add(500, {{"a", {13}}});
    CHECK(history.between(history.until(200), history.until(500)) == Loss{{"a", {3}}});
}

TEST_CASE("a cause that appears later was zero until then") {
    LossHistory history;
    history.add(1, {{"b", {1}}});
    const auto before = history.until(1);
    history.add(2, {{"a", {4}}, {"b", {1}}});
    CHECK(history.between(before, history.until(2)) == Loss{{"a", {4}}, {"b", {0}}});
}
