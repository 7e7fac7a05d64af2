// SPDX-License-Identifier: BSD-3-Clause
#include "signals.hpp"

#include <atomic>
#include <csignal>

namespace flowlock {
namespace {

// A handler has no arguments to find them by.
std::atomic<bool> end_wanted = false;
std::atomic<bool> reload_wanted = false;
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void want_end(int signal) {
    end_wanted = true;
    std::signal(signal, SIG_DFL);
}

void want_reload(int) {
    reload_wanted = true;
}

}  // namespace

Signals::Signals() {
    end_wanted = false;
    reload_wanted = false;
    std::signal(SIGINT, want_end);
    std::signal(SIGTERM, want_end);
    std::signal(SIGHUP, want_reload);
    // Whoever reads the log may go away.
    std::signal(SIGPIPE, SIG_IGN);
}

Signals::~Signals() {
    std::signal(SIGINT, SIG_DFL);
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGHUP, SIG_DFL);
}

bool Signals::wants_end() const noexcept {
    return end_wanted.load(std::memory_order_relaxed);
}

bool Signals::take_reload() noexcept {
    return reload_wanted.load(std::memory_order_relaxed) && reload_wanted.exchange(false);
}

}  // namespace flowlock
