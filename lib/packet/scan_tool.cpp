// SPDX-License-Identifier: BSD-3-Clause
#include "packet/scan_tool.hpp"

#include "base/wire.hpp"

namespace flowlock {
namespace {

constexpr std::size_t header_min = 20;
constexpr std::size_t segment_size_option = 4;

// The header holds no option, or only the segment size (RFC 9293, 3.2).
bool is_plain(std::span<const std::byte> tcp, std::size_t header) noexcept {
    if (header == header_min) return true;
    return header == header_min + segment_size_option && tcp.size() >= header && load_u8(&tcp[20]) == 2 &&
           load_u8(&tcp[21]) == segment_size_option;
}

bool is_nmap(const TcpProbe& probe) noexcept {
    if (probe.captured.size() < header_min) return false;
    const std::size_t header = std::size_t{4} * (load_u8(&probe.captured[12]) >> 4);
    const std::uint16_t window = load_be16(&probe.captured[14]);
    const bool is_its_window = window % 1024 == 0 && window >= 1024 && window <= 4096;
    return is_its_window && probe.size == header && is_plain(probe.captured, header);
}

}  // namespace

std::uint8_t scan_tools_of_ipv4(const std::byte* ip, const TcpProbe& probe) noexcept {
    std::uint8_t tools = scan_tools_of_ipv6(probe);
    const std::uint16_t id = load_be16(ip + 4);
    if (id == 54321) tools |= scan_tool::zmap;
    if (probe.captured.size() < 8) return tools;
    const std::uint32_t destination = load_be32(ip + 16);
    const std::uint16_t port = load_be16(&probe.captured[2]);
    const std::uint32_t sequence = load_be32(&probe.captured[4]);
    if (id == ((destination ^ port ^ sequence) & 0xffff)) tools |= scan_tool::masscan;
    if (sequence == destination) tools |= scan_tool::mirai;
    return tools;
}

std::uint8_t scan_tools_of_ipv6(const TcpProbe& probe) noexcept {
    return is_nmap(probe) ? scan_tool::nmap : std::uint8_t{0};
}

}  // namespace flowlock
