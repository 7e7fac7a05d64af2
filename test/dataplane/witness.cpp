// SPDX-License-Identifier: BSD-3-Clause
// Replaces functions of the C and C++ libraries for the whole program. Nothing here may allocate, lock or
// throw by itself, and the variables are all the calling thread's own.
#include "witness.hpp"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <dlfcn.h>
#include <pthread.h>

#include "witness_thread.hpp"

namespace flowlock::test {

constinit thread_local WitnessThread witness_thread;

void begin_to_watch() noexcept {
    witness_thread.seen = {};
    witness_thread.watched = true;
}

Witnessed end_to_watch() noexcept {
    witness_thread.watched = false;
    return witness_thread.seen;
}

namespace {

void note(std::uint64_t Witnessed::*what) noexcept {
    if (witness_thread.watched) ++(witness_thread.seen.*what);
}

// The function that this program's own one hides. It is looked up when it is first called, which may be before
// any constructor has run.
template <class Function>
class Hidden {
public:
    constexpr explicit Hidden(const char* name) : name_(name) {}

    Function* get() noexcept {
        Function* found = found_.load(std::memory_order_relaxed);
        if (found == nullptr) {
            found = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name_));
            found_.store(found, std::memory_order_relaxed);
        }
        return found;
    }

private:
    const char* name_;
    std::atomic<Function*> found_ = nullptr;
};

constinit Hidden<int(pthread_mutex_t*)> mutex_lock{"pthread_mutex_lock"};
constinit Hidden<int(pthread_mutex_t*)> mutex_trylock{"pthread_mutex_trylock"};
constinit Hidden<int(pthread_rwlock_t*)> rwlock_rdlock{"pthread_rwlock_rdlock"};
constinit Hidden<int(pthread_rwlock_t*)> rwlock_wrlock{"pthread_rwlock_wrlock"};
constinit Hidden<int(pthread_spinlock_t*)> spin_lock{"pthread_spin_lock"};
constinit Hidden<void(void*, void*, void (*)(void*))> throw_exception{"__cxa_throw"};

}  // namespace
}  // namespace flowlock::test

using namespace flowlock::test;

extern "C" {

// The C library's own names for them.
void* __libc_malloc(std::size_t bytes) noexcept;
void* __libc_calloc(std::size_t count, std::size_t bytes) noexcept;
void* __libc_realloc(void* at, std::size_t bytes) noexcept;
void* __libc_memalign(std::size_t alignment, std::size_t bytes) noexcept;
void __libc_free(void* at) noexcept;

// operator new and delete come here.
void* malloc(std::size_t bytes) noexcept {
    note(&Witnessed::allocations);
    return __libc_malloc(bytes);
}

void* calloc(std::size_t count, std::size_t bytes) noexcept {
    note(&Witnessed::allocations);
    return __libc_calloc(count, bytes);
}

void* realloc(void* at, std::size_t bytes) noexcept {
    note(&Witnessed::allocations);
    return __libc_realloc(at, bytes);
}

void* aligned_alloc(std::size_t alignment, std::size_t bytes) noexcept {
    note(&Witnessed::allocations);
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void** at, std::size_t alignment, std::size_t bytes) noexcept {
    note(&Witnessed::allocations);
    void* memory = __libc_memalign(alignment, bytes);
    if (memory == nullptr) return ENOMEM;
    *at = memory;
    return 0;
}

void free(void* at) noexcept {
    note(&Witnessed::allocations);
    __libc_free(at);
}

int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
    note(&Witnessed::locks);
    return mutex_lock.get()(mutex);
}

int pthread_mutex_trylock(pthread_mutex_t* mutex) noexcept {
    note(&Witnessed::locks);
    return mutex_trylock.get()(mutex);
}

int pthread_rwlock_rdlock(pthread_rwlock_t* lock) noexcept {
    note(&Witnessed::locks);
    return rwlock_rdlock.get()(lock);
}

int pthread_rwlock_wrlock(pthread_rwlock_t* lock) noexcept {
    note(&Witnessed::locks);
    return rwlock_wrlock.get()(lock);
}

int pthread_spin_lock(pthread_spinlock_t* lock) noexcept {
    note(&Witnessed::locks);
    return spin_lock.get()(lock);
}

// What a throw becomes.
[[noreturn]] void __cxa_throw(void* exception, void* type, void (*destroy)(void*)) {
    note(&Witnessed::exceptions);
    throw_exception.get()(exception, type, destroy);
    __builtin_unreachable();
}
}
