// SPDX-License-Identifier: BSD-3-Clause
#include "report/netscan_v1.hpp"

#include <fmt/format.h>

#include "report/address_text.hpp"
#include "report/netscan_parts.hpp"

namespace flowlock::netscan_v1 {

Widths widths(bool ipv6) {
    return ipv6 ? Widths{ipv6_width, ipv6_width} : Widths{};
}

std::string banner(Kind kind, std::string_view host, Widths widths) {
    // The longer titles grow to the left, so that the host always stands in the same column.
    return boxed(fmt::format("#{:>36}   {:<{}}#", netscan_title(kind), host, widths.host));
}

std::string row(std::string_view time, std::string_view host, std::string_view target, std::uint16_t port,
                Widths widths) {
    return fmt::format("{}:   {} => {:>{}}:{:>5}\n", time, host, target, widths.target, port);
}

std::string log(const Finding& finding, const TextStyle& style) {
    const Widths fields = widths(has_ipv6(finding));
    const std::string host = address_text(finding.host, style);
    std::string text = banner(finding.kind, host, fields);
    text += "\ntime                        src_ip\t\t  dest_ip:dest_port\n";
    text.append(static_cast<std::size_t>(fields.line()), '-') += '\n';
    for (const Target& target : finding.targets)
        text += row(ctime_utc(target.time), host, address_text(target.address, style), target.port, fields);
    text += netscan_end(finding);
    return text;
}

}  // namespace flowlock::netscan_v1
