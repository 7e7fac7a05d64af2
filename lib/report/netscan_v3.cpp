// SPDX-License-Identifier: BSD-3-Clause
#include "report/netscan_v3.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "report/address_text.hpp"
#include "report/netscan_parts.hpp"

namespace flowlock::netscan_v3 {
namespace {

// With both addresses 15 wide.
constexpr std::size_t row_width = 75;

}  // namespace

std::string banner(Kind kind, std::string_view host, int width) {
    return boxed(fmt::format("#{:>41} {:>{}}{:15}#", netscan_title(kind), host, width, ""));
}

std::string row(const Target& target, ProtocolClass protocol, std::string_view host, std::string_view address,
                int width) {
    // "ICMP" fills its field, and so does the longest IPv4 address: one blank keeps them apart.
    const std::string_view name = netscan_protocol(protocol);
    const auto host_width =
        std::max<std::size_t>(static_cast<std::size_t>(width), host.size() + name.size() / 4);
    return fmt::format("{} {:<4}{:>{}} {:<5} => {:>{}} {:<5}\n", ctime_utc(target.time), name, host,
                       host_width, target.source_port, address, width, target.port);
}

std::string log(const Finding& finding, const TextStyle& style) {
    const int width = has_ipv6(finding) ? ipv6_width : address_width;
    const std::string host = address_text(finding.host, style);
    std::string text = banner(finding.kind, host, width);
    text += "\ntime                protocol src_ip src_port          dest_ip dest_port\n";
    text.append(row_width + 2 * static_cast<std::size_t>(width - address_width), '-') += '\n';
    for (const Target& target : finding.targets)
        text += row(target, finding.protocol, host, address_text(target.address, style), width);
    text += netscan_end(finding);
    return text;
}

}  // namespace flowlock::netscan_v3
