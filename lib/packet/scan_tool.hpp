// SPDX-License-Identifier: BSD-3-Clause
// The marks that scanning tools leave in the headers of a TCP probe. Each is one predicate on what the tool writes
// into fields that others fill at random or by the system's rules; a mark alone proves nothing, since the weakest
// are found by chance in one of 65,536 packets. Pure, bounded, noexcept: data path, for SYN packets only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace flowlock {

// As bits. masscan: IP id = low 16 bits of (destination ^ destination port ^ sequence); ZMap before 4.1.0: IP id
// 54321; the Mirai family: sequence = destination; nmap -sS: a window of 1024, 2048, 3072 or 4096, no data, and no
// option but the segment size. Old versions of masscan write a window of 1024, too, and so have both marks.
namespace scan_tool {
constexpr std::uint8_t masscan = 0x01, zmap = 0x02, mirai = 0x04, nmap = 0x08;
}

// A TCP segment in an unfragmented packet, with SYN and without ACK.
struct TcpProbe {
    std::span<const std::byte> captured;  // from the TCP header on, within the IP packet
    std::size_t size = 0;                 // of the segment on the wire, at least what is captured
};

// scan_tool bits; only what the captured bytes show. `ip` is the IPv4 header, 20 bytes of which can be read.
std::uint8_t scan_tools_of_ipv4(const std::byte* ip, const TcpProbe& probe) noexcept;
// IPv6 has no id, and its addresses are longer than a sequence number.
std::uint8_t scan_tools_of_ipv6(const TcpProbe& probe) noexcept;

}  // namespace flowlock
