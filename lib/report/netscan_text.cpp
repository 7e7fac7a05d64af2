// SPDX-License-Identifier: BSD-3-Clause
#include "report/netscan_text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace flowlock {
namespace {

std::string_view title_of(Kind kind) {
    switch (kind) {
        case Kind::portscan:
            return "Portscan detected from host";
        case Kind::icmp_sweep:
            return "ICMP sweep detected from host";
        default:
            return "Netscan detected from host";
    }
}

NetscanLayout layout_of(const Finding& finding) {
    const auto is_ipv6 = [](const Target& target) { return !target.address.is_ipv4(); };
    const bool wide = !finding.host.is_ipv4() || std::ranges::any_of(finding.targets, is_ipv6);
    return wide ? NetscanLayout::ipv6() : NetscanLayout::ipv4();
}

}  // namespace

std::string netscan_banner(Kind kind, std::string_view host, NetscanLayout layout) {
    const std::string rule(static_cast<std::size_t>(layout.line_width()), '#');
    // The longer titles grow to the left, so that the host always stands in the same column.
    return fmt::format("{}\n#{:>36}   {:<{}}#\n{}\n", rule, title_of(kind), host, layout.host_width, rule);
}

std::string netscan_row(std::string_view time, std::string_view host, std::string_view target,
                        std::uint16_t port, NetscanLayout layout) {
    return fmt::format("{}:   {} => {:>{}}:{:>5}\n", time, host, target, layout.target_width, port);
}

std::string netscan_text(const Finding& finding) {
    const NetscanLayout layout = layout_of(finding);
    const std::string host = finding.host.to_string();
    std::string text = netscan_banner(finding.kind, host, layout);
    text += "\ntime                        src_ip\t\t  dest_ip:dest_port\n";
    text.append(static_cast<std::size_t>(layout.line_width()), '-') += '\n';
    for (const Target& target : finding.targets)
        text += netscan_row(ctime_utc(target.time), host, target.address.to_string(), target.port, layout);
    if (finding.targets_total > finding.targets.size()) text += ".....\n";
    return text;
}

}  // namespace flowlock
