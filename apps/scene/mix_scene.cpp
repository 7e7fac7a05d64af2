// SPDX-License-Identifier: BSD-3-Clause
// The mix: what a benchmark of flow programs needs. The flow of rank r has packets in proportion to 1/r
// (Zipf), at least one; packets come in random order and in equal distances of time; 70 % of the flows are
// TCP, 25 % UDP, 5 % ICMP. Memory grows with the number of flows.
#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "random.hpp"
#include "scenes.hpp"
#include "urn.hpp"

namespace flowlock::scene {

namespace {

std::uint64_t packets_with(std::uint64_t largest, std::uint32_t flows) {
    std::uint64_t sum = 0;
    for (std::uint32_t rank = 1; rank <= flows; ++rank) sum += std::max<std::uint64_t>(1, largest / rank);
    return sum;
}

// Sizes by rank that add up to `packets`; only integers, so that they are the same on every machine.
std::vector<std::uint32_t> zipf_sizes(std::uint32_t packets, std::uint32_t flows) {
    std::uint64_t low = 1;
    std::uint64_t high = packets;
    while (low < high) {
        const auto middle = (low + high + 1) / 2;
        if (packets_with(middle, flows) <= packets)
            low = middle;
        else
            high = middle - 1;
    }
    std::vector<std::uint32_t> sizes(flows);
    for (std::uint32_t i = 0; i < flows; ++i)
        sizes[i] = static_cast<std::uint32_t>(std::max<std::uint64_t>(1, low / (i + 1)));
    sizes[0] +=
        packets - static_cast<std::uint32_t>(std::accumulate(sizes.begin(), sizes.end(), std::uint64_t{0}));
    return sizes;
}

// What flow number `index` is; all of it follows from the number, so nothing is stored.
class MixFlow {
public:
    MixFlow(std::uint32_t index, std::uint64_t seed) : bits_{mix_bits(index + (seed << 32))} {
        const auto share = bits_ % 100;
        ipv6_ = (bits_ >> 32) % 100 < 5;
        protocol = share < 70 ? tcp : share < 95 ? udp : ipv6_ ? icmp6 : icmp;
        path_.vlan = (bits_ >> 40) % 100 < 10 ? 200 : 0;
        // A client of its own for 2^17 flows in a row, and another quarter of the servers for the next ones:
        // no two flows have the same pair of addresses, not even those without ports.
        const auto client = index & 0x1ffff;
        const auto server = (index >> 17 & 3) * 60 + 2 + (bits_ >> 48) % 60;
        path_.source = ipv6_ ? ipv6_at(external_network_6, client) : ipv4_at(benchmark_base, client);
        path_.target = address_of_server(static_cast<std::uint32_t>(server));
        path_.source_port = static_cast<std::uint16_t>(1'024 + (index >> 19) + (bits_ >> 20) % 50'000);
        path_.target_port = protocol == tcp ? 443 : 53;
    }

    // Packet number `number` of the flow.
    PacketSpec packet(std::uint32_t number) const {
        PacketSpec spec;
        const auto dice = mix_bits(bits_ + number);
        const bool back = number == 1 || (number > 2 && (dice & 1) != 0);
        spec.path = back ? path_.reversed() : path_;
        spec.protocol = protocol;
        spec.identification = static_cast<std::uint16_t>(dice >> 16);
        // Sizes have two heaps, as on real links: acknowledgements and full packets.
        spec.payload = static_cast<std::uint16_t>((dice & 6) == 0 ? 1'400 : (dice >> 32) % 500);
        if (protocol == tcp) {
            spec.tcp_flags = static_cast<std::uint8_t>(number == 0 ? syn : number == 1 ? syn | ack : ack);
            if (number < 2) spec.payload = 0;
            spec.sequence = number;
        } else if (protocol != udp) {
            spec.payload = 56;
            spec.icmp_type = static_cast<std::uint8_t>(ipv6_ ? 128 + back : back ? 0 : 8);
            spec.icmp_number = static_cast<std::uint16_t>(number);
        }
        return spec;
    }

    std::uint8_t protocol;

private:
    IpAddress address_of_server(std::uint32_t server) const {
        return ipv6_ ? ipv6_at(internal_network_6, server) : ipv4_at(internal_base, server);
    }

    std::uint64_t bits_;
    bool ipv6_;
    Path path_;
};

}  // namespace

void record_mix(Recorder& recorder, const SceneOptions& options) {
    if (options.flows > options.packets || options.flows > 1u << 19)
        throw std::runtime_error("mix: --flows must be at most --packets and at most 524,288");
    const auto sizes = zipf_sizes(options.packets, options.flows);
    Urn urn{sizes};
    Random random{options.seed};
    std::vector<std::uint32_t> sent(options.flows);
    const auto step = std::int64_t{options.seconds} * 1'000'000'000 / options.packets;
    auto now = scene_start;
    while (urn.left() > 0) {
        const auto index = urn.take(random.below(urn.left()));
        const MixFlow flow{index, options.seed};
        auto spec = flow.packet(sent[index]++);
        spec.time = now;
        now += Duration{step};
        if (sent[index] == 1) recorder.truth().add_flow(flow.protocol);
        recorder.record(spec);
    }
}

}  // namespace flowlock::scene
