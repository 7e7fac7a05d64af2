// SPDX-License-Identifier: BSD-3-Clause
#include "report/fact_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "report/address_text.hpp"
#include "report/netscan_text.hpp"
#include "report/number_format.hpp"
#include "report/plain_text.hpp"
#include "report/report_words.hpp"
#include "report/text_field.hpp"

namespace flowlock {
namespace {

std::string fact_rows(const Fact& fact, const TextStyle& style) {
    std::string text = fmt::format("{}  {:>10} x  {}\n", plain_time(fact.first),
                                   grouped(fact.count, style.numbers), plain_text(fact.name));
    const std::string indent(19 + 2, ' ');
    if (!fact.words.empty()) text += indent + line_text(plain_text(fact.words), style) + '\n';
    if (!fact.reference.empty()) text += indent + plain_text(fact.reference) + '\n';
    return text;
}

// "and 17 more"
std::string rest_text(std::uint64_t shown, std::uint64_t total, NumberFormat format) {
    return total > shown ? fmt::format("and {} more\n", grouped(total - shown, format)) : std::string{};
}

std::string facts_part(const Finding& finding, const TextStyle& style) {
    const FactFigures& figures = finding.fact;
    if (figures.facts.empty()) return "";
    std::string text = "Observations\n\n";
    for (const Fact& fact : figures.facts) text += fact_rows(fact, style);
    return text + rest_text(figures.facts.size(), figures.facts_total, style.numbers);
}

std::string externals_part(const Finding& finding, const TextStyle& style) {
    if (finding.externals.empty()) return "";
    std::size_t width = 0;
    for (const External& external : finding.externals)
        width = std::max(width, address_text(external.address, style).size());
    std::string text = "Addresses\n\n";
    for (const External& external : finding.externals)
        text += fmt::format("{:<{}}  {:>14}, {:>14}\n", address_text(external.address, style), width,
                            counted(external.traffic.packets.value, "packet", "packets", style.numbers),
                            counted(external.traffic.flows.value, "flow", "flows", style.numbers));
    return text + rest_text(finding.externals.size(), finding.externals_total, style.numbers);
}

constexpr std::size_t payload_facts_max = 5;

}  // namespace

// "12 x memcached-answer (an answer of memcached to get); 3 x …"
std::string payload_field(const Finding& finding, NumberFormat format) {
    const FactFigures& figures = finding.fact;
    if (figures.facts.empty()) return "";
    std::string text;
    const std::size_t shown = std::min(figures.facts.size(), payload_facts_max);
    for (std::size_t i = 0; i < shown; ++i) {
        const Fact& fact = figures.facts[i];
        text += fmt::format("{}{} x {}", i == 0 ? "" : "; ", grouped(fact.count, format), fact.name);
        if (!fact.words.empty()) text += fmt::format(" ({})", fact.words);
    }
    if (figures.facts_total > shown) text += fmt::format("; and {} more", figures.facts_total - shown);
    return text_field("Payload", text);
}

std::string fact_text(const Finding& finding, const TextStyle& style) {
    std::string text;
    for (const std::string& part : {facts_part(finding, style), externals_part(finding, style),
                                    finding.targets.empty() ? std::string{} : netscan_text(finding, style)})
        if (!part.empty()) text += (text.empty() ? "" : "\n") + part;
    return text;
}

}  // namespace flowlock
