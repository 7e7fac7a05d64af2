// SPDX-License-Identifier: BSD-3-Clause
#include "replay_source.hpp"

#include <algorithm>
#include <stdexcept>
#include <sys/stat.h>

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include "packet/decode.hpp"

namespace flowlock {
namespace {

constexpr const char* device_name = "net_null_replay";
// Chunks on their way at one time: enough that the reader is ahead of the slowest queue.
constexpr unsigned chunks_in_flight = 8;
constexpr unsigned buffer_cache = 64;
constexpr std::uint16_t descriptors = 256;

[[noreturn]] void fail(const char* what, int error) {
    throw std::runtime_error(std::string("replay port: ") + what + ": " + rte_strerror(error));
}

std::uint16_t fill_queue(std::uint16_t, std::uint16_t, rte_mbuf** packets, std::uint16_t given, std::uint16_t,
                         void* feed) {
    return static_cast<QueueFeed*>(feed)->fill(packets, given);
}

std::optional<std::uint64_t> size_of(const std::vector<std::string>& files) {
    std::uint64_t total = 0;
    for (const std::string& file : files) {
        struct stat status {};
        if (file == "-" || stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
        total += static_cast<std::uint64_t>(status.st_size);
    }
    return total;
}

}  // namespace

void ReplaySource::FreePool::operator()(rte_mempool* pool) const noexcept {
    rte_mempool_free(pool);
}

ReplaySource::ReplaySource(Options options)
    : options_(std::move(options)), bytes_total_(size_of(options_.files)) {
    for (unsigned i = 0; i < chunks_in_flight; ++i) {
        chunks_.push_back(std::make_unique<Chunk>(options_.queues));
        free_.push_back(chunks_.back().get());
    }
    for (unsigned queue = 0; queue < options_.queues; ++queue)
        feeds_.push_back(std::make_unique<QueueFeed>(queue, options_.fields, returned_));
    make_port();
}

void ReplaySource::make_port() {
    // Each queue holds one burst, each lcore a cache; the rest is slack.
    const unsigned buffers = 512 + options_.queues * 4 * buffer_cache;
    pool_.reset(rte_pktmbuf_pool_create("replay", buffers, buffer_cache, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
                                        SOCKET_ID_ANY));
    if (!pool_) fail("packet buffers", rte_errno);
    // Buffers come as long as they are, so that a frame may fill them; nothing is copied into them.
    const std::string arguments = "size=" + std::to_string(RTE_MBUF_DEFAULT_DATAROOM) + ",copy=0";
    if (const int error = rte_eal_hotplug_add("vdev", device_name, arguments.c_str()); error < 0)
        fail("net_null", -error);
    if (const int error = rte_eth_dev_get_port_by_name(device_name, &port_); error < 0)
        fail("net_null", -error);

    const rte_eth_conf configuration{};
    const auto queues = static_cast<std::uint16_t>(options_.queues);
    if (const int error = rte_eth_dev_configure(port_, queues, 0, &configuration); error < 0)
        fail("configure", -error);
    for (std::uint16_t queue = 0; queue < queues; ++queue) {
        const int error = rte_eth_rx_queue_setup(port_, queue, descriptors, 0, nullptr, pool_.get());
        if (error < 0) fail("queue", -error);
        callbacks_.push_back(rte_eth_add_rx_callback(port_, queue, fill_queue, feeds_[queue].get()));
        if (callbacks_.back() == nullptr) fail("receive callback", rte_errno);
    }
    if (const int error = rte_eth_dev_start(port_); error < 0) fail("start", -error);
}

ReplaySource::~ReplaySource() {
    stop();
    join();
    rte_eth_dev_stop(port_);
    // DPDK would call them for the next port of this number, too.
    for (std::uint16_t queue = 0; queue < callbacks_.size(); ++queue)
        rte_eth_remove_rx_callback(port_, queue, callbacks_[queue]);
    rte_eth_dev_close(port_);
    rte_eal_hotplug_remove("vdev", device_name);
}

void ReplaySource::start() {
    reader_ = std::thread([this] { read_all(); });
}

void ReplaySource::join() {
    if (reader_.joinable()) reader_.join();
}

void ReplaySource::read_all() {
    std::uint64_t read_before = 0;
    for (const std::string& path : options_.files) {
        CaptureFile file(path, &stop_);
        ReplayInput& input =
            inputs_.emplace_back(ReplayInput{.file = path, .packets = {}, .bytes = {}, .error = {}});
        for (;;) {
            Chunk& chunk = take_free_chunk();
            const bool more = file.fill(chunk.block);
            bytes_read_.store(read_before + file.position(), std::memory_order_relaxed);
            if (!more) {
                free_.push_back(&chunk);
                break;
            }
            input.packets += {chunk.block.frames.size()};
            for (const CapturedFrame& frame : chunk.block.frames) input.bytes += {frame.wire};
            hand_on(chunk);
        }
        input.truncated = file.truncated();
        input.error = file.error();
        read_before += file.position();
    }
    for (const auto& feed : feeds_) feed->incoming().put(nullptr);
}

void ReplaySource::hand_on(Chunk& chunk) {
    if (chunk.block.frames.empty()) return free_.push_back(&chunk);
    chunk.first_serial = frames_read_;
    frames_read_ += chunk.block.frames.size();
    mark_epochs(chunk);
    spread(chunk);
    for (const auto& feed : feeds_) feed->incoming().put(&chunk);
}

Chunk& ReplaySource::take_free_chunk() {
    while (free_.empty()) {
        Chunk* chunk = returned_.take();
        if (++chunk->returns == feeds_.size()) free_.push_back(chunk);
    }
    Chunk& chunk = *free_.back();
    free_.pop_back();
    chunk.returns = 0;
    return chunk;
}

void ReplaySource::mark_epochs(Chunk& chunk) {
    chunk.marks.clear();
    const auto& frames = chunk.block.frames;
    std::uint64_t sequence = 0;
    for (std::uint32_t i = 0; i < frames.size(); ++i) {
        const EpochName& name = epochs_.next(frames[i].time);
        if (name.sequence == sequence) continue;
        sequence = name.sequence;
        chunk.marks.push_back({i, name});
    }
}

// Symmetric, since a flow's key is the same in both directions. What has no flow goes to the first queue.
void ReplaySource::spread(Chunk& chunk) {
    if (options_.queues == 1) return;
    for (auto& frames : chunk.frames_of_queue) frames.clear();
    const auto& frames = chunk.block.frames;
    for (std::uint32_t i = 0; i < frames.size(); ++i) {
        const CapturedFrame& frame = frames[i];
        // No more than the worker will see, so that both come to the same flow.
        const auto seen = std::min<std::size_t>(frame.captured, RTE_MBUF_DEFAULT_DATAROOM);
        const Decoded decoded =
            decode(frame.link, {chunk.block.bytes.get() + frame.offset, seen}, frame.wire);
        std::size_t queue = 0;
        // The high bits choose: the flow table uses the low ones.
        if (is_decoded(decoded.outcome))
            queue = (hash_of(decoded.key, options_.secret) >> 32) * options_.queues >> 32;
        chunk.frames_of_queue[queue].push_back(i);
    }
}

}  // namespace flowlock
