// SPDX-License-Identifier: BSD-3-Clause
#include "report/limit_text.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "report/number_format.hpp"

namespace flowlock {
namespace {

// Where the fields of the seed's lines begin or end; a field that is too long pushes the next ones to the
// right.
constexpr std::size_t packets_begin = 24;
constexpr std::size_t flows_end = 87;
constexpr std::size_t gbyte_end = 109;
constexpr std::size_t gap_min = 2;

// Writes the lines of one summary. The column of the packets only ever moves to the right from line to line.
class LineWriter {
public:
    LineWriter(std::uint32_t window_s, NumberFormat format) : window_s_(window_s), format_(format) {}

    std::string line(const std::string& label, const Traffic& traffic) {
        column_ = std::max(column_, label.size() + gap_min);
        std::string text = label;
        text.resize(column_, ' ');
        text += fmt::format("{} packets/{}s ({} packets/s),", number(traffic.packets.value), window_s_,
                            per_second(traffic.packets.value));
        add_ending_at(text, flows_end, fmt::format("{} flows/{}s", number(traffic.flows.value), window_s_));
        text += fmt::format(" ({} flows/s),", per_second(traffic.flows.value));
        add_ending_at(text, gbyte_end, gbyte(traffic.bytes, format_));
        return text + fmt::format(" GByte/{}s ({} MBit/s)\n", window_s_, mbit_per_second(traffic.bytes));
    }

private:
    std::string number(std::uint64_t value) const { return grouped(value, format_); }
    std::string per_second(std::uint64_t value) const { return number(value / window_s_); }

    // floor(bytes * 8 / window / 2^20), with the 8 taken out of the 2^20 so that nothing overflows.
    std::string mbit_per_second(Bytes bytes) const {
        return number(bytes.value / (std::uint64_t{window_s_} << 17));
    }

    static void add_ending_at(std::string& text, std::size_t end, const std::string& field) {
        const std::size_t end_min = text.size() + gap_min + field.size();
        text.resize(std::max(end, end_min) - field.size(), ' ');
        text += field;
    }

    std::uint32_t window_s_;
    NumberFormat format_;
    std::size_t column_ = packets_begin;
};

std::string threshold_text(const Trigger& trigger, NumberFormat format) {
    switch (trigger.metric) {
        case Metric::bits:
            return fmt::format("Bits {} MBit/s", mbit(trigger.threshold, format));
        case Metric::flows:
            return fmt::format("Flows {} flows/s", grouped(trigger.threshold, format));
        default:
            return fmt::format("Packets {} packets/s", grouped(trigger.threshold, format));
    }
}

// What is left of the totals; never below zero, since a summary with a small contradiction is better than one
// with a figure of 2^64.
Traffic rest_of(const Finding& finding) {
    Traffic shown;
    for (const External& external : finding.externals) shown += external.traffic;
    const auto less = [](auto total, auto part) { return total > part ? total - part : decltype(total){}; };
    return {less(finding.totals.packets, shown.packets), less(finding.totals.bytes, shown.bytes),
            less(finding.totals.flows, shown.flows)};
}

}  // namespace

std::string limit_text(const Finding& finding, NumberFormat format) {
    assert(finding.trigger.window_s > 0);
    LineWriter writer(finding.trigger.window_s, format);
    std::string text = fmt::format("Direction {}\nInternal {}\nThreshold {}\n",
                                   finding.direction == Direction::out ? "OUT" : "IN",
                                   finding.host.to_string(), threshold_text(finding.trigger, format));
    text += writer.line("Sum", finding.totals);
    for (const External& external : finding.externals)
        text += writer.line(fmt::format("External {},", external.address.to_string()), external.traffic);

    const Traffic rest = rest_of(finding);
    if (finding.externals_total > finding.externals.size()) {
        const std::uint64_t cut = finding.externals_total - finding.externals.size();
        text += writer.line(fmt::format("Others ({}),", grouped(cut, format)), rest);
    } else if (rest != Traffic{}) {
        text += writer.line("Unattributed,", rest);
    }
    return text;
}

}  // namespace flowlock
