// SPDX-License-Identifier: BSD-3-Clause
// How a host meets others, as figures: how often, whom, on which port, and what becomes of it. Every class of
// host, innocent or not, is one or several of these; what separates them is the figures alone. Plain data.
#pragma once

#include <cstdint>
#include <vector>

#include "packet.hpp"

namespace flowlock::evaluate {

// Both ends included; drawn once for each host.
struct Range {
    double low = 0;
    double high = 0;
    Range() = default;
    Range(double both) : low(both), high(both) {}
    Range(double lowest, double highest) : low(lowest), high(highest) {}
};

enum class Where : std::uint8_t {
    scattered,  // anywhere in public space
    hosted,     // half of them in 64 networks of hosting companies and CDNs, where most of the web is
    block,      // side by side, from the lowest to the highest
    few,        // port after port of one address, then the next
};

// What the host's own packets begin with, where that is not a connection.
enum class Opening : std::uint8_t { by_protocol, answer };

struct Ports {
    // Contact number n goes to list[n % size] of address n / size; empty: 1 to 65,535, in an order without order.
    std::vector<std::uint16_t> list{};
    // That share of the addresses is reached at a port of its own, 1024 to 65,535, instead.
    Range random = 0;
    bool are_protocols = false;  // of IP: the list's numbers are protocols, which have no ports
};

struct Dialler {
    Range per_second = 1;  // contacts begun, evenly with a jitter of a half
    bool inwards = false;  // strangers begin, and the host serves
    std::uint8_t protocol = protocol::tcp;
    std::uint8_t first_flags = tcp_flag::syn;
    Opening opening = Opening::by_protocol;

    Where where = Where::scattered;
    std::uint32_t known = 0;  // addresses that it knows from the start
    Range fresh = 1;          // share of contacts with somebody new; the others with those it knows, the
                              // oldest most often
    Range bogons = 0;         // share of private addresses
    Ports ports{};
    std::uint16_t own_port = 0;  // 0: another one each time
    std::uint32_t contacts_max = ~std::uint32_t{0};

    // Properties of the target, the same each time: shares of 1. Who neither answers nor refuses is silent.
    Range answers = 1;
    Range refuses = 0;
    Range round_trip_ms{10, 200};  // of each target
    Range late = 0.005;            // share of answers that take another 0.5 to 3 s

    std::uint8_t retries = 0;  // more packets to who is silent: after 1, 3 and 7 s, as TCP and most resolvers
    bool hangs_up = false;     // an answer is not taken up: a SYN scanner's system resets it
    std::uint8_t turns = 2;    // data packets each way, once it is answered
    std::uint16_t bytes = 600;
    bool one_way = false;  // what comes in takes another path, past the tap
    bool probe = false;    // these contacts are the scan
};

}  // namespace flowlock::evaluate
