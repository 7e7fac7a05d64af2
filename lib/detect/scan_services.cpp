// SPDX-License-Identifier: BSD-3-Clause
#include "detect/scan_services.hpp"

#include <algorithm>
#include <array>

namespace flowlock {
namespace {

// Telnet (Mirai: 23, 2323), RPC and SMB (Blaster, Conficker, EternalBlue), SQL Server, Docker, RDP, Android debugging, VNC,
// Redis, TR-064.
constexpr std::array<std::uint16_t, 12> tcp_for_few{23,   135,  139,  445,  1433, 2323,
                                                    2375, 3389, 5555, 5900, 6379, 7547};
constexpr std::uint16_t udp_for_few = 1434;                                   // SQL Slammer
constexpr std::array<std::uint16_t, 5> tcp_for_some{22, 25, 465, 587, 3306};  // SSH, mail, MySQL
constexpr std::array<std::uint16_t, 4> udp_for_all{53, 123, 443, 3478};       // DNS, NTP, QUIC, STUN

template <std::size_t size>
bool has(const std::array<std::uint16_t, size>& ports, std::uint16_t port) noexcept {
    return std::find(ports.begin(), ports.end(), port) != ports.end();
}

}  // namespace

bool is_service_for_few(const ContactTarget& target) noexcept {
    if (target.protocol == ProtocolClass::tcp) return has(tcp_for_few, target.port);
    return target.protocol == ProtocolClass::udp && target.port == udp_for_few;
}

bool is_service_for_some(const ContactTarget& target) noexcept {
    return target.protocol == ProtocolClass::tcp && has(tcp_for_some, target.port);
}

bool is_service_for_all(const ContactTarget& target) noexcept {
    return target.protocol == ProtocolClass::udp && has(udp_for_all, target.port);
}

}  // namespace flowlock
