// SPDX-License-Identifier: BSD-3-Clause
#include "config/inventory_table.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "config/text.hpp"
#include "config/values.hpp"

namespace flowlock {
namespace {

constexpr int mistakes_max = 20;

// What is wrong with the line; empty: it is read.
std::string read_line(std::string_view line, std::vector<InventoryRow>& rows) {
    if (!is_printable(line)) return "has control characters, or is not UTF-8; write text";
    const auto comma = std::min(line.find(','), line.size());
    const auto hardware = HardwareAddress::parse(line.substr(0, comma));
    if (!hardware || !*hardware || hardware->is_group() || comma == line.size())
        return "does not begin with a station's hardware address and a comma; write for example "
               "02:00:5e:10:00:01,192.0.2.10";
    const auto rest = line.substr(comma + 1);
    const auto network = rest.substr(0, std::min(rest.find(','), rest.size()));
    std::vector<Prefix> prefixes;
    if (const auto complaint = add_network(network, prefixes); !complaint.empty())
        return quoted(network) + " " + complaint;
    rows.push_back({*hardware, prefixes.front()});
    return {};
}

}  // namespace

Inventory read_inventory(std::string_view text, std::string_view name, const Place& named_at,
                         Mistakes& mistakes) {
    std::vector<InventoryRow> rows;
    int found = 0;
    for (std::uint32_t number = 1; !text.empty() && found < mistakes_max; ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        const bool is_title = number == 1 && (line == "mac,address" || line == "mac,address,name");
        if (line.empty() || is_title) continue;
        const auto reason = read_line(line, rows);
        if (reason.empty()) continue;
        mistakes.add({named_at.line, std::string(name) + ":" + std::to_string(number)}, reason);
        ++found;
    }
    if (found == 0 && rows.empty())
        mistakes.add({named_at.line, std::string(name)},
                     "holds no address; write lines such as 02:00:5e:10:00:01,192.0.2.10");
    return Inventory{std::move(rows)};
}

}  // namespace flowlock
