// SPDX-License-Identifier: BSD-3-Clause
// What a detector says: who did what, by which rule, with which figures. Plain data, made on the control core
// and moved to the reports. Every figure is exact unless its comment says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address.hpp"
#include "base/prefix.hpp"
#include "base/time.hpp"
#include "base/units.hpp"

namespace flowlock {

enum class Reason : std::uint8_t { attack, scan, misconfiguration, abuse };
enum class Kind : std::uint8_t {
    // attack
    packet_limit,
    bandwidth_limit,
    flow_limit,
    // scan
    netscan,
    portscan,
    icmp_sweep,
    // misconfiguration
    spoofed_source,     // sends from addresses that nobody here has
    bogon_destination,  // sends to addresses that nobody on the Internet has
    martian_source,     // sends from addresses that may not be on a wire, such as loopback
    rogue_dhcp,         // gives addresses out, and is not a configured DHCP server
    rogue_ra,           // says it is a router of IPv6, and is not a configured one
    address_conflict,   // two hardware addresses say that they have one address
    foreign_address,    // uses an address that the inventory gives to another hardware address
    broadcast_storm,    // floods its segment with broadcasts or multicasts
    // abuse: what the payload says, or in brute_force the sessions
    amplification,
    brute_force,
    c2,
    exploit,
    malware,
    mining,
    p2p,
    phishing,
    sip_scan
};
enum class Direction : std::uint8_t { out, in };  // from an internal host, to an internal host
enum class Metric : std::uint8_t {
    packets,
    bits,
    flows,
    new_externals,  // external addresses with which the host had no flow that is remembered
    failed_contacts,
    targets,
    claims,   // of addresses, by messages on the link or as sources
    matches,  // flows in which a signature matched
    sessions  // that look alike
};
// Whose traffic was judged: one host's, or that of the hosts of a network or a group together; or what passes
// between two addresses that are both not internal, as when a host of ours forges the source.
enum class Scope : std::uint8_t { host, network, group, outside };
// In an amplification attack: who is attacked, who is used for it, or who sends the forged questions.
enum class Role : std::uint8_t { none, victim, reflector, requests };
enum class ProtocolClass : std::uint8_t { any, tcp, udp, icmp };
// What a finding is for: it justifies a lock, or says why a suspect is not to be locked.
enum class Verdict : std::uint8_t { lock, exonerated };
// How sure a lock is. Low: the evidence allows an innocent explanation, which is unusual.
enum class Confidence : std::uint8_t { high, low };
// What convinced. Each is explained in docs/scan-detection.md.
enum class Criterion : std::uint8_t {
    failed_contacts,   // the sequential test, against ordinary hosts and against peer-to-peer nodes
    dense_targets,     // … against ordinary hosts, and the targets lie side by side
    answered_fan_out,  // whether or not they answer: so many strangers on a service made for few
    fan_out,           // the tap sees no replies: so many targets
};
// Why a suspect is innocent, as far as is known.
enum class Exoneration : std::uint8_t {
    none,
    answered_contacts,     // as many of its contacts are answered as those of ordinary hosts
    peer_to_peer,          // fewer are, but more than a scanner's, and the targets are scattered
    bogon_targets,         // private addresses, which nobody on the Internet has
    replies_not_visible,   // the tap sees no replies, and the fan-out alone is not enough
    answered_fan_out_only  // many strangers, who answer, on a service where that is usual
};

// The names that stand in the JSON: "packet_limit", "out", "any" …
const char* name_of(Reason);
const char* name_of(Kind);
const char* name_of(Direction);
const char* name_of(Metric);
const char* name_of(ProtocolClass);
const char* name_of(Verdict);
const char* name_of(Confidence);
const char* name_of(Criterion);
const char* name_of(Exoneration);
const char* name_of(Scope);
const char* name_of(Role);

// Why it fired. For limits, value and threshold are per second over the window, as the rule states it; for
// scans, value is the number of distinct targets, or of those that failed, and threshold the number that was
// needed.
struct Trigger {
    std::string rule;
    Metric metric = Metric::packets;
    std::uint64_t value = 0;  // at the peak: floor(sum / window)
    std::uint64_t threshold = 0;
    std::uint32_t window_s = 0;
    // Limits only: the end of the epoch in which it was exceeded first, and of that with which the peak window ends.
    Time first_exceeded{};
    Time peak{};
};

// What a limit's window holds of one attack vector.
struct VectorShare {
    std::string vector;  // as Finding::vector; "established": in conversations; "one_way": perhaps so
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;

    friend bool operator==(const VectorShare&, const VectorShare&) = default;
};

struct External {
    IpAddress address;
    Traffic traffic;
};

// Externals in one /24 (IPv6: /48), or of one autonomous system.
struct ExternalNetwork {
    std::string name;  // "203.0.113.0/24"; "AS64496 Example"
    std::uint64_t addresses = 0;
    Traffic traffic;
};

// Traffic that limits would have counted, but for an allowance.
struct AllowedTraffic {
    std::string reason;
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;

    friend bool operator==(const AllowedTraffic&, const AllowedTraffic&) = default;
};

// What another limit of the same case saw: the window with its highest sum.
struct FurtherWindow {
    Trigger trigger;
    Traffic totals;
    std::vector<External> externals;  // as Finding's
    std::uint64_t externals_total = 0;
    Traffic unattributed;  // as LimitFigures'
};

// Figures of a limit's window, beyond totals and externals; empty in other findings.
struct LimitFigures {
    std::vector<Trigger>
        rules;  // all limits of this metric that were exceeded, by first_exceeded, then as configured
    // Of the other limits those with other windows, one for each; further_windows_max at most.
    std::vector<FurtherWindow> further{};
    std::uint64_t excesses = 0;  // how often the limit was exceeded anew: more than one is a pulse attack
    Role role = Role::none;
    std::vector<VectorShare>
        vectors{};  // the totals by vector, by packets, descending, then by name; all there are
    // Of the totals: what is in conversations (traffic_class.hpp).
    std::uint64_t established_packets = 0;
    std::uint64_t established_bytes = 0;
    // Of the totals: whose external address is not known. An external address may have so much more than is said.
    Traffic unattributed{};
    // Scope network or group: its hosts, as externals. Outside: the sources.
    std::vector<External> internals{};
    std::uint64_t internals_total = 0;
    std::vector<ExternalNetwork> networks{};  // where configured: as externals
    std::uint64_t networks_total = 0;
    // In the same window; not in the totals. In an exonerated finding: with it, the limit would be exceeded.
    std::vector<AllowedTraffic> allowed{};
    // 1: every packet was seen. Else packets and bytes have been multiplied by it, and flows are those of the sample.
    std::uint32_t sampling = 1;
};

// One distinct target of a scan: the first contact with it.
struct Target {
    Time time;
    IpAddress address;
    std::uint16_t port = 0;         // 0 for ICMP
    std::uint16_t source_port = 0;  // of the first packet; 0 for ICMP
    // Length of the first packet's frame with FCS, without tags: 64 at least. 0: unknown.
    std::uint32_t frame_bytes = 0;
};

// Distinct targets on one port; for a scan of IP protocols, the protocol's number stands for the port.
struct PortShare {
    std::uint16_t port = 0;
    std::uint64_t targets = 0;

    friend bool operator==(const PortShare&, const PortShare&) = default;
};

// Distinct targets whose first probe had a tool's mark.
struct ToolShare {
    std::string tool;  // "masscan", "zmap", "mirai", "nmap"
    std::uint64_t targets = 0;

    friend bool operator==(const ToolShare&, const ToolShare&) = default;
};

// Whether the tap sees replies: of the TCP contacts that were established, over all internal hosts and about
// the last five minutes, those whose reply was seen. A reply that was not seen shows in the acknowledgement of
// it.
struct ReplyVisibility {
    std::uint64_t established = 0;
    std::uint64_t seen = 0;

    friend bool operator==(const ReplyVisibility&, const ReplyVisibility&) = default;
};

// Figures of a scan verdict; all zero in other findings.
struct ScanFigures {
    std::uint64_t answered = 0;     // distinct targets that answered
    std::uint64_t refused = 0;      // … that refused (TCP RST)
    std::uint64_t unreachable = 0;  // … for which an ICMP error came
    std::uint64_t unanswered = 0;   // … that stayed silent for the waiting time
    std::uint64_t addresses = 0;    // distinct target addresses
    std::uint64_t ports = 0;        // distinct target ports
    std::uint64_t cut_short = 0;    // of the unanswered: the input ended within their waiting time
    std::int32_t log2_likelihood =
        0;  // sequential test: log2 of the likelihood ratio when the finding opened
    Criterion criterion = Criterion::failed_contacts;
    Confidence confidence = Confidence::high;
    Exoneration exoneration = Exoneration::none;
    std::uint64_t peak_per_second = 0;   // most targets first contacted in one second of the clock
    std::vector<PortShare> ports_top{};  // by targets, descending, then by port; ten at most
    std::vector<ToolShare> tools{};      // by targets, descending, then by name
    ReplyVisibility replies{};           // when the finding opened

    friend bool operator==(const ScanFigures&, const ScanFigures&) = default;
};

constexpr std::size_t further_windows_max = 4;

// One thing that was seen again and again: a signature that matched, an address that somebody says is his.
struct Fact {
    std::string name;       // the signature's, or what kind of message it was: "dhcp_offer"
    std::string words;      // what it means, in one line of text
    std::string reference;  // where one can read more; may be empty
    std::uint64_t count = 0;
    Time first;
    Time last;

    friend bool operator==(const Fact&, const Fact&) = default;
};

// What misconfiguration and abuse are found by; empty in other findings.
struct FactFigures {
    std::vector<Fact> facts;  // by count, descending, then by name and words; facts_max at most
    std::uint64_t facts_total = 0;
    std::string hardware_address{};  // the host's on its segment, "02:00:5e:10:00:01"; empty: not known
    Confidence confidence = Confidence::high;

    friend bool operator==(const FactFigures&, const FactFigures&) = default;
};

constexpr std::size_t facts_max = 100;

struct Finding {
    Verdict verdict = Verdict::lock;
    Reason reason = Reason::attack;
    Kind kind = Kind::packet_limit;
    Direction direction = Direction::out;
    ProtocolClass protocol = ProtocolClass::any;
    std::string vector = "other";
    IpAddress
        host;  // scope network: the network's first address; group: that of its first prefix; outside: ::
    Scope scope = Scope::host;
    std::string subject;      // whom it is about, as text: an address, a prefix, or a group's prefixes
    std::string group = "*";  // the host's; for the scope group, the one that was judged

    Time opened;  // end of the epoch in which the rule fired
    std::optional<Time>
        closed;       // end of the epoch in which it was quiet again; none: still so at the end of input
    Time first_seen;  // limits: of the host's flows in the window, all protocols; scans: of the scan's flows
    Time last_seen;

    Trigger trigger;
    Traffic totals;  // limits: the peak window; scans: the flows of the scan
    // Of the totals' flows, those without a record: counted once in each epoch, and estimated where a
    // worker's table was full (flow/overflow.hpp). 0: the number of flows is exact.
    Flows flows_estimated;
    std::vector<External>
        externals;  // by packets, descending, then by address; at most the configured number
    std::uint64_t externals_total = 0;  // how many there are
    std::vector<Target> targets;  // scans: by time, then address, then port; at most the configured number
    std::uint64_t targets_total = 0;
    ScanFigures scan;
    LimitFigures limit;
    FactFigures fact{};
    std::uint64_t case_number = 0;  // among the cases of its detector; never shown
};

// Whose traffic was judged together: the networks that a network's or group's subject names; none in the other scopes.
PrefixSet networks_of(const Finding& finding);

}  // namespace flowlock
