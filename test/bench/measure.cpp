// SPDX-License-Identifier: BSD-3-Clause
#include "measure.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>

namespace flowlock::bench {
namespace {

int call(void* loop) {
    (*static_cast<std::function<void()>*>(loop))();
    return 0;
}

}  // namespace

double measure(const SyntheticSource& source, const std::vector<Loop>& loops, const Loop& beside,
               const Timing& timing) {
    Stop stop = false;
    std::vector<std::function<void()>> runs;
    for (std::size_t i = 0; i < loops.size(); ++i)
        runs.emplace_back([&, i] { loops[i]({source.port(), static_cast<std::uint16_t>(i)}, stop); });
    double rate = 0;
    std::thread stopwatch([&] {
        const auto sent = [&] {
            std::uint64_t sum = 0;
            for (unsigned i = 0; i < loops.size(); ++i) sum += source.sent(i);
            return sum;
        };
        std::this_thread::sleep_for(std::chrono::duration<double>(timing.warm_up_s));
        const std::uint64_t before = sent();
        const std::uint64_t begin = rte_rdtsc();
        std::this_thread::sleep_for(std::chrono::duration<double>(timing.seconds));
        const std::uint64_t after = sent();
        const std::uint64_t end = rte_rdtsc();
        rate = static_cast<double>(after - before) * static_cast<double>(rte_get_tsc_hz()) /
               static_cast<double>(end - begin);
        stop = true;
    });
    rte_eal_remote_launch(call, &runs[0], 1);
    if (runs.size() > 1)
        runs[1]();
    else if (beside)
        beside({}, stop);
    // Asleep: waiting for the lcore would spin, and what spins beside a measurement slows it.
    stopwatch.join();
    rte_eal_mp_wait_lcore();
    return rate;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

}  // namespace flowlock::bench
