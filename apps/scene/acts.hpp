// SPDX-License-Identifier: BSD-3-Clause
// The acts there are: attacks, what looks like them and is none, and everyday traffic. Each runs on one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "act.hpp"

namespace flowlock::scene {

// As seen from the internal network: who attacks, or sends the greater part, is inside (out) or outside (in).
enum class Direction : std::uint8_t { out, in };

constexpr std::string_view name_of(Direction direction) {
    return direction == Direction::out ? "out" : "in";
}

// What part the internal network plays in an amplification.
enum class Role : std::uint8_t { victim, reflector, requester, spoofer };

struct ActOptions {
    std::uint64_t seed = 1;
    Direction direction = Direction::in;
    Role role = Role::victim;
    std::uint32_t rate = 10'000;  // packets a second of the attack, or of the innocent's own direction
    std::uint32_t seconds = 5;
    std::uint32_t offset_ms = 0;  // from the start of the scene to that of the act
    Beat::Pulse pulse;
    std::uint32_t externals = 1;
    std::uint32_t hosts = 1;       // internal ones, taken in turn
    std::uint32_t ports = 50'000;  // that the sender of a flood draws its own port from
    std::int32_t payload = -1;     // bytes after the transport header; -1: what is usual
    std::uint32_t connections = 4;
    std::uint32_t per_acknowledgement = 2;
    std::uint32_t divisor = 1;  // of the provider's sample
    bool answered = false;
    std::uint32_t first_host = 0;

    // Internal host number `index`: from 198.51.100.65 on; at most 254 different ones.
    IpAddress host(std::uint32_t index) const {
        return ipv4_at(internal_base, 1 + (64 + first_host + index) % 254);
    }
    Beat beat() const { return beat(rate); }
    Beat beat(std::uint32_t per_second) const {
        return {scene_start + std::chrono::milliseconds{offset_ms}, std::chrono::seconds{seconds}, per_second,
                pulse};
    }
};

// An attack or an innocent that the command line offers by its name.
struct ActKind {
    std::string_view name;
    const char* description;
    std::unique_ptr<Act> (*make)(std::string_view name, const ActOptions& options, Stage& stage);
};

// Throw std::runtime_error from make() when options do not fit.
std::span<const ActKind> flood_kinds();
std::span<const ActKind> amplification_kinds();
std::span<const ActKind> transfer_kinds();
std::span<const ActKind> service_kinds();
std::unique_ptr<Act> make_provider_sample(std::string_view name, const ActOptions& options, Stage& stage);
// A little web, DNS, NTP and ping of an ordinary small network.
std::unique_ptr<Act> make_background(std::uint64_t seed, Duration length);

constexpr std::uint32_t hosts_max = 254;
constexpr std::uint32_t externals_max = 1u << 28;

// One of `count` external addresses. Few are in a documentation network, more in the benchmark network, in an
// order that looks random. Still more, which only forged sources are, are in 16.0.0.0/4, the largest part of
// the address space without a reserved network.
inline IpAddress external_at(std::uint32_t index, std::uint32_t count) {
    constexpr std::uint32_t odd = 0x9e3779b1;  // its multiples take every value of so and so many bits once
    if (count <= 254) return ipv4_at(documentation_1, 1 + index);
    if (count <= 1u << 17) return ipv4_at(benchmark_base, index * odd & 0x1ffff);
    return ipv4_at(16u << 24, index * odd & 0x0fffffff);
}

// The path from the sender of an attack to its target.
inline Path path_of(Direction direction, const IpAddress& host, const IpAddress& external) {
    return direction == Direction::out ? Path{host, external} : Path{external, host};
}

// A datagram as the packets of an Ethernet: one, or its fragments in order. `whole` is a UDP packet without
// payload.
void put_datagram(std::vector<PacketSpec>& parts, const PacketSpec& whole, std::uint32_t payload);

}  // namespace flowlock::scene
