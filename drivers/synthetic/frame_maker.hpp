// SPDX-License-Identifier: BSD-3-Clause
// Makes the frames of one synthetic queue, one after the other: chooses the flow, writes Ethernet, IP and TCP
// headers with a valid IPv4 header checksum. Belongs to the worker thread that polls the queue. next() is
// what a benchmark pays for, so it does not allocate, and branches only on what never changes.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "base/hash.hpp"
#include "base/wire.hpp"
#include "traffic.hpp"

namespace flowlock {

class FrameMaker {
public:
    // Bytes that next() writes: the headers. A longer frame's payload is left as it is.
    static constexpr std::size_t head_size = 96;

    // Queue `queue` of `queues`: their flows differ.
    FrameMaker(const SyntheticTraffic& traffic, unsigned queue, unsigned queues);

    // Writes the next frame's headers to `at`, which has room for head_size bytes, and returns the frame's
    // length without the Ethernet checksum, as a NIC delivers it.
    std::uint32_t next(std::byte* at) noexcept;

    // Where the payload begins.
    std::size_t payload_at() const noexcept {
        const std::size_t transport = ethernet_header + (traffic_.ipv6 ? ipv6_header : ipv4_header);
        return transport + (traffic_.udp ? udp_header : tcp_header);
    }

private:
    static constexpr std::size_t ethernet_header = 14, ipv4_header = 20, ipv6_header = 40, tcp_header = 20,
                                 udp_header = 8;
    static constexpr std::uint32_t frame_size_min = 60;
    static constexpr std::array<std::uint16_t, 12> imix_sizes{60, 60,  60,  60,  60,  60,
                                                              60, 590, 590, 590, 590, 1514};
    static constexpr std::size_t schedule_size = 1 << 22;
    static constexpr std::uint32_t external_mask = (1u << 29) - 1;

    struct Conversation {
        std::uint32_t host;      // number of the internal host
        std::uint32_t external;  // number of the external address, below 2^29
        std::uint32_t host_port;
        std::uint32_t external_port;
    };

    static void put_be16(std::byte* at, std::uint32_t value) noexcept {
        const std::uint16_t big = __builtin_bswap16(static_cast<std::uint16_t>(value));
        std::memcpy(at, &big, sizeof big);
    }
    static void put_be32(std::byte* at, std::uint32_t value) noexcept {
        const std::uint32_t big = __builtin_bswap32(value);
        std::memcpy(at, &big, sizeof big);
    }
    // A bijection of the numbers below 2^29: multiplying by an odd number and folding a shift are each one.
    static std::uint32_t scatter(std::uint32_t number) noexcept {
        number = number * 0x9e3779b1u & external_mask;
        number ^= number >> 15;
        return number * 0x85ebca6bu & external_mask;
    }
    // The generator of wyhash (Wang Yi, 2019): a counter, mixed by a folded multiplication.
    std::uint64_t random() noexcept {
        state_ += 0xa0761d6478bd642f;
        return fold_multiply(state_, state_ ^ 0xe7037ed1a0b428db);
    }
    bool is_opening() const noexcept {
        return traffic_.pattern == Pattern::syn_flood || traffic_.pattern == Pattern::scan;
    }
    // A number below `count`, of the upper half of a random word.
    static std::uint32_t below(std::uint64_t count, std::uint64_t word) noexcept {
        return static_cast<std::uint32_t>((word >> 32) * count >> 32);
    }
    std::uint32_t choose_flow(std::uint64_t word) noexcept;
    Conversation conversation(std::uint64_t number) const noexcept;
    Conversation fresh_conversation() const noexcept;
    Conversation listed_conversation(std::uint64_t word) const noexcept;
    void write_ipv4(std::byte* at, const Conversation& flow, bool outwards,
                    std::uint32_t ip_bytes) const noexcept;
    void write_ipv6(std::byte* at, const Conversation& flow, bool outwards,
                    std::uint32_t ip_bytes) const noexcept;
    void make_pattern();
    void make_schedule();

    SyntheticTraffic traffic_;
    unsigned queue_;
    unsigned queues_;
    std::uint64_t state_;
    std::uint64_t sent_ = 0;
    std::array<std::byte, head_size> pattern_{};
    std::uint32_t checksum_base_ = 0;
    // Zipf: flow numbers drawn ahead, read over and over; long enough that caches do not know it by heart.
    std::vector<std::uint32_t> schedule_;
    std::size_t place_ = 0;
};

inline std::uint32_t FrameMaker::choose_flow(std::uint64_t word) noexcept {
    if (traffic_.pattern != Pattern::zipf) return below(traffic_.flows, word);
    place_ = (place_ + 1) % schedule_size;
    return schedule_[place_];
}

inline FrameMaker::Conversation FrameMaker::conversation(std::uint64_t number) const noexcept {
    const std::uint64_t mixed = number * 0xd1b54a32d192ed03;
    const auto global = static_cast<std::uint32_t>(number * queues_ + queue_);
    return {.host = below(traffic_.hosts, mixed),
            .external = scatter(global & external_mask),
            .host_port = 32768 + static_cast<std::uint32_t>(mixed >> 8 & 0x3fff),
            .external_port = 443};
}

inline FrameMaker::Conversation FrameMaker::fresh_conversation() const noexcept {
    Conversation fresh = conversation(sent_);
    if (traffic_.pattern == Pattern::syn_flood) {
        fresh.external_port = 1024 + (fresh.host_port & 0x7fff);
        fresh.host_port = 80;
    } else {
        fresh.external_port = 22;
    }
    return fresh;
}

inline FrameMaker::Conversation FrameMaker::listed_conversation(std::uint64_t word) const noexcept {
    const ListedFlow& flow = traffic_.list[below(traffic_.list.size(), word)];
    return {.host = 0, .external = flow.external, .host_port = flow.port, .external_port = 443};
}

inline std::uint32_t FrameMaker::next(std::byte* at) noexcept {
    const std::uint64_t word = random();
    Conversation flow;
    if (is_opening())
        flow = fresh_conversation();
    else if (traffic_.pattern == Pattern::listed)
        flow = listed_conversation(word);
    else
        flow = conversation(choose_flow(word));
    const bool outwards = is_opening() ? traffic_.pattern == Pattern::scan : (word & 1) != 0;
    ++sent_;

    std::uint32_t size = frame_size_min;
    if (traffic_.sizes == Sizes::imix) size = imix_sizes[(word >> 1 & 0xffff) * imix_sizes.size() >> 16];
    if (traffic_.ipv6) {
        std::memcpy(at, pattern_.data(), head_size);
        size = std::max<std::uint32_t>(size, ethernet_header + ipv6_header + tcp_header);
        write_ipv6(at, flow, outwards, size - ethernet_header);
    } else {
        std::memcpy(at, pattern_.data(), 64);
        // The smallest frame is padded: 40 bytes of IP, 6 of padding.
        const std::uint32_t padding = size == frame_size_min && !traffic_.udp ? 6 : 0;
        write_ipv4(at, flow, outwards, size - padding - static_cast<std::uint32_t>(ethernet_header));
    }
    return size;
}

inline void FrameMaker::write_ipv4(std::byte* at, const Conversation& flow, bool outwards,
                                   std::uint32_t ip_bytes) const noexcept {
    std::byte* ip = at + ethernet_header;
    const std::uint32_t host = 0xc6120000 + flow.host;
    const std::uint32_t external = 0x40000000 + flow.external;
    std::uint32_t sum =
        checksum_base_ + ip_bytes + (host >> 16) + (host & 0xffff) + (external >> 16) + (external & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    put_be16(ip + 2, ip_bytes);
    put_be16(ip + 10, ~sum);
    // Chosen by an address, not by a branch that nobody can predict.
    put_be32(ip + (outwards ? 12 : 16), host);
    put_be32(ip + (outwards ? 16 : 12), external);
    put_be16(ip + ipv4_header + (outwards ? 0 : 2), flow.host_port);
    put_be16(ip + ipv4_header + (outwards ? 2 : 0), flow.external_port);
    if (traffic_.udp) put_be16(ip + ipv4_header + 4, ip_bytes - static_cast<std::uint32_t>(ipv4_header));
}

inline void FrameMaker::write_ipv6(std::byte* at, const Conversation& flow, bool outwards,
                                   std::uint32_t ip_bytes) const noexcept {
    std::byte* ip = at + ethernet_header;
    std::byte* host = ip + (outwards ? 8 : 24);
    std::byte* external = ip + (outwards ? 24 : 8);
    put_be16(ip + 4, ip_bytes - ipv6_header);
    put_be16(host + 4, 0x0100);
    put_be32(host + 12, flow.host);
    put_be16(external + 4, 0x0200);
    put_be32(external + 12, flow.external);
    put_be16(ip + ipv6_header + (outwards ? 0 : 2), flow.host_port);
    put_be16(ip + ipv6_header + (outwards ? 2 : 0), flow.external_port);
}

}  // namespace flowlock
