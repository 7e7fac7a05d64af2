// SPDX-License-Identifier: BSD-3-Clause
#include "detect/scan_tests.hpp"

#include <cmath>
#include <random>

#include <catch2/catch.hpp>

using namespace flowlock;
using namespace flowlock::scan_tests;

namespace {

// The likelihood ratio in bits, in floating point, from the probabilities themselves.
double log2_ratio(double theta0, double theta1, ContactCounts counts) {
    return counts.failed * std::log2((1 - theta1) / (1 - theta0)) +
           counts.cleared * std::log2(theta1 / theta0);
}

}  // namespace

TEST_CASE("the integer weights are those of the probabilities, and favour the host where they are rounded") {
    for (const ContactCounts counts :
         {ContactCounts{100, 0}, ContactCounts{1000, 100}, ContactCounts{50, 50}}) {
        CHECK(static_cast<double>(log2_against_ordinary(counts)) ==
              Approx(log2_ratio(0.8, 0.2, counts)).margin(1e-9));
        const auto is_near = [&](Weights weights, double theta0, double theta1) {
            const double exact = log2_ratio(theta0, theta1, counts);
            const double ours = static_cast<double>(weights.log2_ratio(counts)) / 1000;
            CHECK(ours <= exact + 1e-9);
            CHECK(ours == Approx(exact).margin(0.001 * counts.targets()));
        };
        is_near(against_peer, 0.25, 0.05);
        is_near(against_any_client, 0.2, 0.02);
    }
}

TEST_CASE("fifty failures and no answer reject even a peer-to-peer node, forty-nine do not") {
    CHECK(passes(against_peer, {.failed = 50, .cleared = 0}, 50));
    CHECK_FALSE(passes(against_peer, {.failed = 49, .cleared = 0}, 50));
    CHECK_FALSE(passes(against_peer, {.failed = 50, .cleared = 1}, 50));
    // Who asks for fewer targets is content with less.
    CHECK(passes(against_peer, {.failed = 20, .cleared = 0}, 20));
}

TEST_CASE("the number of failures that a report says were needed is the least that convinces") {
    for (std::uint32_t cleared = 0; cleared < 200; ++cleared) {
        const std::uint32_t needed = failures_needed(against_peer, cleared, 50, 50);
        const auto convinces = [&](std::uint32_t failed) {
            const ContactCounts counts{failed, cleared};
            return counts.targets() >= 50 && is_no_ordinary_host(counts) && passes(against_peer, counts, 50);
        };
        CHECK(convinces(needed));
        CHECK_FALSE(convinces(needed - 1));
    }
}

// By Wald's inequality at most one in 2^17 = 131,072 ever crosses; with 20,000 hosts 0.15 are expected.
TEST_CASE("among 20,000 peer-to-peer nodes of whose peers a quarter answer, none is ever called a scanner") {
    std::mt19937_64 random{20'261'124};
    std::bernoulli_distribution answers{0.25};
    unsigned accused = 0;
    for (int host = 0; host < 20'000; ++host) {
        ContactCounts counts;
        for (int contact = 0; contact < 1'000; ++contact) {
            ++(answers(random) ? counts.cleared : counts.failed);
            if (passes(against_peer, counts, 50)) {
                ++accused;
                break;
            }
        }
    }
    CHECK(accused <= 3);
}
