// SPDX-License-Identifier: BSD-3-Clause
#include "report/netscan_v4.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "report/address_text.hpp"
#include "report/netscan_parts.hpp"
#include "report/report_words.hpp"

namespace flowlock::netscan_v4 {
namespace {

// With both addresses 15 wide and a protocol of four letters.
constexpr std::size_t row_width = 76;

std::vector<Target> by_destination(std::vector<Target> targets) {
    std::ranges::stable_sort(targets, {},
                             [](const Target& target) { return std::tuple(target.address, target.port); });
    return targets;
}

}  // namespace

std::string banner(Kind kind, std::string_view host) {
    return boxed(fmt::format("#{:>33} {:<41}#", netscan_title(kind), host));
}

std::string row(const Target& target, ProtocolClass protocol, std::string_view host, std::string_view address,
                int width) {
    return fmt::format("{} {:>{}} {:>5} -> {:>{}} {:>5} {:>4} {}\n", plain_time(target.time), host, width,
                       target.source_port, address, width, target.port, target.frame_bytes,
                       netscan_protocol(protocol));
}

std::string log(const Finding& finding, const TextStyle& style) {
    const int width = has_ipv6(finding) ? ipv6_width : address_width;
    const std::string host = address_text(finding.host, style);
    std::string text = banner(finding.kind, host);
    text += "\n\nTIME (UTC)           SRC         SRC-PORT -> DST          DST-PORT SIZE PROT\n";
    text.append(row_width + 2 * static_cast<std::size_t>(width - address_width), '-') += '\n';
    for (const Target& target : by_destination(finding.targets))
        text += row(target, finding.protocol, host, address_text(target.address, style), width);
    text += netscan_end(finding);
    return text;
}

}  // namespace flowlock::netscan_v4
