// SPDX-License-Identifier: BSD-3-Clause
// What a synthetic queue sends: a description as plain data. Everything follows from it and from the seed.
//
// Flow number n is always the same conversation: a host of 198.18.0.0/15 (the benchmarking networks of
// RFC 2544) or 2001:db8:100::/48 with an external address of its own in 64.0.0.0/3 or 2001:db8:200::/48, made
// of n by a bijection, so numbers and external addresses correspond one to one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.hpp"

namespace flowlock {

enum class Pattern : std::uint8_t {
    uniform,    // every packet of a flow chosen at random, in a direction chosen at random
    zipf,       // … flow of rank r with a probability proportional to 1/r
    syn_flood,  // every packet a SYN of a new flow, from an address never seen before, to one of the hosts
    scan,       // … from one of the hosts to an address that it had not contacted, port 22
    listed,     // … a flow of `list` chosen at random: what the caller crafted
};

enum class Sizes : std::uint8_t {
    smallest,  // 64 bytes on the wire with checksum; IPv6 with TCP has no smaller one than 78
    imix,      // 7 of 64, 4 of 594 and 1 of 1518 bytes
};

// A conversation for Pattern::listed.
struct ListedFlow {
    std::uint32_t external;  // added to 64.0.0.0; below 2^29
    std::uint16_t port;      // the host's
};

struct SyntheticTraffic {
    Pattern pattern = Pattern::uniform;
    Sizes sizes = Sizes::smallest;
    bool ipv6 = false;
    std::uint32_t flows = 1'000'000;  // uniform, zipf: how many flows each queue has; at most 2^26
    std::uint32_t hosts = 256;        // internal hosts they belong to; at most 65,536
    std::uint64_t seed = 1;
    std::vector<ListedFlow> list{};
    bool udp = false;  // instead of TCP; IPv4 only. The smallest frame then carries 18 bytes
    // What every frame carries, as far as it is long enough, behind it zeros; at most 1,400 bytes.
    std::string payload{};
};

}  // namespace flowlock
