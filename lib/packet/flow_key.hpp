// SPDX-License-Identifier: BSD-3-Clause
// The key of a bidirectional flow: both directions of a conversation have the same one, because the endpoints
// are put in a fixed order. Plain value; data path.
#pragma once

#include <array>
#include <cstdint>

#include "base/address.hpp"
#include "base/hash.hpp"

namespace flowlock {

struct FlowKey {
    std::array<IpAddress, 2> address;     // endpoint 0 is the one that sorts first, by address, then by port
    std::array<std::uint16_t, 2> port{};  // host order; 0 where the protocol has none
    std::uint8_t protocol = 0;            // IANA protocol number
    std::uint8_t family = 4;              // 4 or 6: the header it came in
    std::uint16_t unused = 0;             // makes the last eight bytes one comparable word

    // Ports, protocol and family as one word.
    std::uint64_t ports_and_protocol() const noexcept {
        return load_native<std::uint64_t>(reinterpret_cast<const std::byte*>(&port));
    }
    // Both addresses of an IPv4 key as one word.
    std::uint64_t ipv4_pair() const noexcept {
        return address[0].low >> 32 | (address[1].low & ~std::uint64_t{0xffffffff});
    }

    friend bool operator==(const FlowKey&, const FlowKey&) = default;
    friend auto operator<=>(const FlowKey& a, const FlowKey& b) noexcept = default;
};

static_assert(sizeof(FlowKey) == 40, "the flow tables count on 40 bytes without padding");

// hash_of() for IPv4, from the key's words.
inline std::uint64_t hash_of_ipv4(std::uint64_t ipv4_pair, std::uint64_t ports_and_protocol,
                                  const HashKey& secret) noexcept {
    return fold_multiply(fold_multiply(ipv4_pair ^ secret.a, ports_and_protocol ^ secret.b) ^ secret.c,
                         secret.a);
}

// Keyed, so that nobody can choose flows that collide. All 64 bits are usable.
inline std::uint64_t hash_of(const FlowKey& key, const HashKey& secret) noexcept {
    const std::uint64_t rest = key.ports_and_protocol();
    if (key.family == 4) return hash_of_ipv4(key.ipv4_pair(), rest, secret);
    const std::uint64_t first = fold_multiply(key.address[0].high ^ secret.a, key.address[0].low ^ secret.b);
    const std::uint64_t second = fold_multiply(key.address[1].high ^ secret.b, key.address[1].low ^ secret.c);
    return fold_multiply(fold_multiply(first ^ secret.c, second ^ rest) ^ rest, secret.a);
}

}  // namespace flowlock
