// SPDX-License-Identifier: BSD-3-Clause
// Asking for a cache line before it is needed. A function that does nothing else has no effect in the eyes of
// gcc 12, which drops calls of it; so whatever wraps a prefetch is marked always_inline. Data path.
#pragma once

namespace flowlock {

[[gnu::always_inline]] inline void prefetch_to_read(const void* at) noexcept {
    __builtin_prefetch(at, 0);
}
[[gnu::always_inline]] inline void prefetch_to_write(const void* at) noexcept {
    __builtin_prefetch(at, 1);
}

}  // namespace flowlock
