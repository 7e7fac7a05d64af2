// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/inspection_budget.hpp"

#include <catch2/catch.hpp>

using flowlock::InspectionBudget;

TEST_CASE("while nothing waits, everything may be looked at, and nothing is owed for it later") {
    InspectionBudget budget;
    std::uint64_t now = 1'000'000;
    for (int burst = 0; burst < 100; ++burst) {
        REQUIRE(budget.begin_burst(now, false));
        budget.spend(1'000'000);
        now += 1'000'000;
    }
    CHECK(budget.begin_burst(now, true));
}

TEST_CASE("while packets wait, a sixteenth of the time goes into it, whatever a burst costs") {
    for (const std::uint64_t cost : {50u, 300u, 1'000u, 40'000u}) {
        InspectionBudget budget;
        std::uint64_t now = 1'000'000, looking = 0;
        const std::uint64_t begin = now;
        for (int burst = 0; burst < 100'000; ++burst) {
            if (budget.begin_burst(now, true)) {
                budget.spend(cost);
                looking += cost;
                now += cost;
            }
            now += burst % 2 == 0 ? 200 : 500;  // all else
        }
        const double share = static_cast<double>(looking) / static_cast<double>(now - begin);
        INFO(cost);
        CHECK(share > 0.95 / InspectionBudget::share);
        CHECK(share < 1.05 / InspectionBudget::share);
    }
}

TEST_CASE("what is saved up in a quiet time is bounded") {
    InspectionBudget budget;
    budget.begin_burst(1, false);
    constexpr std::uint64_t much_later = std::uint64_t{1} << 62;
    std::int64_t spent = 0;
    for (; budget.begin_burst(much_later, true); spent += 100) budget.spend(100);
    CHECK(spent <= InspectionBudget::credit_max + 100);
}
