// SPDX-License-Identifier: BSD-3-Clause
// Ends the process when its end lasts too long, whatever hangs: epochs, a disk, a driver that is taken down. Whoever
// owns it declares it first, so that it outlives what may hang. Main thread; it has one of its own that sleeps.
#pragma once

#include <atomic>
#include <chrono>
#include <semaphore>
#include <thread>

namespace flowlock {

class LastResort {
public:
    // `status`: of the process, while nobody has said another.
    explicit LastResort(int status) : status_(status) {}
    // The process lives on.
    ~LastResort();
    LastResort(const LastResort&) = delete;
    LastResort& operator=(const LastResort&) = delete;

    // From now on the process ends after so much time at the latest. Once.
    void begin(std::chrono::milliseconds patience);
    // What had to be done is done: whatever hangs from now on, this is the process's status.
    void set_status(int status) noexcept { status_.store(status, std::memory_order_relaxed); }

private:
    std::atomic<int> status_;
    std::binary_semaphore over_{0};
    std::thread sleeper_;
};

}  // namespace flowlock
