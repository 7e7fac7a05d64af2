// SPDX-License-Identifier: BSD-3-Clause
// What is true of a scene, counted from the descriptions of its packets while it is written. Nothing here is
// shared with the code that analyses captures, so that each can convict the other of a mistake. Owned by one
// thread.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flow_set.hpp"
#include "ledger.hpp"
#include "packet_spec.hpp"
#include "volume.hpp"

namespace flowlock::scene {

struct ScanTarget {
    Time time;
    IpAddress address;
    std::uint16_t port = 0;
};

// What one attacker did, or what was done to one victim.
struct Attack {
    std::string_view kind;       // a literal: "packet_flood", "netscan" …
    std::string_view vector;     // as reports name it: "udp_flood", "amplification:dns"; empty: none
    std::string_view direction;  // a literal: "out", "in"
    IpAddress host;
    Time first;
    Time last;
    Volume volume;                          // packets in that direction
    std::map<IpAddress, Volume> externals;  // empty where there are too many to list
    std::vector<ScanTarget> targets;        // first contact with each
    std::uint64_t refused = 0;
    std::uint64_t answered = 0;

    // One packet of the attack. External addresses are told apart only where they are few.
    void count(const PacketSpec& spec, std::uint32_t ip_bytes, bool new_flow);
    void count_external(const PacketSpec& spec, std::uint32_t ip_bytes, bool new_flow);
};

class Truth {
public:
    struct Options {
        // A scene that knows how many flows it makes says so with add_flow(); else a set of them is kept.
        bool find_flows = false;
        // Counts by host and second; for scenes of IPv4 only, and with flows to be found.
        bool keep_ledger = false;
    };

    explicit Truth(const Options& options) : options_{options} {}

    // True: the packet is the first of its flow in its direction (always false unless flows are to be found).
    bool count(const PacketSpec& spec, std::uint32_t wire, std::uint32_t ip_bytes);
    void count_not_ip(Time time, std::uint32_t wire);
    void add_flow(std::uint8_t protocol) { ++flows_by_protocol_[protocol]; }
    void add_attack(Attack attack) { attacks_.push_back(std::move(attack)); }

    // Throws std::runtime_error when the file cannot be written.
    void write(const std::string& path, const std::string& scene, std::uint64_t seed) const;

private:
    void see(Time time, std::uint32_t wire);

    Options options_;
    FlowSet flows_;
    Ledger ledger_;
    std::uint64_t packets_ = 0;
    std::uint64_t wire_bytes_ = 0;
    std::uint64_t ip_bytes_ = 0;
    std::uint64_t ipv4_ = 0;
    std::uint64_t ipv6_ = 0;
    std::uint64_t not_ip_ = 0;
    std::uint64_t fragments_ = 0;
    std::uint64_t vlan_ = 0;
    std::uint64_t packets_by_protocol_[256] = {};
    std::map<std::uint8_t, std::uint64_t> flows_by_protocol_;
    std::optional<Time> first_;
    std::optional<Time> last_;
    std::vector<Attack> attacks_;
};

}  // namespace flowlock::scene
