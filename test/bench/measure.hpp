// SPDX-License-Identifier: BSD-3-Clause
// How fast loops take packets from a synthetic port.
#pragma once

#include <functional>
#include <vector>

#include "rivals.hpp"
#include "synthetic_source.hpp"

namespace flowlock::bench {

struct Timing {
    double warm_up_s = 1.2;
    double seconds = 1.0;
};

using Loop = std::function<void(Queue, const Stop&)>;

// Packets a second of all queues together. Queue i is polled by lcore i + 1, the last of two also by the main
// lcore, which else runs `beside` until it is told to stop.
double measure(const SyntheticSource& source, const std::vector<Loop>& loops, const Loop& beside,
               const Timing& timing);

double median(std::vector<double> values);

}  // namespace flowlock::bench
