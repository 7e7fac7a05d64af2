// SPDX-License-Identifier: BSD-3-Clause
// Turns a PacketSpec into an Ethernet frame with right lengths and checksums. Owned by one thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "packet_spec.hpp"

namespace flowlock::scene {

// Ethernet's least frame without its check sequence: a tap sees shorter packets padded to it.
constexpr std::uint32_t frame_length_min = 60;

struct Frame {
    std::span<const std::byte> bytes;  // the headers and zeros, valid until the next frame is built
    std::uint32_t wire = 0;            // length on the wire, padded, without the check sequence
    std::uint32_t ip_bytes = 0;        // length that the IP header states; 0: not IP
};

class FrameBuilder {
public:
    Frame build(const PacketSpec& spec);
    // "Who has `target`? Tell `source`", both IPv4.
    Frame build_arp_request(const IpAddress& source, const IpAddress& target);

private:
    void clear() { bytes_.fill(std::byte{0}); }
    std::uint32_t put_ethernet(std::uint16_t ether_type, const Path& path);
    void put_ipv4(std::uint32_t at, const PacketSpec& spec, std::uint32_t length);
    void put_ipv6(std::uint32_t at, const PacketSpec& spec, std::uint32_t length);
    std::uint32_t put_transport(std::uint32_t at, const PacketSpec& spec);
    void put_tcp(std::uint32_t at, const PacketSpec& spec);
    void put_udp(std::uint32_t at, const PacketSpec& spec);
    void put_icmp(std::uint32_t at, const PacketSpec& spec);
    // Sum of the pseudo header and of what begins with the header at `at`, of which only the first `not_zero`
    // bytes add something.
    std::uint16_t transport_checksum(std::uint32_t at, std::uint32_t header, std::uint32_t not_zero,
                                     const PacketSpec& spec) const;
    std::uint32_t sum(std::uint32_t at, std::uint32_t length) const;

    void put_8(std::uint32_t at, std::uint32_t value) { bytes_[at] = static_cast<std::byte>(value); }
    void put_16(std::uint32_t at, std::uint32_t value) {
        put_8(at, value >> 8);
        put_8(at + 1, value);
    }
    void put_32(std::uint32_t at, std::uint32_t value) {
        put_16(at, value >> 16);
        put_16(at + 2, value);
    }
    void put_address(std::uint32_t at, const IpAddress& address);

    // The longest headers take 14 + 4 + 40 + 20 bytes; a snap length may ask for zeros beyond them.
    std::array<std::byte, 96> bytes_{};
};

}  // namespace flowlock::scene
