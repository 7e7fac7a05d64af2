// SPDX-License-Identifier: BSD-3-Clause
#include "port_inquiry.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>
#include <rte_ethdev.h>

#include "dataplane/eal.hpp"

namespace flowlock {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds patience{10};
constexpr unsigned inquiry_mib = 64;

// What the child writes into the pipe: of a fixed size, so that one write and one read carry it.
struct Message {
    std::array<char, 64> driver{};
    std::array<char, 192> failure{};
    std::uint32_t queues_max = 0, redirection_entries = 0;
    bool rss_ip = false, rss_tcp = false, rss_udp = false, timestamps = false, vlan_strip = false;
};

template <std::size_t size>
void put(std::string_view text, std::array<char, size>& field) {
    std::memcpy(field.data(), text.data(), std::min(text.size(), size - 1));
}

void describe(std::uint16_t port, Message& message) {
    rte_eth_dev_info info{};
    if (const int error = rte_eth_dev_info_get(port, &info); error != 0) {
        put("DPDK does not say what it can: " + std::generic_category().message(-error), message.failure);
        return;
    }
    put(info.driver_name != nullptr ? info.driver_name : "?", message.driver);
    message.queues_max = info.max_rx_queues;
    message.redirection_entries = info.reta_size;
    message.rss_ip = (info.flow_type_rss_offloads & RTE_ETH_RSS_IP) != 0;
    message.rss_tcp = (info.flow_type_rss_offloads & RTE_ETH_RSS_TCP) != 0;
    message.rss_udp = (info.flow_type_rss_offloads & RTE_ETH_RSS_UDP) != 0;
    message.timestamps = (info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_TIMESTAMP) != 0;
    message.vlan_strip = (info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_VLAN_STRIP) != 0;
}

EalOptions options_for(const PortName& port, const LiveOptions& live) {
    EalOptions options{.workers = 0, .memory_mib = inquiry_mib, .hugepages = live.hugepages};
    if (port.kind == PortName::Kind::pci)
        options.pci = {port.device};
    else
        options.devices = {port.text};
    return options;
}

// In the child. DPDK talks where it likes; only the pipe is read.
[[noreturn]] void inquire(const PortName& port, const LiveOptions& live, int pipe) {
    const int nowhere = ::open("/dev/null", O_RDWR);
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, stream);
    Message message;
    try {
        const Eal eal(options_for(port, live));
        if (rte_eth_dev_count_avail() == 0)
            put("DPDK finds no port there; another program may have it", message.failure);
        else
            describe(static_cast<std::uint16_t>(rte_eth_find_next(0)), message);
    } catch (const std::exception& error) {
        put(error.what(), message.failure);
    }
    const bool sent = ::write(pipe, &message, sizeof message) == sizeof message;
    ::_exit(sent ? 0 : 1);
}

// False: the child ended or was late.
bool receive(int pipe, Message& message) {
    const auto deadline = Clock::now() + patience;
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd ready{.fd = pipe, .events = POLLIN, .revents = 0};
        const int count = ::poll(&ready, 1, static_cast<int>(std::max<long>(left, 0)));
        if (count < 0 && errno == EINTR) continue;
        return count > 0 && ::read(pipe, &message, sizeof message) == sizeof message;
    }
}

PortAnswer failed(std::string reason) {
    return {.nic = {}, .failure = std::move(reason)};
}

PortAnswer answer_of(const Message& message) {
    PortAnswer answer{.nic = {}, .failure = message.failure.data()};
    answer.nic = {.driver = message.driver.data(),
                  .queues_max = message.queues_max,
                  .rss_ip = message.rss_ip,
                  .rss_tcp = message.rss_tcp,
                  .rss_udp = message.rss_udp,
                  .redirection_entries = message.redirection_entries,
                  .timestamps = message.timestamps,
                  .vlan_strip = message.vlan_strip};
    return answer;
}

}  // namespace

PortAnswer ask_dpdk(const PortName& port, const LiveOptions& live) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return failed("no pipe to DPDK");
    const pid_t child = ::fork();
    if (child == 0) inquire(port, live, pipe[1]);
    ::close(pipe[1]);
    Message message;
    const bool received = child > 0 && receive(pipe[0], message);
    ::close(pipe[0]);
    if (child < 0) return failed("no process for DPDK");
    // Done, or hanging in a driver: either way it has no more to say.
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    return received ? answer_of(message) : failed("DPDK ended or did not answer");
}

}  // namespace flowlock
