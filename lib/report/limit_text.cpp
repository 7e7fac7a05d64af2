// SPDX-License-Identifier: BSD-3-Clause
#include "report/limit_text.hpp"

#include <algorithm>
#include <cassert>
#include <vector>

#include <fmt/format.h>

#include "report/address_text.hpp"
#include "report/number_format.hpp"
#include "report/plain_text.hpp"
#include "report/report_words.hpp"

namespace flowlock {
namespace {

// Where the fields of the seed's lines begin or end; a field that is too long pushes the next ones to the
// right.
constexpr std::size_t packets_begin = 24;
constexpr std::size_t flows_end = 87;
constexpr std::size_t gbyte_end = 109;
constexpr std::size_t gap_min = 2;

// A name from outside that is longer is cut, so that the figures stay in sight; the JSON has all of it.
constexpr std::size_t name_width_max = 48;

// A line that is not written yet.
struct Row {
    std::string label;
    Traffic traffic;
};

// Writes the lines of one summary. The column of the packets only ever moves to the right from line to line.
class LineWriter {
public:
    LineWriter(std::uint32_t window_s, NumberFormat format) : window_s_(window_s), format_(format) {}

    // As in the seed: a line that is too long moves its own fields only.
    std::string line(const std::string& label, const Traffic& traffic) {
        make_room(label);
        return text_of({label, traffic}, flows_end, gbyte_end);
    }

    // Lines that belong together: their columns hold, however long one is.
    std::string lines(const std::vector<Row>& rows) {
        for (const Row& row : rows) make_room(row.label);
        std::size_t flows = flows_end;
        for (const Row& row : rows) flows = std::max(flows, end_after(begin_of(row), flows_of(row)));
        std::size_t gbytes = gbyte_end;
        for (const Row& row : rows)
            gbytes = std::max(gbytes, end_after(until_flows(row, flows), gbyte(row.traffic.bytes, format_)));
        std::string text;
        for (const Row& row : rows) text += text_of(row, flows, gbytes);
        return text;
    }

private:
    void make_room(const std::string& label) { column_ = std::max(column_, columns_of(label) + gap_min); }

    std::string text_of(const Row& row, std::size_t flows, std::size_t gbytes) const {
        std::string text = until_flows(row, flows);
        add_ending_at(text, gbytes, gbyte(row.traffic.bytes, format_));
        return text + fmt::format(" GByte/{}s ({} MBit/s)\n", window_s_, mbit_per_second(row.traffic.bytes));
    }

    std::string begin_of(const Row& row) const {
        const std::uint64_t packets = row.traffic.packets.value;
        return row.label + std::string(column_ - columns_of(row.label), ' ') +
               fmt::format("{} packets/{}s ({} packets/s),", number(packets), window_s_, per_second(packets));
    }

    std::string flows_of(const Row& row) const {
        return fmt::format("{} flows/{}s", number(row.traffic.flows.value), window_s_);
    }

    std::string until_flows(const Row& row, std::size_t end) const {
        std::string text = begin_of(row);
        add_ending_at(text, end, flows_of(row));
        return text + fmt::format(" ({} flows/s),", per_second(row.traffic.flows.value));
    }

    std::string number(std::uint64_t value) const { return grouped(value, format_); }
    std::string per_second(std::uint64_t value) const { return number(value / window_s_); }

    // floor(bytes * 8 / window / 2^20), with the 8 taken out of the 2^20 so that nothing overflows.
    std::string mbit_per_second(Bytes bytes) const {
        return number(bytes.value / (std::uint64_t{window_s_} << 17));
    }

    static std::size_t end_after(const std::string& text, const std::string& field) {
        return columns_of(text) + gap_min + field.size();
    }

    static void add_ending_at(std::string& text, std::size_t end, const std::string& field) {
        text.append(std::max(end, end_after(text, field)) - columns_of(text) - field.size(), ' ');
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
        case Metric::new_externals:
            return fmt::format("New externals {} addresses/s", grouped(trigger.threshold, format));
        default:
            return fmt::format("Packets {} packets/s", grouped(trigger.threshold, format));
    }
}

// Never below zero, since a summary with a small contradiction is better than one with a figure of 2^64.
Traffic less(const Traffic& total, const Traffic& part) {
    const auto difference = [](auto whole, auto taken) {
        return whole > taken ? whole - taken : decltype(whole){};
    };
    return {difference(total.packets, part.packets), difference(total.bytes, part.bytes),
            difference(total.flows, part.flows)};
}

template <class Parts>
Traffic sum_of(const Parts& parts) {
    Traffic sum;
    for (const auto& part : parts) sum += part.traffic;
    return sum;
}

// What the totals hold beyond the listed externals.
std::string rest_text(LineWriter& writer, const Finding& finding, NumberFormat format) {
    Traffic rest = less(finding.totals, sum_of(finding.externals));
    std::string text;
    if (finding.externals_total > finding.externals.size()) {
        const std::uint64_t cut = finding.externals_total - finding.externals.size();
        text = writer.line(fmt::format("Others ({}),", grouped(cut, format)),
                           less(rest, finding.limit.unattributed));
        rest = finding.limit.unattributed;
    }
    if (rest != Traffic{}) text += writer.line("Unattributed,", rest);
    return text;
}

// "AS64496 Example": the name comes from others.
std::string name_text(const std::string& name) {
    std::string text = plain_text(name);
    if (columns_of(text) > name_width_max) text = text.substr(0, bytes_of(text, name_width_max - 3)) + "...";
    return text;
}

std::vector<Row> networks_of(const Finding& finding, const TextStyle& style) {
    const NumberFormat format = style.numbers;
    const LimitFigures& limit = finding.limit;
    std::vector<Row> rows;
    for (const ExternalNetwork& network : limit.networks)
        rows.push_back({fmt::format("Network {} ({}),", name_text(network_text(network.name, style)),
                                    counted(network.addresses, "address", "addresses", format)),
                        network.traffic});
    if (limit.networks_total > limit.networks.size())
        rows.push_back({fmt::format("Other networks ({}),",
                                    grouped(limit.networks_total - limit.networks.size(), format)),
                        less(less(finding.totals, limit.unattributed), sum_of(limit.networks))});
    return rows;
}

std::vector<Row> hosts_of(const Finding& finding, const TextStyle& style) {
    const NumberFormat format = style.numbers;
    const LimitFigures& limit = finding.limit;
    std::vector<Row> rows;
    for (const External& internal : limit.internals)
        rows.push_back({fmt::format("{} {},", finding.scope == Scope::outside ? "Source" : "Host",
                                    address_text(internal.address, style)),
                        internal.traffic});
    if (limit.internals_total > limit.internals.size())
        rows.push_back({fmt::format("Other hosts ({}),",
                                    grouped(limit.internals_total - limit.internals.size(), format)),
                        less(less(finding.totals, limit.unattributed), sum_of(limit.internals))});
    return rows;
}

// The summary of one window.
std::string window_text(const Finding& finding, const TextStyle& style) {
    const NumberFormat format = style.numbers;
    assert(finding.trigger.window_s > 0);
    LineWriter writer(finding.trigger.window_s, format);
    std::string text = fmt::format("Direction {}\nInternal {}\nThreshold {}\n",
                                   finding.direction == Direction::out ? "OUT" : "IN", subject_text(finding),
                                   threshold_text(finding.trigger, format));
    text += writer.line("Sum", finding.totals);
    for (const External& external : finding.externals)
        text +=
            writer.line(fmt::format("External {},", address_text(external.address, style)), external.traffic);
    // One after the other, since the columns move.
    text += rest_text(writer, finding, format);
    text += writer.lines(networks_of(finding, style));
    text += writer.lines(hosts_of(finding, style));
    return text;
}

// The same host, seen by another limit.
Finding seen_by(const FurtherWindow& window, const Finding& finding) {
    Finding seen;
    seen.direction = finding.direction;
    seen.host = finding.host;
    seen.scope = finding.scope;
    seen.subject = finding.subject;
    seen.group = finding.group;
    seen.trigger = window.trigger;
    seen.totals = window.totals;
    seen.externals = window.externals;
    seen.externals_total = window.externals_total;
    seen.limit.unattributed = window.unattributed;
    return seen;
}

}  // namespace

std::string limit_text(const Finding& finding, const TextStyle& style) {
    std::string text = window_text(finding, style);
    for (const FurtherWindow& window : finding.limit.further)
        text += '\n' + window_text(seen_by(window, finding), style);
    return text;
}

}  // namespace flowlock
