// SPDX-License-Identifier: BSD-3-Clause
// Networks as the user writes them, with a mend for each way to get them wrong.
#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include "config/mistakes.hpp"
#include "config/values.hpp"

namespace flowlock {
namespace {

// The address with all but its first `length` bits cleared.
IpAddress network_of(const IpAddress& address, int length) {
    auto bytes = std::bit_cast<std::array<std::uint8_t, 16>>(address);
    for (int i = 0; i < 16; ++i) {
        const int kept = std::clamp(length - 8 * i, 0, 8);
        bytes[static_cast<std::size_t>(i)] &= static_cast<std::uint8_t>(0xff00 >> kept);
    }
    return std::bit_cast<IpAddress>(bytes);
}

// What to write instead of a text that Prefix::parse refuses.
std::string mend_network(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return "write an address and a prefix length";
    const int length_max = address->is_ipv4() ? 32 : 128;
    const auto digits = slash == std::string_view::npos ? std::string_view{} : text.substr(slash + 1);
    int length = -1;
    std::from_chars(digits.data(), digits.data() + digits.size(), length);
    if (length < 0 || length > length_max)
        return "write a length from 0 to " + std::to_string(length_max) + " after the \"/\"";
    const auto network = network_of(*address, address->is_ipv4() ? length + 96 : length);
    return "write " + network.to_string() + "/" + std::to_string(length);
}

}  // namespace

std::string add_network(std::string_view text, std::vector<Prefix>& networks) {
    std::string reason;
    const auto network = Prefix::parse(text, &reason);
    if (!network) return reason + "; " + mend_network(text);
    networks.push_back(*network);
    return {};
}

Complaints read_stations(const toml::node& value, StationList& option) {
    constexpr auto mend =
        "write networks and hardware addresses within brackets, such as [\"192.0.2.1\", "
        "\"02:00:5e:10:00:01\"]";
    const auto* array = value.as_array();
    if (array == nullptr) return {{&value, std::string("is not an array; ") + mend}};
    std::vector<Prefix> networks;
    StationList stations;
    Complaints complaints;
    for (const auto& element : *array) {
        const auto* text = element.as_string();
        if (text == nullptr) {
            complaints.push_back({&element, std::string("holds something that is not a string; ") + mend});
        } else if (const auto hardware = HardwareAddress::parse(**text)) {
            stations.hardware.push_back(*hardware);
        } else if (const auto complaint = add_network(**text, networks); !complaint.empty()) {
            complaints.push_back({&element, quoted(**text) + " " + complaint});
        }
    }
    stations.networks = PrefixSet(std::move(networks));
    if (complaints.empty()) option = std::move(stations);
    return complaints;
}

Complaints read_networks(const toml::node& value, PrefixSet& option) {
    constexpr auto mend = "write networks within brackets, such as [\"10.0.0.0/16\", \"2001:db8::/32\"]";
    const auto* array = value.as_array();
    if (array == nullptr) return {{&value, std::string("is not an array; ") + mend}};
    std::vector<Prefix> networks;
    Complaints complaints;
    for (const auto& element : *array) {
        const auto* text = element.as_string();
        if (text == nullptr) {
            complaints.push_back({&element, std::string("holds something that is not a string; ") + mend});
            continue;
        }
        const auto complaint = add_network(**text, networks);
        if (!complaint.empty()) complaints.push_back({&element, quoted(**text) + " " + complaint});
    }
    if (complaints.empty()) option = PrefixSet(std::move(networks));
    return complaints;
}

}  // namespace flowlock
