// SPDX-License-Identifier: BSD-3-Clause
#include "frame_maker.hpp"

#include <algorithm>
#include <random>

namespace flowlock {

FrameMaker::FrameMaker(const SyntheticTraffic& traffic, unsigned queue, unsigned queues)
    : traffic_(traffic), queue_(queue), queues_(queues), state_(traffic.seed * 0x9e3779b97f4a7c15 + queue) {
    make_pattern();
    if (traffic.pattern == Pattern::zipf) make_schedule();
}

// What all frames have in common.
void FrameMaker::make_pattern() {
    constexpr std::uint8_t flag_syn = 0x02, flag_ack = 0x10, tcp_number = 6, udp_number = 17, hops = 64;
    constexpr std::uint8_t macs[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    std::byte* at = pattern_.data();
    std::byte* ip = at + ethernet_header;
    std::byte* tcp = ip + (traffic_.ipv6 ? ipv6_header : ipv4_header);
    std::memcpy(at, macs, sizeof macs);
    put_be16(at + 12, traffic_.ipv6 ? 0x86dd : 0x0800);
    if (traffic_.ipv6) {
        put_be32(ip, 0x60000000);
        ip[6] = std::byte{tcp_number};
        ip[7] = std::byte{hops};
        put_be32(ip + 8, 0x20010db8);
        put_be32(ip + 24, 0x20010db8);
    } else {
        ip[0] = std::byte{0x45};
        put_be16(ip + 6, 0x4000);
        ip[8] = std::byte{hops};
        ip[9] = std::byte{traffic_.udp ? udp_number : tcp_number};
        for (std::size_t i = 0; i < ipv4_header; i += 2) checksum_base_ += load_be16(ip + i);
    }
    if (!traffic_.udp) {
        tcp[12] = std::byte{0x50};
        tcp[13] = std::byte{is_opening() ? flag_syn : flag_ack};
        put_be16(tcp + 14, 1024);
    }
    std::memcpy(at + payload_at(), traffic_.payload.data(),
                std::min(traffic_.payload.size(), head_size - payload_at()));
}

void FrameMaker::make_schedule() {
    std::vector<double> sums(traffic_.flows);
    for (std::size_t rank = 0; rank < sums.size(); ++rank)
        sums[rank] = (rank > 0 ? sums[rank - 1] : 0) + 1.0 / static_cast<double>(rank + 1);
    std::mt19937_64 generator(state_);
    std::uniform_real_distribution<double> draw(0, sums.back());
    schedule_.resize(schedule_size);
    for (std::uint32_t& number : schedule_)
        number = static_cast<std::uint32_t>(std::upper_bound(sums.begin(), sums.end() - 1, draw(generator)) -
                                            sums.begin());
}

}  // namespace flowlock
