// SPDX-License-Identifier: BSD-3-Clause
// A limit on what a host, or several together, may send or receive. Plain data, made by lib/config, checked there.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "detect/external_networks.hpp"
#include "detect/finding.hpp"
#include "flow/allowance.hpp"
#include "flow/host_group.hpp"

namespace flowlock {

// What of the traffic a limit counts.
enum class CountedTraffic : std::uint8_t {
    any,
    // What is no conversation, no answer to a question and none to a connection attempt; where the tap sees one
    // direction only, what is surely none of them.
    unanswered,
};

struct LimitRule {
    std::string name;
    Direction direction = Direction::out;
    Metric metric = Metric::packets;  // packets, bits, flows or new_externals
    std::uint64_t per_second = 0;  // exceeded when the sum over the window is more than per_second * window
    std::chrono::seconds window{300};  // 1 s to 86,400 s, a whole number of epochs
    ProtocolClass protocol = ProtocolClass::any;
    std::string vector = "any";  // or the name of an attack vector, is_vector(): only its traffic counts
    CountedTraffic traffic = CountedTraffic::any;
    std::string group = "*";  // "*": every internal host
    Scope per = Scope::host;  // whose sum it is: each host's, each network's, or the group's
    std::chrono::seconds open_time{
        0};  // a case opens when the limit has been exceeded for so long; below 1 day
    std::chrono::seconds quiet_time{120};  // … and ends when it has not been for so long; 1 s to 1 day
};

// Everything that limits are judged by.
struct LimitOptions {
    std::vector<LimitRule> rules{};
    std::vector<HostGroup> groups{};
    std::vector<Allowance> allowances{};
    // The mirror passes on one packet of so many, chosen without regard to what is in it: packets and bytes are
    // multiplied by it. 1: all.
    std::uint32_t sampling = 1;
    ExternalNetworks networks{};  // what external addresses are summed up by, if by anything
};

// What applies without any [[limit]] in the configuration; the header's reasons are in docs/configuration.md.
std::vector<LimitRule> default_limits();

// Two rules that look at the same traffic of the same subjects; of a named group's and that of "*" the group's
// applies to its hosts.
bool counts_the_same(const LimitRule& a, const LimitRule& b);

// "syn_flood", "amplification:dns", "amplification" (all of them) …; not "any" and not "other".
bool is_vector(std::string_view name);
std::vector<std::string_view> vector_names();

}  // namespace flowlock
