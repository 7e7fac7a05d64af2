// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/inspection_budget.hpp"

#include <catch2/catch.hpp>

using flowlock::InspectionBudget;

TEST_CASE("while nothing waits, everything may be looked at, and nothing is owed for it later") {
    InspectionBudget budget;
    std::uint64_t now = 1'000'000;
    for (int burst = 0; burst < 100; ++burst) {
        budget.begin_burst(now, false);
        REQUIRE(budget.allows());
        budget.spend(1'000'000);
        now += 1'000'000;
    }
    budget.begin_burst(now, true);
    CHECK(budget.allows());
}

TEST_CASE("while packets wait, a twelfth of the time goes into it, whatever a look costs") {
    for (const std::uint64_t cost : {50u, 300u, 1'000u, 5'000u}) {
        InspectionBudget budget;
        std::uint64_t now = 1'000'000, looking = 0;
        const std::uint64_t begin = now;
        for (int burst = 0; burst < 100'000; ++burst) {
            budget.begin_burst(now, true);
            now += 3'000;  // all but the looks
            for (int packet = 0; packet < 32 && budget.allows(); ++packet) {
                budget.spend(cost);
                looking += cost;
                now += cost;
            }
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
    budget.begin_burst(std::uint64_t{1} << 62, true);
    std::int64_t spent = 0;
    for (; budget.allows(); spent += 100) budget.spend(100);
    CHECK(spent <= InspectionBudget::credit_max + 100);
}
