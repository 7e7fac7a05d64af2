// SPDX-License-Identifier: BSD-3-Clause
// Which packets of a case are shown, where there are more than may be. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>
#include <vector>

#include "report/evidence.hpp"

namespace flowlock {

// Whether the packet is of the kind that the finding is about: the protocol of its rule or vector; in a scan, the ports,
// or the address, that were scanned; of wrong configuration, the frames that show it.
bool matters_for(const Finding& finding, const EvidencePacket& packet);

// Keeps `count` of the items, as evenly over their groups as can be: first one of each group, then a second, and so on;
// within a group those with the smallest lots. An item has `lot` and `serial`. The order of the rest is not kept.
template <class Item, class GroupOf>
void keep_evenly(std::vector<Item>& items, std::size_t count, GroupOf group_of) {
    if (items.size() <= count) return;
    std::sort(items.begin(), items.end(), [&](const Item& a, const Item& b) {
        return std::tuple(group_of(a), a.lot, a.serial) < std::tuple(group_of(b), b.lot, b.serial);
    });
    // Rank in its group, lot, serial number, index.
    std::vector<std::tuple<std::size_t, std::uint32_t, std::uint64_t, std::size_t>> order;
    order.reserve(items.size());
    for (std::size_t i = 0, rank = 0; i < items.size(); ++i) {
        rank = i > 0 && group_of(items[i]) == group_of(items[i - 1]) ? rank + 1 : 0;
        order.emplace_back(rank, items[i].lot, items[i].serial, i);
    }
    std::nth_element(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end());
    order.resize(count);
    std::vector<Item> kept;
    kept.reserve(count);
    for (const auto& place : order) kept.push_back(std::move(items[std::get<3>(place)]));
    items.swap(kept);
}

}  // namespace flowlock
