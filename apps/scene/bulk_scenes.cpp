// SPDX-License-Identifier: BSD-3-Clause
// Scenes of short packets only, which show what a program does per packet and per flow.
#include <algorithm>
#include <stdexcept>
#include <vector>

#include "random.hpp"
#include "scenes.hpp"

namespace flowlock::scene {

namespace {

// Untagged Ethernet and IPv4 before the transport header.
constexpr std::uint32_t bytes_before_transport = 14 + 20;

std::uint16_t payload_for(const SceneOptions& options, std::uint32_t transport_header) {
    const auto headers = bytes_before_transport + transport_header;
    if (options.frame_bytes < frame_length_min || options.frame_bytes > 1514)
        throw std::runtime_error("--frame-bytes must be from 60 to 1514");
    return static_cast<std::uint16_t>(options.frame_bytes - headers);
}

Duration step_of(const SceneOptions& options) {
    return Duration{std::int64_t{options.seconds} * 1'000'000'000 / options.packets};
}

}  // namespace

void record_min64(Recorder& recorder, const SceneOptions& options) {
    const auto payload = payload_for(options, 8);
    Random random{options.seed};
    std::vector<bool> seen(options.flows);
    PacketSpec spec;
    spec.protocol = udp;
    spec.payload = payload;
    spec.time = scene_start;
    for (std::uint32_t i = 0; i < options.packets; ++i) {
        const auto flow = random.below(options.flows);
        // 2^17 addresses outside, 250 inside; the port makes the rest of the difference.
        spec.path = {ipv4_at(benchmark_base, flow & 0x1ffff), ipv4_at(internal_base, 2 + flow % 250),
                     static_cast<std::uint16_t>(1'024 + (flow >> 17)), 9};
        spec.identification = static_cast<std::uint16_t>(i);
        if (!seen[flow]) recorder.truth().add_flow(udp);
        seen[flow] = true;
        recorder.record(spec);
        spec.time += step_of(options);
    }
}

void record_syn_flood(Recorder& recorder, const SceneOptions& options) {
    Attack attack;
    attack.kind = "syn_flood";
    attack.vector = "syn_flood";
    attack.direction = "in";
    attack.host = ipv4_at(internal_base, 80);
    PacketSpec spec;
    spec.protocol = tcp;
    spec.tcp_flags = syn;
    spec.payload = payload_for(options, 20);
    spec.time = scene_start;
    for (std::uint32_t i = 0; i < options.packets; ++i) {
        // An odd factor permutes the 32-bit numbers: 17 bits for the address and 15 for the port never come
        // twice.
        const auto key = static_cast<std::uint32_t>(i * 0x9e3779b1u + options.seed);
        spec.path = {ipv4_at(benchmark_base, key >> 15), attack.host,
                     static_cast<std::uint16_t>(0x8000 | (key & 0x7fff)), 80};
        spec.sequence = static_cast<std::uint32_t>(mix_bits(key));
        spec.identification = static_cast<std::uint16_t>(spec.sequence >> 7);
        recorder.truth().add_flow(tcp);
        const auto recorded = recorder.record(spec);
        attack.count(spec, recorded.ip_bytes, true);
        spec.time += step_of(options);
    }
    recorder.truth().add_attack(std::move(attack));
}

}  // namespace flowlock::scene
