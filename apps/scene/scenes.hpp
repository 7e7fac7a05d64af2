// SPDX-License-Identifier: BSD-3-Clause
// The scenes. Every address is from a range that is reserved for documentation and tests (RFC 5737, 2544,
// 3849): internal are 198.51.100.0/24 and 2001:db8:100::/48, external is all else. Each runs on one thread.
#pragma once

#include <cstdint>

#include "base/address.hpp"
#include "recorder.hpp"

namespace flowlock::scene {

struct SceneOptions {
    std::uint64_t seed = 1;
    std::uint32_t packets = 0;
    std::uint32_t flows = 0;
    std::uint32_t seconds = 0;
    std::uint32_t frame_bytes = 64;  // as captured, without the check sequence
};

// 2013-11-13T18:14:20Z: a whole second, so that a scene's seconds are the analyser's epochs.
constexpr Time scene_start = time_from_ns(1'384'366'460'000'000'000);

// Half a minute of an ordinary small network in which one host scans and another one floods.
void record_demo(Recorder& recorder, const SceneOptions& options);
// Flows of Zipf sizes: TCP, UDP and ICMP, 5 % of the flows IPv6, 10 % tagged.
void record_mix(Recorder& recorder, const SceneOptions& options);
// Short UDP packets, each of a flow drawn uniformly.
void record_min64(Recorder& recorder, const SceneOptions& options);
// SYNs to one host, each from another address and port.
void record_syn_flood(Recorder& recorder, const SceneOptions& options);

// Address number `index` of a range that begins at `base`.
inline IpAddress ipv4_at(std::uint32_t base, std::uint32_t index) {
    return {0, 0xffff0000u | std::uint64_t{__builtin_bswap32(base + index)} << 32};
}
constexpr std::uint32_t internal_base = 198u << 24 | 51u << 16 | 100u << 8;   // 198.51.100.0/24
constexpr std::uint32_t documentation_1 = 192u << 24 | 0u << 16 | 2u << 8;    // 192.0.2.0/24
constexpr std::uint32_t documentation_3 = 203u << 24 | 0u << 16 | 113u << 8;  // 203.0.113.0/24
constexpr std::uint32_t benchmark_base = 198u << 24 | 18u << 16;              // 198.18.0.0/15

inline bool is_internal(const IpAddress& address) {
    return address.is_ipv4() && (address.ipv4() & 0xffffff00u) == internal_base;
}

inline IpAddress ipv6_at(std::uint32_t network, std::uint32_t index) {
    return {__builtin_bswap64(0x20010db800000000u | std::uint64_t{network} << 16), __builtin_bswap64(index)};
}
constexpr std::uint32_t internal_network_6 = 0x100;  // 2001:db8:100::/48
constexpr std::uint32_t external_network_6 = 0x200;

}  // namespace flowlock::scene
