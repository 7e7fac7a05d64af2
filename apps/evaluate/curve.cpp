// SPDX-License-Identifier: BSD-3-Clause
#include "curve.hpp"

namespace flowlock::evaluate {
namespace {

template <class Value, class Set>
Curve curve(const std::string& title, const std::vector<Value>& values, const std::string& unit, Set set) {
    Curve curve{title, {}};
    for (const Value value : values) {
        Contender contender{std::to_string(value) + unit, {}};
        set(contender.settings.scan, value);
        curve.contenders.push_back(contender);
    }
    return curve;
}

}  // namespace

std::vector<Curve> curves() {
    return {
        curve<std::uint32_t>("scan.min_targets", {20, 50, 75, 100, 150, 200, 500}, "",
                             [](ScanOptions& scan, std::uint32_t value) { scan.min_targets = value; }),
        curve<int>("scan.window", {30, 60, 120, 300, 600, 900, 3'600}, " s",
                   [](ScanOptions& scan, int value) { scan.window = std::chrono::seconds{value}; }),
        curve<int>("scan.answer_wait", {100, 200, 300, 500, 1'000, 2'000, 3'000}, " ms",
                   [](ScanOptions& scan, int value) { scan.answer_wait = std::chrono::milliseconds{value}; }),
    };
}

}  // namespace flowlock::evaluate
