// SPDX-License-Identifier: BSD-3-Clause
#include "report/address_mask.hpp"

#include <algorithm>
#include <optional>

namespace flowlock {
namespace {

constexpr std::string_view address_characters = "0123456789abcdefABCDEF.:";

std::string_view hidden(bool ipv4) {
    return ipv4 ? "x.x.x.x" : "x:x:x:x:x:x:x:x";
}

// An address that a run of such characters begins with, and how many of them it takes.
struct Found {
    IpAddress address;
    std::size_t length;
};

// The longest one, so that "2001:db8::1.443:" is 2001:db8::1 with a port and a colon after it.
std::optional<Found> address_in(std::string_view run) {
    while (!run.empty()) {
        if (const auto address = IpAddress::parse(run)) return Found{*address, run.size()};
        const std::size_t cut = run.find_last_of(".:");
        if (cut == std::string_view::npos) break;
        // First what follows the mark, so that "::" at the end of an address stays whole, then the mark.
        run = run.substr(0, cut + 1 < run.size() ? cut + 1 : cut);
    }
    return std::nullopt;
}

}  // namespace

AddressMask::AddressMask(const LockReport& report)
    : internal_(report.origin.internal),
      shows_host_(report.finding.scope == Scope::host),
      host_(report.finding.host) {}

bool AddressMask::hides(const IpAddress& address) const noexcept {
    return internal_.contains(address) && !(shows_host_ && address == host_);
}

std::string AddressMask::text(const IpAddress& address) const {
    return hides(address) ? std::string(hidden(address.is_ipv4())) : address.to_string();
}

std::string AddressMask::network_text(const std::string& name) const {
    const auto network = Prefix::parse(name);
    if (!network) return line(name);
    if (!internal_.overlaps(*network)) return name;
    return std::string(hidden(network->is_ipv4())) + "/" + std::to_string(network->length());
}

std::string AddressMask::line(std::string_view text) const {
    std::string masked;
    while (!text.empty()) {
        const std::size_t begin = std::min(text.find_first_of(address_characters), text.size());
        masked += text.substr(0, begin);
        text.remove_prefix(begin);
        std::string_view run =
            text.substr(0, std::min(text.find_first_not_of(address_characters), text.size()));
        if (const auto found = address_in(run); found && hides(found->address)) {
            masked += hidden(found->address.is_ipv4());
            run = run.substr(0, found->length);
        } else {
            masked += run;
        }
        text.remove_prefix(run.size());
    }
    return masked;
}

}  // namespace flowlock
