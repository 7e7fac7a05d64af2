// SPDX-License-Identifier: BSD-3-Clause
#include "dataplane/live_port.hpp"

#include <algorithm>
#include <filesystem>
#include <net/if.h>
#include <stdexcept>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mempool.h>

#include "dataplane/rss.hpp"
#include "live/port_sizes.hpp"

namespace flowlock {
namespace {

// The largest frames in use, 9,216 bytes of payload with tags; a NIC with less takes what it can.
constexpr std::uint32_t jumbo_mtu = 9'600;
// Ethernet header and checksum.
constexpr std::uint32_t frame_overhead = 18;

unsigned receive_queues_of(const std::string& interface) {
    unsigned queues = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator at("/sys/class/net/" + interface + "/queues", error), end;
         !error && at != end; at.increment(error))
        queues += at->path().filename().string().starts_with("rx-") ? 1 : 0;
    return std::max(queues, 1u);
}

bool has_carrier(const std::string& interface) noexcept {
    ifreq request{};
    interface.copy(request.ifr_name, IFNAMSIZ - 1);
    const int asking = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (asking < 0) return true;
    const bool known = ::ioctl(asking, SIOCGIFFLAGS, &request) == 0;
    ::close(asking);
    return !known || (request.ifr_flags & IFF_RUNNING) != 0;
}

std::uint64_t speed_at_most(std::uint32_t capabilities) {
    constexpr std::pair<std::uint32_t, std::uint64_t> speeds[] = {
        {RTE_ETH_LINK_SPEED_200G, 200'000}, {RTE_ETH_LINK_SPEED_100G, 100'000},
        {RTE_ETH_LINK_SPEED_50G, 50'000},   {RTE_ETH_LINK_SPEED_40G, 40'000},
        {RTE_ETH_LINK_SPEED_25G, 25'000},   {RTE_ETH_LINK_SPEED_20G, 20'000},
        {RTE_ETH_LINK_SPEED_10G, 10'000},   {RTE_ETH_LINK_SPEED_1G, 1'000}};
    for (const auto& [bit, mbit] : speeds)
        if ((capabilities & bit) != 0) return mbit;
    return 0;
}

}  // namespace

void LivePort::FreePool::operator()(rte_mempool* pool) const noexcept {
    rte_mempool_free(pool);
}

void LivePort::fail(const std::string& what, int error, const std::string& mend) const {
    throw std::runtime_error("port " + name_.label() + ": " + what + ": " + rte_strerror(error) +
                             (mend.empty() ? "" : "; " + mend));
}

LivePort::LivePort(PortName name) : name_(std::move(name)) {
    probe();
    rte_eth_dev_info info{};
    if (const int error = rte_eth_dev_info_get(number_, &info); error < 0) fail("device", -error);
    driver_ = info.driver_name;
    // How many rings a peer brings is known when it comes. DPDK 22.11 reads a queue that has none from the first
    // one's, so each of its packets would be counted twice. A NIC without RSS leaves its further queues empty.
    const bool has_one = name_.has_peer() || (name_.kind == PortName::Kind::pci && !Rss(info).can_spread());
    queues_max_ = has_one ? 1 : std::max<unsigned>(1, info.max_rx_queues);
}

// A PCI device is known to the EAL when it is bound to vfio-pci and named in its list; the others are made here.
void LivePort::probe() {
    if (!name_.interface.empty()) {
        interface_number_ = if_nametoindex(name_.interface.c_str());
        if (interface_number_ == 0)
            fail("no interface of Linux is called " + name_.interface, errno,
                 "'ip link' lists those there are");
    }
    if (rte_eth_dev_get_port_by_name(name_.device.c_str(), &number_) == 0) return;
    const bool pci = name_.kind == PortName::Kind::pci;
    std::string arguments = name_.arguments;
    if (name_.kind == PortName::Kind::interface)
        arguments += ",queue_count=" + std::to_string(receive_queues_of(name_.interface));
    const int error = rte_eal_hotplug_add(pci ? "pci" : "vdev", name_.device.c_str(), arguments.c_str());
    if (error < 0)
        fail("DPDK cannot open it", -error,
             pci ? "bind it with 'dpdk-devbind.py -b vfio-pci " + name_.device +
                       "'; 'flowlock check' says what else it needs"
                 : "'flowlock check' says what it needs");
    if (rte_eth_dev_get_port_by_name(name_.device.c_str(), &number_) < 0)
        fail("no DPDK driver takes it", ENODEV, "'flowlock check' says what it needs");
}

LivePort::~LivePort() {
    stop();
    rte_eth_dev_close(number_);
    rte_eal_hotplug_remove(name_.kind == PortName::Kind::pci ? "pci" : "vdev", name_.device.c_str());
}

void LivePort::start(unsigned queues, unsigned spare_buffers) {
    notes_.clear();
    configure(name_.has_fixed_queues() ? queues_max_ : std::min(queues, queues_max_));
    std::uint16_t descriptors = PortSizes::descriptors;
    std::uint16_t none = 0;
    if (rte_eth_dev_adjust_nb_rx_tx_desc(number_, &descriptors, &none) < 0)
        descriptors = PortSizes::descriptors;
    for (std::uint16_t queue = 0; queue < queues_; ++queue) make_queue(queue, descriptors, spare_buffers);
    if (const int error = rte_eth_dev_start(number_); error < 0) fail("start", -error);
    started_ = true;
    listen_to_all();
    last_read_ = read_driver();
}

void LivePort::configure(unsigned queues) {
    rte_eth_dev_info info{};
    if (const int error = rte_eth_dev_info_get(number_, &info); error < 0) fail("device", -error);
    Rss rss(info);
    queues_ = queues;

    rte_eth_conf configuration{};
    if (queues > 1 && rss.can_spread()) {
        configuration.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
        configuration.rx_adv_conf.rss_conf = rss.configuration();
        notes_.push_back("the NIC spreads packets over " + std::to_string(queues) + " queues by " +
                         rss.names() + ", both directions of a flow alike");
    }
    // No VLAN tag is stripped, no checksum verified, no segments are joined: frames come as they are.
    configuration.rxmode.offloads = info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER;
    // Some devices name no frame size of their own, or a larger one than they take.
    const std::uint32_t frame_max = std::max(info.max_rx_pktlen, frame_overhead) - frame_overhead;
    const std::uint32_t mtu = std::min({std::uint32_t{info.max_mtu}, frame_max, jumbo_mtu});
    if (mtu > RTE_ETHER_MTU) configuration.rxmode.mtu = mtu;
    configuration.intr_conf.rmv = (*info.dev_flags & RTE_ETH_DEV_INTR_RMV) != 0 ? 1 : 0;
    // Nothing is sent, but some drivers want a transmit queue beside each receive queue, and memif refuses a
    // peer without.
    const auto transmit = std::min<std::uint16_t>(static_cast<std::uint16_t>(queues), info.max_tx_queues);
    const auto receive = static_cast<std::uint16_t>(queues);
    int error = rte_eth_dev_configure(number_, receive, transmit, &configuration);
    if (error < 0 && configuration.rxmode.mtu != 0) {
        configuration.rxmode.mtu = 0;
        error = rte_eth_dev_configure(number_, receive, transmit, &configuration);
        if (error == 0) notes_.emplace_back("the device refuses jumbo frames");
    }
    if (error < 0) fail("configure " + std::to_string(queues) + " queues", -error);
    for (std::uint16_t queue = 0; queue < transmit; ++queue)
        if (error = rte_eth_tx_queue_setup(number_, queue, 512, SOCKET_ID_ANY, nullptr); error < 0)
            fail("transmit queue", -error);
}

void LivePort::make_queue(std::uint16_t queue, std::uint16_t descriptors, unsigned spare_buffers) {
    if (pools_.size() <= queue) {
        const std::string pool = "port" + std::to_string(number_) + "_" + std::to_string(queue);
        const int socket = rte_eth_dev_socket_id(number_);
        pools_.emplace_back(rte_pktmbuf_pool_create(
            pool.c_str(), PortSizes::buffers(descriptors) + spare_buffers, PortSizes::buffer_cache, 0,
            RTE_MBUF_DEFAULT_BUF_SIZE, socket < 0 ? SOCKET_ID_ANY : socket));
        if (!pools_.back())
            fail("packet buffers", rte_errno, "more memory: live.memory_mib, and hugepages for it");
    }
    const int error =
        rte_eth_rx_queue_setup(number_, queue, descriptors, SOCKET_ID_ANY, nullptr, pools_[queue].get());
    if (error < 0) fail("receive queue " + std::to_string(queue), -error);
}

// A tap hears what is meant for others, and never asks anybody to be slower. Devices that hear everything
// anyway know none of this.
void LivePort::listen_to_all() {
    if (const int error = rte_eth_promiscuous_enable(number_); error < 0 && error != -ENOTSUP)
        notes_.push_back(std::string("promiscuous mode is refused: ") + rte_strerror(-error));
    rte_eth_allmulticast_enable(number_);
    rte_eth_fc_conf flow_control{};
    if (rte_eth_dev_flow_ctrl_get(number_, &flow_control) == 0) {
        flow_control.mode = RTE_ETH_FC_NONE;
        if (rte_eth_dev_flow_ctrl_set(number_, &flow_control) < 0)
            notes_.emplace_back("pause frames cannot be turned off");
    }
    if (!name_.counts_loss())
        notes_.push_back(name_.device +
                         " counts no loss of its own: drop counter unavailable; prefer af_xdp");
}

void LivePort::stop() noexcept {
    if (!started_) return;
    read_counters();
    rte_eth_dev_stop(number_);
    started_ = false;
}

std::uint64_t LivePort::mbit_per_second() const noexcept {
    rte_eth_link link{};
    if (rte_eth_link_get_nowait(number_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP &&
        link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN && link.link_speed > 0)
        return link.link_speed;
    rte_eth_dev_info info{};
    return rte_eth_dev_info_get(number_, &info) == 0 ? speed_at_most(info.speed_capa) : 0;
}

// net_af_xdp says that its link is up whatever the interface says.
bool LivePort::is_up() const noexcept {
    if (!name_.interface.empty() && !has_carrier(name_.interface)) return false;
    rte_eth_link link{};
    return rte_eth_link_get_nowait(number_, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

bool LivePort::is_present() const noexcept {
    if (!name_.interface.empty()) return if_nametoindex(name_.interface.c_str()) == interface_number_;
    return rte_eth_dev_is_removed(number_) == 0;
}

PortCounters LivePort::read_driver() const noexcept {
    rte_eth_stats now{};
    if (rte_eth_stats_get(number_, &now) < 0) return last_read_;
    return {.received = {now.ipackets},
            .bytes = {now.ibytes},
            .missed = {now.imissed},
            .errors = {now.ierrors},
            .no_buffer = {now.rx_nombuf}};
}

void LivePort::read_counters() noexcept {
    const PortCounters now = read_driver();
    // net_memif shows no counts while nobody is connected, and goes on from the old ones with the next peer.
    if (name_.has_peer() && now.received < last_read_.received) return;
    counters_.add(last_read_, now);
    last_read_ = now;
}

}  // namespace flowlock
