// SPDX-License-Identifier: BSD-3-Clause
// When the peer of a memif port leaves, DPDK 22.11 marks the port as disconnected and unmaps its ring, in its
// interrupt thread, without waiting for a worker that has seen the mark too early and still reads from the ring: the
// process dies, as dpdk-testpmd does. A peer that leaves must not take the monitor down. So this munmap takes the
// place of the C library's in this program; in the interrupt thread it waits until every poller has come round,
// which takes microseconds; elsewhere it is the system call alone.
#include "memif_guard.hpp"

#include <atomic>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_interrupts.h>

namespace {
// Longer than a worker keeps one burst, also one whose CPU was taken away for a moment.
constexpr std::chrono::milliseconds patience{500};
std::atomic<const flowlock::Crew*> guarded = nullptr;
}  // namespace

extern "C" int munmap(void* at, std::size_t bytes) noexcept {
    // A worker that stands still may be in the middle of a read: then the mapping stays, and is lost.
    if (const flowlock::Crew* crew = guarded.load(); crew != nullptr && rte_thread_is_intr() != 0)
        if (!crew->come_round(patience)) return 0;
    return static_cast<int>(::syscall(SYS_munmap, at, bytes));
}

namespace flowlock {

MemifGuard::MemifGuard(const Crew& crew) {
    guarded = &crew;
}

MemifGuard::~MemifGuard() {
    guarded = nullptr;
}

}  // namespace flowlock
