// SPDX-License-Identifier: BSD-3-Clause
// A limit detector behind a flow engine: packets in, findings out. One thread.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "detect/limits.hpp"
#include "lab.hpp"

namespace flowlock::test {

class LimitStage {
public:
    static constexpr std::uint32_t many = 1'000'000;

    struct Sizes {
        unsigned workers = 1;
        std::uint32_t flows_max = many;
        std::uint32_t flows_per_epoch = 65'536;
        HistorySizes history{.records = many, .slices = many};
    };

    explicit LimitStage(const LimitOptions& options) : LimitStage(options, Sizes{}) {}
    LimitStage(const LimitOptions& options, const Sizes& sizes)
        : lab(sizes.workers, sizes.flows_max, sizes.flows_per_epoch),
          detector(options, lab.flows, lab.hosts, sizes.history, many) {
        lab.hosts.change_groups(options.groups);
        lab.merger.change_allowances(options.allowances);
    }

    // Packets without a time are at the epoch's start.
    void epoch(std::int64_t start_s, std::vector<Sent> packets = {}) {
        for (Sent& packet : packets)
            if (packet.time_ns == 0) packet.time_ns = start_s * second_ns;
        detector.advance(lab.epoch(start_s, packets), findings);
    }
    // As the control core does it.
    void reload(const LimitOptions& options) {
        detector.settle_figures();
        lab.hosts.change_groups(options.groups);
        lab.merger.change_allowances(options.allowances);
        detector.change_rules(options, many, false, findings);
    }
    const std::vector<Finding>& finish() {
        detector.finish(findings);
        return findings;
    }
    // With the figures that they have now.
    std::vector<Finding> open_cases() {
        std::vector<Finding> open;
        detector.for_each_open([&](const Finding&, auto figures) { open.push_back(figures()); });
        return open;
    }

    Lab lab;
    LimitDetector detector;
    std::vector<Finding> findings;
};

inline std::vector<Sent> times(std::size_t count, const Sent& packet = {}) {
    return std::vector<Sent>(count, packet);
}

inline std::vector<Sent> together(std::initializer_list<std::vector<Sent>> parts) {
    std::vector<Sent> all;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

inline Time at(std::int64_t second) {
    return Time{std::chrono::seconds{second}};
}

inline HostGroup group_of(std::string name, std::initializer_list<const char*> texts) {
    std::vector<Prefix> prefixes;
    for (const auto* text : texts) prefixes.push_back(Prefix::parse(text).value());
    return {.name = std::move(name), .prefixes = PrefixSet(std::move(prefixes))};
}

inline Allowance allowance_for(std::string reason, const char* prefix, bool out = true, bool in = true) {
    return {.reason = std::move(reason),
            .prefixes = PrefixSet{{Prefix::parse(prefix).value()}},
            .ports = {},
            .out = out,
            .in = in};
}

}  // namespace flowlock::test
