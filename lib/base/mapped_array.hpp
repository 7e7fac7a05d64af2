// SPDX-License-Identifier: BSD-3-Clause
// A large array of plain values straight from the kernel: zeroed, and backed by memory only where it is
// touched, in huge pages where the kernel can. Owned like a unique_ptr. Throws std::bad_alloc when there is
// no address space.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <sys/mman.h>
#include <type_traits>

namespace flowlock {

template <class T>
struct Unmap {
    std::size_t bytes = 0;
    void operator()(T* at) const noexcept { munmap(at, bytes); }
};

template <class T>
using MappedArray = std::unique_ptr<T[], Unmap<T>>;

template <class T>
MappedArray<T> map_array(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T>, "all-zero bytes must be a valid value");
    const std::size_t bytes = count * sizeof(T);
    void* at = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED) throw std::bad_alloc{};
    madvise(at, bytes, MADV_HUGEPAGE);
    return MappedArray<T>{static_cast<T*>(at), Unmap<T>{bytes}};
}

}  // namespace flowlock
