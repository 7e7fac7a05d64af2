// SPDX-License-Identifier: BSD-3-Clause
// The plain rules of the field, on the same packets, for internal hosts as sources. Each is what its documentation and
// source say, as far as it concerns one source; nothing is tuned.
//
// zeek25, zeek250: Zeek's package simple-scan (ncsa/bro-simple-scan, scripts/scan.zeek), which has taken the place of
// policy/misc/scan.zeek. TCP only. A source's failed attempts are a set of (address, port): connection_attempt with
// history "S" (only SYNs, for tcp_attempt_delay = 5 s), connection_rejected with history "Sr" (SYN, then RST). The
// set is forgotten after 15 minutes without a new failure (read_expire). A local source is a scanner at 250 of them
// (local_scan_threshold), a remote one at 25, or at 20 on one port (knockknock_threshold). All our sources are local: 250
// is what Zeek does with them, 25 what it would do with its rule for strangers. Its darknet rules need a list of
// unused networks, and are left out.
//
// snort: Snort 3's port_scan at medium level (lua/snort_defaults.lua, default_med_port_scan), window 90 s. Each source
// and each destination has a counter per protocol; when a packet comes after the end of its window, it begins anew.
// scans: +1 for each packet of a client whose server has not been seen, -1 for a completed handshake or a UDP answer.
// rejects: +1 for a reset before the handshake or an ICMP error. nets, ports: how often address or port were others than in
// the packet before. Sweep, at the source: nets at least N and ports at most P, and rejects at least R or scans at least
// S: TCP {S 30, R 7, N 7, P 10}, UDP {30, 5, 5, 20}, ICMP {20, 5, 5, 5}. Port scan, at the destination: ports at least P and
// nets (sources) below N, and rejects at least R at both ends or scans at least S: TCP and UDP {200, 10, 60, 15}, IP {200,
// 10, 10, 50}; we call the source of the last packet the scanner. An ICMP error counts for the protocol it quotes.
// Decoy and distributed scans have many sources, and are left out.
//
// syn100: the rule of thumb, 100 distinct (address, port) that a source sends SYNs to within 300 s.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connections.hpp"
#include "judge.hpp"

namespace flowlock::evaluate {

// A rule over connections; several share one table of them.
class PeerRule : public Judge {
public:
    using Judge::Judge;
    void see(std::int64_t, const std::vector<Packet>&) override {}
    virtual void hear(const ConnectionEvent& event) = 0;
};

class ZeekRule : public PeerRule {
public:
    static constexpr std::int64_t expire_ns = 15 * 60'000 * ms;
    static constexpr std::size_t local_threshold = 250, remote_threshold = 25, knock_threshold = 20;

    enum class Side : std::uint8_t { local, remote };
    ZeekRule(std::size_t hosts, Side side) : PeerRule(hosts), side_(side), sources_(hosts) {}
    void hear(const ConnectionEvent& event) override;

private:
    struct Source {
        std::set<std::pair<IpAddress, std::uint16_t>> attempts;
        std::map<std::uint16_t, std::size_t> ports;
        std::int64_t last_ns = 0;
    };
    Side side_;
    std::vector<Source> sources_;
};

class SnortRule : public PeerRule {
public:
    static constexpr std::int64_t window_ns = 90'000 * ms;

    explicit SnortRule(std::size_t hosts) : PeerRule(hosts), sources_(hosts) {}
    void hear(const ConnectionEvent& event) override;

private:
    enum Class : std::uint8_t { tcp, udp, icmp, ip };
    struct Tracker {
        std::int64_t window_end_ns = -1;  // none has begun
        std::int64_t scans = 0;
        std::int64_t rejects = 0;
        std::int64_t nets = 0;
        std::int64_t ports = 0;
        IpAddress last_address;
        std::uint16_t last_port = 0;
    };
    struct Thresholds {
        std::int64_t scans, rejects, nets, ports;
    };
    struct Hash {
        std::size_t operator()(const IpAddress& address) const noexcept;
    };

    static Class class_of(std::uint8_t protocol);
    static void update(Tracker& tracker, const ConnectionEvent& event, const IpAddress& other, Class kind);
    static bool is_sweep(const Tracker& source, Class kind);
    static bool is_port_scan(const Tracker& source, const Tracker& destination, Class kind);
    Tracker& destination(const ConnectionEvent& event, Class kind);

    std::vector<std::map<Class, Tracker>> sources_;
    std::unordered_map<IpAddress, Tracker, Hash> destinations_[4];
    std::int64_t swept_ns_ = 0;
};

class SynRule : public PeerRule {
public:
    static constexpr std::size_t targets_min = 100;
    static constexpr std::int64_t window_ns = 300'000 * ms;

    explicit SynRule(std::size_t hosts) : PeerRule(hosts), sources_(hosts) {}
    void hear(const ConnectionEvent& event) override;

private:
    using Target = std::pair<IpAddress, std::uint16_t>;
    struct Source {
        std::map<Target, std::int64_t> last_ns;
        std::deque<std::pair<std::int64_t, Target>> by_time;
    };
    std::vector<Source> sources_;
};

// All of them, with one table of connections.
class PeerRules {
public:
    explicit PeerRules(std::size_t hosts);
    void see(const std::vector<Packet>& packets);
    void end();
    std::vector<const Judge*> judges() const;
    static std::vector<const char*> names() { return {"zeek25", "zeek250", "snort", "syn100"}; }

private:
    void hear(const ConnectionEvent& event) {
        for (const auto& rule : rules_) rule->hear(event);
    }

    Connections connections_;
    std::vector<std::unique_ptr<PeerRule>> rules_;
};

}  // namespace flowlock::evaluate
