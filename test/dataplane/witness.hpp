// SPDX-License-Identifier: BSD-3-Clause
// Sees a thread do what the data path must not do: allocate or free, take a lock, throw, call the system. It
// only counts; all of it still works. Each thread is watched for itself, and only between begin and end.
//
// How: the program has its own malloc, pthread_mutex_lock, __cxa_throw and so on, which the libraries call,
// too, and which pass on to the real ones. System calls are counted by their thread's seccomp filter, also
// those that are written in assembly or stand in a library.
#pragma once

#include <cstdint>

namespace flowlock::test {

struct Witnessed {
    std::uint64_t allocations = 0;  // and releases
    std::uint64_t locks = 0;
    std::uint64_t exceptions = 0;
    std::uint64_t system_calls = 0;
    long first_system_call = -1;  // its number
};

// The calling thread is watched from here …
void begin_to_watch() noexcept;
// … to here.
Witnessed end_to_watch() noexcept;

// From now on the calling thread's system calls are counted while it is watched; for all its life they take
// longer. False: the kernel does not permit it, or there is no such code for this processor.
bool count_system_calls() noexcept;

}  // namespace flowlock::test
