// SPDX-License-Identifier: BSD-3-Clause
// What counts as an attempt of an internal host to reach somebody, and what became of it.
//
// Only the initiator of a flow can scan. TCP: a first packet without ACK and RST (SYN, FIN, NULL and XMAS
// probes), or with nothing but ACK (ACK and window scans) from a client's port; so neither backscatter nor an
// answer accuses. UDP: any first packet, but for one from a service's port to a client's, which is the answer
// to a request that the tap did not see. ICMP: echo requests. Any other IP protocol: any first packet.
#pragma once

#include <cstdint>
#include <limits>

#include "base/prefix.hpp"
#include "detect/finding.hpp"
#include "flow/flow_store.hpp"

namespace flowlock {

// By how much it speaks for the host; over several flows the first of these counts.
enum class ContactOutcome : std::uint8_t { answered, refused, unreachable, unanswered };

// An attempt, wherever it goes: the target may be one of unanswering_networks().
bool is_attempt(const FlowRecord& flow);

// Of one flow: answered when the other side sent anything but a TCP reset. Where nothing of the other side is
// seen at all, an acknowledgement of a TCP handshake proves that there was one: the tap sees one direction
// only.
ContactOutcome outcome_of(const FlowRecord& flow);

// Begun with an ACK: also the middle of a connection looks like this, so only its being refused or ignored says
// anything.
bool is_ack_probe(const FlowRecord& flow) noexcept;

// A TCP handshake was completed, and the tap has or has not seen the reply.
enum class Handshake : std::uint8_t { none, reply_seen, reply_not_seen };
Handshake handshake_of(const FlowRecord& flow) noexcept;

// The length of the frame that carries an IP packet, with Ethernet's header and FCS; a shorter frame is padded to the
// least that Ethernet sends. 0: unknown.
std::uint32_t frame_bytes_of(std::uint32_t ip_bytes) noexcept;

// Flows of one contact, added up: what the host sent in them, and the best that any of them met with.
struct FlowSum {
    Traffic sent;
    ContactOutcome best = ContactOutcome::unanswered;
    std::uint8_t tools = 0;  // scan_tool marks
    std::int64_t first_ns = std::numeric_limits<std::int64_t>::max();
    std::int64_t last_ns = std::numeric_limits<std::int64_t>::min();
    std::uint16_t first_port = 0;      // the flow that began first: its source port …
    std::uint16_t first_ip_bytes = 0;  // … and the length of its first packet

    void add(const FlowRecord& flow);
    void add(const FlowSum& other);

private:
    void take_first(std::int64_t began_ns, std::uint16_t port, std::uint16_t ip_bytes);
};

// Whom an attempt goes to. For IP protocols without ports of their own, the protocol's number stands for the port,
// so that a scan of protocols has as many targets as protocols.
struct ContactTarget {
    IpAddress address{};
    std::uint16_t port = 0;
    ProtocolClass protocol = ProtocolClass::any;
    std::uint8_t family = 4;

    friend bool operator==(const ContactTarget&, const ContactTarget&) = default;
};
ContactTarget target_of(const FlowRecord& flow) noexcept;

}  // namespace flowlock
