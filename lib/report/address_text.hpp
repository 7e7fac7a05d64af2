// SPDX-License-Identifier: BSD-3-Clause
// Addresses as the texts of a report print them: hidden where the style says so. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "report/address_mask.hpp"
#include "report/report_options.hpp"

namespace flowlock {

inline std::string address_text(const IpAddress& address, const TextStyle& style) {
    return style.mask == nullptr ? address.to_string() : style.mask->text(address);
}

// The name of a network, or of an autonomous system.
inline std::string network_text(const std::string& name, const TextStyle& style) {
    return style.mask == nullptr ? name : style.mask->network_text(name);
}

// Text that may have addresses in it.
inline std::string line_text(std::string_view text, const TextStyle& style) {
    return style.mask == nullptr ? std::string(text) : style.mask->line(text);
}

}  // namespace flowlock
