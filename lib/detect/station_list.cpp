// SPDX-License-Identifier: BSD-3-Clause
#include "detect/station_list.hpp"

#include <array>
#include <bit>
#include <tuple>

namespace flowlock {
namespace {

auto rank(const InventoryRow& row) {
    return std::tuple(!row.network.is_ipv4(), -row.network.length(), row.network.network(), row.hardware);
}

IpAddress first_bits(const IpAddress& address, int bits) {
    auto bytes = std::bit_cast<std::array<std::uint8_t, 16>>(address);
    for (int i = 0; i < 16; ++i) {
        const int kept = std::clamp(bits - 8 * i, 0, 8);
        bytes[static_cast<std::size_t>(i)] &= static_cast<std::uint8_t>(0xff00 >> kept);
    }
    return std::bit_cast<IpAddress>(bytes);
}

}  // namespace

Inventory::Inventory(std::vector<InventoryRow> rows) : rows_(std::move(rows)) {
    std::sort(rows_.begin(), rows_.end(),
              [](const InventoryRow& a, const InventoryRow& b) { return rank(a) < rank(b); });
    rows_.erase(std::unique(rows_.begin(), rows_.end()), rows_.end());
    for (std::size_t i = 0; i < rows_.size(); ++i) {
        const Prefix& network = rows_[i].network;
        if (lengths_.empty() || lengths_.back().ipv4 != network.is_ipv4() ||
            lengths_.back().length != network.length())
            lengths_.push_back({network.is_ipv4(), network.length(), i, i});
        lengths_.back().end = i + 1;
    }
}

std::span<const InventoryRow> Inventory::owners(const IpAddress& address) const {
    for (const Length& length : lengths_) {
        if (length.ipv4 != address.is_ipv4()) continue;
        const IpAddress network = first_bits(address, length.ipv4 ? 96 + length.length : length.length);
        const auto begin = rows_.begin() + static_cast<std::ptrdiff_t>(length.begin);
        const auto end = rows_.begin() + static_cast<std::ptrdiff_t>(length.end);
        const auto first = std::lower_bound(
            begin, end, network,
            [](const InventoryRow& row, const IpAddress& wanted) { return row.network.network() < wanted; });
        auto last = first;
        while (last != end && last->network.network() == network) ++last;
        if (first != last) return {first, last};
    }
    return {};
}

bool Inventory::allows(const IpAddress& address, HardwareAddress hardware) const {
    const auto rows = owners(address);
    return rows.empty() || std::any_of(rows.begin(), rows.end(),
                                       [&](const InventoryRow& row) { return row.hardware == hardware; });
}

std::optional<IpAddress> Inventory::address_of(HardwareAddress hardware) const {
    std::optional<IpAddress> found;
    for (const InventoryRow& row : rows_) {
        const bool is_single = row.network.length() == (row.network.is_ipv4() ? 32 : 128);
        if (!is_single || row.hardware != hardware) continue;
        if (!found || row.network.network() < *found) found = row.network.network();
    }
    return found;
}

}  // namespace flowlock
