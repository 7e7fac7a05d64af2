// SPDX-License-Identifier: BSD-3-Clause
// Ordinary conversations, as lists of packets to be sorted by time: each complete, as both ends behave when
// all is well. Owned by one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "packet_spec.hpp"
#include "random.hpp"

namespace flowlock::scene {

using Script = std::vector<PacketSpec>;

class Background {
public:
    Background(Script& script, std::uint64_t seed) : script_{script}, random_{seed} {}

    // A TCP connection with handshake, one request, an answer of so many full segments, and both FINs.
    void web(Time start, const Path& path, std::uint32_t segments);
    void dns(Time start, const Path& path);
    // An answer of 2,000 bytes that does not fit one packet: two fragments. IPv4 only.
    void dns_fragmented(Time start, const Path& path);
    void ntp(Time start, const Path& path);
    // So many echo requests, one a second, each answered.
    void ping(Time start, const Path& path, std::uint32_t count);

private:
    PacketSpec& say(Time time, const Path& path, std::uint8_t protocol, std::uint32_t payload);
    Duration microseconds(std::uint32_t low, std::uint32_t high) {
        return std::chrono::microseconds{random_.between(low, high)};
    }

    Script& script_;
    Random random_;
};

}  // namespace flowlock::scene
