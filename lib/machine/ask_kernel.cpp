// SPDX-License-Identifier: BSD-3-Clause
// What stands in no file of the kernel: the clock's state, the user's name, an interface's offloads. Only questions that change nothing.
#include <cstring>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <pwd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/timex.h>
#include <unistd.h>

#include "machine/facts.hpp"

namespace flowlock {
namespace {

ClockFacts ask_clock() {
    timex clock{};
    const int state = ::adjtimex(&clock);
    ClockFacts facts;
    facts.known = state >= 0;
    facts.synchronised = state >= 0 && state != TIME_ERROR && (clock.status & STA_UNSYNC) == 0;
    facts.error_max = std::chrono::microseconds{clock.maxerror};
    return facts;
}

std::optional<std::uint32_t> ask_ethtool(int socket, const std::string& interface, std::uint32_t question) {
    ethtool_value answer{.cmd = question, .data = 0};
    ifreq request{};
    std::memcpy(request.ifr_name, interface.c_str(), interface.size());
    request.ifr_data = reinterpret_cast<char*>(&answer);
    if (::ioctl(socket, SIOCETHTOOL, &request) != 0) return std::nullopt;
    return answer.data;
}

std::optional<OffloadFacts> ask_offloads(const std::string& interface) {
    if (interface.size() >= IFNAMSIZ) return std::nullopt;
    const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket < 0) return std::nullopt;
    const auto gro = ask_ethtool(socket, interface, ETHTOOL_GGRO);
    const auto flags = ask_ethtool(socket, interface, ETHTOOL_GFLAGS);
    ::close(socket);
    if (!gro || !flags) return std::nullopt;
    return OffloadFacts{
        .gro = *gro != 0, .lro = (*flags & ETH_FLAG_LRO) != 0, .vlan_strip = (*flags & ETH_FLAG_RXVLAN) != 0};
}

}  // namespace

void ask_kernel(MachineFacts& facts) {
    facts.clock = ask_clock();
    if (const passwd* user = ::getpwuid(::geteuid()); user != nullptr) facts.process.user = user->pw_name;
    for (PortFacts& port : facts.ports)
        if (port.interface && port.interface->exists)
            port.interface->offloads = ask_offloads(port.name.interface);
}

}  // namespace flowlock
