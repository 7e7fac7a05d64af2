// SPDX-License-Identifier: BSD-3-Clause
// A small live monitor for benchmarks: the real Worker and the real control core behind a memif port, whose
// client is a traffic generator in another process. Prints one JSON object when it ends, by --seconds, SIGINT
// or SIGTERM. scripts/bench-testpmd drives it.
#include <algorithm>
#include <atomic>
#include <bit>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_interrupts.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

#include "control/control_core.hpp"
#include "dataplane/eal.hpp"
#include "dataplane/worker.hpp"

using namespace flowlock;

// When a client leaves, memif (DPDK 22.11) marks the port as disconnected and unmaps the ring, in DPDK's
// interrupt thread, without waiting for a receiver that has seen the mark too early and is still reading: that
// one crashes, as dpdk-testpmd does. So the interrupt thread's munmap, which is this one, waits until every
// receiver has come around, also one whose CPU was taken away meanwhile.
extern "C" int munmap(void* at, std::size_t bytes) noexcept {
    if (rte_thread_is_intr() != 0) std::this_thread::sleep_for(std::chrono::milliseconds(100));
    return static_cast<int>(syscall(SYS_munmap, at, bytes));
}

namespace {

struct Options {
    std::string socket;
    std::uint32_t flows = 1'048'576;
    double seconds = 0;  // 0: until a signal
};

constexpr const char* device_name = "net_memif0";
constexpr unsigned ring_log2 = 12;
constexpr unsigned memory_mib = 64;
constexpr unsigned buffer_cache = 256;
constexpr unsigned epochs = 4;
constexpr unsigned lcores = 2;  // the main one and the worker's

// A NIC's rule, though memif copies out of its ring: a buffer for each descriptor, a burst in the worker's
// hands, and what the lcores' caches keep back, each up to half again its size.
constexpr std::uint16_t descriptors = 1 << ring_log2;
constexpr unsigned buffers = descriptors + Worker::burst_size + lcores * buffer_cache * 3 / 2;

// Set by signals, by the end of the time, and read by the worker.
std::atomic<bool> stop = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

// A second signal ends the program.
void stop_at(int signal) {
    stop = true;
    std::signal(signal, SIG_DFL);
}

[[noreturn]] void fail(const char* what, int error) {
    throw std::runtime_error(std::string("memif port: ") + what + ": " + rte_strerror(error));
}

std::string device(const std::string& socket) {
    return fmt::format("{},role=server,socket={},socket-abstract=no,rsize={}", device_name, socket,
                       ring_log2);
}

// The device that the EAL was given, with one receive queue, started.
class MemifPort {
public:
    MemifPort() {
        pool_.reset(rte_pktmbuf_pool_create("memif", buffers, buffer_cache, 0, RTE_MBUF_DEFAULT_BUF_SIZE,
                                            SOCKET_ID_ANY));
        if (!pool_) fail("packet buffers", rte_errno);
        if (const int error = rte_eth_dev_get_port_by_name(device_name, &number_); error < 0)
            fail("device", -error);
        // Nothing is ever sent, but memif refuses a client whose receive queue has no counterpart.
        const rte_eth_conf configuration{};
        if (const int error = rte_eth_dev_configure(number_, 1, 1, &configuration); error < 0)
            fail("configure", -error);
        if (const int error = rte_eth_rx_queue_setup(number_, 0, descriptors, 0, nullptr, pool_.get());
            error < 0)
            fail("receive queue", -error);
        if (const int error = rte_eth_tx_queue_setup(number_, 0, descriptors, 0, nullptr); error < 0)
            fail("transmit queue", -error);
        if (const int error = rte_eth_dev_start(number_); error < 0) fail("start", -error);
    }
    ~MemifPort() {
        rte_eth_dev_stop(number_);
        rte_eth_dev_close(number_);
    }
    MemifPort(const MemifPort&) = delete;
    MemifPort& operator=(const MemifPort&) = delete;

    std::uint16_t number() const noexcept { return number_; }
    // The driver shows its counters only while a client is there: they are read meanwhile, and kept. They go
    // on with the next client.
    void read_counters() noexcept {
        rte_eth_stats now{};
        if (rte_eth_stats_get(number_, &now) == 0 && now.ipackets >= counters_.ipackets) counters_ = now;
    }
    const rte_eth_stats& counters() const noexcept { return counters_; }

private:
    struct FreePool {
        void operator()(rte_mempool* pool) const noexcept { rte_mempool_free(pool); }
    };

    std::unique_ptr<rte_mempool, FreePool> pool_;
    std::uint16_t number_ = 0;
    rte_eth_stats counters_{};
};

nlohmann::ordered_json result_of(const ControlCore& control, const rte_eth_stats& port) {
    const MergeTotals& totals = control.totals();
    const std::uint64_t packets = totals.tally.packets().value;
    const double seconds =
        packets > 0 ? static_cast<double>(totals.last_ns - totals.first_ns) / ns_per_second : 0;
    nlohmann::ordered_json loss;
    for (const auto& [cause, count] : control.loss()) loss[cause] = count.value;
    return {{"packets", packets},
            {"wire_bytes", totals.tally.wire_bytes.value},
            {"flows", control.flows().size()},
            {"seconds", seconds},
            {"loss", loss},
            {"port",
             {{"ipackets", port.ipackets},
              {"ibytes", port.ibytes},
              {"imissed", port.imissed},
              {"ierrors", port.ierrors},
              {"rx_nombuf", port.rx_nombuf}}}};
}

// The targets of testpmd's txonly, and the source of its flowgen: one internal host each, so that every packet
// has a direction and the detectors have work.
const PrefixSet internal{{*Prefix::parse("198.18.0.2/32"), *Prefix::parse("10.254.0.0/32")}};

void run(const Options& options) {
    const Eal eal({.workers = 1,
                   .memory_mib = memory_mib,
                   .hugepages = true,
                   .cpus = usable_cpus(),
                   .devices = {device(options.socket)}});
    const HashKey secret = HashKey::random();
    EpochChannel channel("memif", epochs, {.flows = options.flows, .hosts = 65'536}, internal, secret);
    channel.prefault();
    ControlCore control({.internal = internal,
                         .limits = {.rules = default_limits()},
                         .scan = {},
                         .engine = {},
                         .report = {},
                         .secret = secret},
                        {&channel});
    MemifPort port;
    Worker worker({{port.number(), 0}}, channel);
    const auto work = [](void* argument) {
        static_cast<Worker*>(argument)->run(LiveClock::start(), stop);
        return 0;
    };
    rte_eal_remote_launch(work, &worker, 1);
    fmt::print(stderr, "bench_memif: waiting for a client at {}\n", options.socket);

    const auto begin = std::chrono::steady_clock::now();
    const std::chrono::duration<double> length(options.seconds);
    while (!control.finished()) {
        if (options.seconds > 0 && std::chrono::steady_clock::now() - begin > length) stop = true;
        port.read_counters();
        if (!control.poll()) std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    rte_eal_mp_wait_lcore();
    port.read_counters();
    fmt::print("{}\n", result_of(control, port.counters()).dump());
}

}  // namespace

int main(int count, char** arguments) {
    Options options;
    CLI::App app("A live monitor behind a memif port; prints what it has seen as JSON when it ends");
    app.add_option("--socket", options.socket, "Path of the socket that the client connects to")->required();
    app.add_option("--flows", options.flows, "Room of the flow table, rounded up to a power of two")
        ->check(CLI::Range(1024u, 16'777'216u))
        ->capture_default_str();
    app.add_option("--seconds", options.seconds, "Ends after so long; 0: only at SIGINT or SIGTERM")
        ->capture_default_str();
    CLI11_PARSE(app, count, arguments);
    options.flows = std::bit_ceil(options.flows);
    std::signal(SIGINT, stop_at);
    std::signal(SIGTERM, stop_at);
    try {
        run(options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench_memif: {}\n", error.what());
        return 1;
    }
}
