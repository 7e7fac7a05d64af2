// SPDX-License-Identifier: BSD-3-Clause
// A scan detector on the stage: packets in, findings out, and ways to write down who contacts whom.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "detect/scans.hpp"
#include "lab.hpp"

namespace flowlock::test {

constexpr std::uint8_t syn = tcp_flag::syn, ack = tcp_flag::ack, rst = tcp_flag::rst;

struct Stage {
    explicit Stage(ScanOptions scan = {.min_targets = 20}) : options(scan) {}

    void epoch(std::int64_t start_s, std::vector<Sent> packets) {
        for (Sent& packet : packets) packet.time_ns += start_s * second_ns;
        detector.advance(lab.epoch(start_s, packets), findings);
        for (const Finding& finding : detector.exonerated()) exonerated.push_back(finding);
    }
    std::vector<Finding>& finish() {
        detector.finish(findings);
        for (const Finding& finding : detector.exonerated()) exonerated.push_back(finding);
        return findings;
    }
    int open() const {
        int open = 0;
        detector.for_each_open([&](const Finding&, auto) { ++open; });
        return open;
    }

    Lab lab{1, 1'000'000, 65536};
    ScanOptions options;
    ScanDetector detector{options, lab.flows, lab.hosts, {}, {.targets_max = 500, .externals_max = 100}};
    std::vector<Finding> findings;
    std::vector<Finding> exonerated;
};

inline Sent answer(const Sent& sent, std::uint8_t flags) {
    Sent back = sent;
    std::swap(back.from, back.to);
    std::swap(back.from_port, back.to_port);
    back.flags = flags;
    return back;
}

// A SYN to each of `count` addresses from `first` on, a millisecond apart.
inline std::vector<Sent> sweep(int count, std::uint16_t port = 22, int first = 1,
                               const std::string& from = "10.0.0.1") {
    std::vector<Sent> packets;
    for (int i = 0; i < count; ++i)
        packets.push_back({.time_ns = i * 1'000'000,
                           .from = from,
                           .to = "192.0.2." + std::to_string(first + i),
                           .to_port = port,
                           .bytes = 40,
                           .flags = syn});
    return packets;
}

inline std::vector<Sent> answered(std::vector<Sent> packets, std::uint8_t flags = syn | ack) {
    const std::size_t count = packets.size();
    for (std::size_t i = 0; i < count; ++i) packets.push_back(answer(packets[i], flags));
    return packets;
}

}  // namespace flowlock::test
