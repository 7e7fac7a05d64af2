// SPDX-License-Identifier: BSD-3-Clause
#include "synthetic_source.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>

namespace flowlock {
namespace {

constexpr unsigned buffer_cache = 256;
constexpr std::uint16_t descriptors = 256;

[[noreturn]] void fail(const char* what, int error) {
    throw std::runtime_error(std::string("synthetic port: ") + what + ": " + rte_strerror(error));
}

}  // namespace

void SyntheticSource::FreePool::operator()(rte_mempool* pool) const noexcept {
    rte_mempool_free(pool);
}

std::uint16_t SyntheticSource::fill(std::uint16_t, std::uint16_t, rte_mbuf** packets, std::uint16_t given,
                                    std::uint16_t, void* feed) {
    auto& queue = *static_cast<Feed*>(feed);
    for (std::uint16_t i = 0; i < given; ++i) {
        const std::uint32_t size = queue.maker.next(rte_pktmbuf_mtod(packets[i], std::byte*));
        packets[i]->data_len = static_cast<std::uint16_t>(size);
        packets[i]->pkt_len = size;
    }
    queue.sent.store(queue.sent.load(std::memory_order_relaxed) + given, std::memory_order_relaxed);
    return given;
}

SyntheticSource::SyntheticSource(Options options) : options_(std::move(options)) {
    static unsigned sources_made = 0;
    name_ = "net_null_synthetic" + std::to_string(sources_made++);
    for (unsigned queue = 0; queue < options_.queues; ++queue)
        feeds_.push_back(std::make_unique<Feed>(options_.traffic, queue, options_.queues));
    make_port();
}

// Frames' heads are written anew each time, what follows is left as it is.
void SyntheticSource::put_payload(rte_mempool*, void* source, void* buffer, unsigned) {
    const auto& self = *static_cast<const SyntheticSource*>(source);
    const std::string& payload = self.options_.traffic.payload;
    std::byte* at = rte_pktmbuf_mtod(static_cast<rte_mbuf*>(buffer), std::byte*);
    std::memcpy(at + self.feeds_.front()->maker.payload_at(), payload.data(),
                std::min<std::size_t>(payload.size(), 1'400));
}

void SyntheticSource::make_port() {
    const unsigned buffers = options_.queues * 4 * buffer_cache;
    pool_.reset(rte_pktmbuf_pool_create(name_.c_str(), buffers, buffer_cache, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
                                        SOCKET_ID_ANY));
    if (!pool_) fail("packet buffers", rte_errno);
    rte_mempool_obj_iter(pool_.get(), put_payload, this);
    if (const int error = rte_eal_hotplug_add("vdev", name_.c_str(), "size=64,copy=0"); error < 0)
        fail("net_null", -error);
    if (const int error = rte_eth_dev_get_port_by_name(name_.c_str(), &port_); error < 0)
        fail("net_null", -error);
    const rte_eth_conf configuration{};
    const auto queues = static_cast<std::uint16_t>(options_.queues);
    if (const int error = rte_eth_dev_configure(port_, queues, 0, &configuration); error < 0)
        fail("configure", -error);
    for (std::uint16_t queue = 0; queue < queues; ++queue) {
        const int error = rte_eth_rx_queue_setup(port_, queue, descriptors, 0, nullptr, pool_.get());
        if (error < 0) fail("queue", -error);
        callbacks_.push_back(rte_eth_add_rx_callback(port_, queue, fill, feeds_[queue].get()));
        if (callbacks_.back() == nullptr) fail("receive callback", rte_errno);
    }
    if (const int error = rte_eth_dev_start(port_); error < 0) fail("start", -error);
}

SyntheticSource::~SyntheticSource() {
    rte_eth_dev_stop(port_);
    // A later port with the same number would inherit them.
    for (std::uint16_t queue = 0; queue < callbacks_.size(); ++queue) {
        rte_eth_remove_rx_callback(port_, queue, callbacks_[queue]);
        rte_free(const_cast<rte_eth_rxtx_callback*>(callbacks_[queue]));
    }
    rte_eth_dev_close(port_);
    rte_eal_hotplug_remove("vdev", name_.c_str());
}

}  // namespace flowlock
