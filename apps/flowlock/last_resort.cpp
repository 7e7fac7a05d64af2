// SPDX-License-Identifier: BSD-3-Clause
#include "last_resort.hpp"

#include <unistd.h>

namespace flowlock {

LastResort::~LastResort() {
    if (!sleeper_.joinable()) return;
    over_.release();
    sleeper_.join();
}

void LastResort::begin(std::chrono::milliseconds patience) {
    sleeper_ = std::thread([this, patience] {
        if (!over_.try_acquire_for(patience)) ::_exit(status_.load(std::memory_order_relaxed));
    });
}

}  // namespace flowlock
