// SPDX-License-Identifier: BSD-3-Clause
// The demo: 30 s of a small hosting network. After 7 s one server begins to look for SSH servers in somebody
// else's network; after 15 s another one floods three addresses for 6 s, at the rates of a provider's
// published lock report: 135,580 packets/s of 156 bytes to three addresses as 40,668 to 5 to 1, and 135
// flows/s.
#include <algorithm>
#include <array>
#include <chrono>

#include "background.hpp"
#include "scenes.hpp"

namespace flowlock::scene {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds length{30};

// Who can be met: servers and clients of the network, and the world outside.
class Network {
public:
    Network(Script& script, std::uint64_t seed) : background_{script, seed}, random_{seed + 1} {}

    // Everything that is said in half a minute. The last conversations end before the scene does.
    void talk() {
        for (std::uint32_t i = 0; i < 700; ++i) visit_outside(some_time(milliseconds{27'000}));
        for (std::uint32_t i = 0; i < 500; ++i) visit_inside(some_time(milliseconds{27'000}));
        for (std::uint32_t i = 0; i < 1'200; ++i) look_up(some_time(milliseconds{29'000}));
        for (std::uint32_t i = 0; i < 40; ++i) ask_big(some_time(milliseconds{29'000}));
        for (std::uint32_t i = 0; i < 400; ++i) ask_time(some_time(milliseconds{29'000}));
        for (std::uint32_t i = 0; i < 12; ++i) ping(some_time(milliseconds{20'000}), i);
    }

private:
    Time some_time(milliseconds before) {
        return scene_start +
               std::chrono::microseconds{random_.below(static_cast<std::uint32_t>(before.count()) * 1000)};
    }
    // A new port each time, so that no two conversations are one flow. Below 1024 + 40,000 of them.
    std::uint16_t new_port() { return static_cast<std::uint16_t>(1'024 + next_port_++ % 40'000); }

    std::uint32_t some_segments() {
        // Most answers are short, few are long.
        const auto kind = random_.below(100);
        return kind < 70   ? random_.between(1, 8)
               : kind < 97 ? random_.between(9, 60)
                           : random_.between(200, 500);
    }
    bool is_ipv6() { return random_.below(10) == 0; }
    std::uint16_t some_vlan() { return random_.below(8) == 0 ? 100 : 0; }

    void visit_outside(Time time) {
        const auto host = random_.between(10, 49);
        const auto site = random_.below(60);
        const std::uint16_t port = random_.below(5) == 0 ? 80 : 443;
        if (is_ipv6())
            background_.web(time, {internal_6(host), external_6(site), new_port(), port, 0}, some_segments());
        else
            background_.web(
                time, {internal(host), ipv4_at(documentation_3, 100 + site), new_port(), port, some_vlan()},
                some_segments());
    }
    void visit_inside(Time time) {
        const auto server = random_.between(2, 5);
        const auto client = random_.below(900);
        if (is_ipv6())
            background_.web(time, {external_6(1'000 + client), internal_6(server), new_port(), 443, 0},
                            some_segments());
        else
            background_.web(time, {visitor(client), internal(server), new_port(), 443, some_vlan()},
                            some_segments());
    }
    void look_up(Time time) {
        const auto host = random_.between(10, 49);
        if (is_ipv6())
            background_.dns(time, {internal_6(host), external_6(53), new_port(), 53, 0});
        else if (random_.below(3) == 0)  // our own name server is asked from outside
            background_.dns(time, {visitor(random_.below(900)), internal(6), new_port(), 53, 0});
        else
            background_.dns(time,
                            {internal(host), ipv4_at(documentation_3, 53), new_port(), 53, some_vlan()});
    }
    void ask_big(Time time) {
        background_.dns_fragmented(
            time, {internal(random_.between(10, 49)), ipv4_at(documentation_3, 54), new_port(), 53});
    }
    // A time server speaks with very many addresses, and always answers: it must not look like a scanner.
    void ask_time(Time time) {
        background_.ntp(time, {visitor(random_.below(4'000)), internal(7), new_port(), 123});
    }
    void ping(Time time, std::uint32_t number) {
        if (number % 3 == 2)
            background_.ping(time, {internal_6(10 + number), external_6(1)}, 8);
        else
            background_.ping(time, {internal(10 + number), ipv4_at(documentation_3, 1)}, 8);
    }

    static IpAddress internal(std::uint32_t host) { return ipv4_at(internal_base, host); }
    static IpAddress internal_6(std::uint32_t host) { return ipv6_at(internal_network_6, host); }
    static IpAddress external_6(std::uint32_t host) { return ipv6_at(external_network_6, host); }
    static IpAddress visitor(std::uint32_t number) { return ipv4_at(benchmark_base, 0x4000 + number * 7); }

    Background background_;
    Random random_;
    std::uint32_t next_port_ = 0;
};

// 160 addresses in a row, port 22: every sixteenth refuses, one answers, the others are silent and asked once
// more after a second, as a connect() does.
class Netscan {
public:
    Netscan() {
        attack.kind = "netscan";
        attack.direction = "out";
        attack.host = ipv4_at(internal_base, 23);
    }

    void plan(Script& script, Random& random) {
        auto now = scene_start + seconds{7} + milliseconds{40};
        for (std::uint32_t i = 0; i < target_count; ++i) {
            const Path path{attack.host, ipv4_at(first_target, i), static_cast<std::uint16_t>(42'000 + i),
                            22};
            attack.targets.push_back({now, path.target, 22});
            const auto sequence = static_cast<std::uint32_t>(random.next());
            probe(script, now, path, sequence);
            const auto back = now + milliseconds{random.between(3, 30)};
            if (i == 77)
                answer(script, back, path, sequence);
            else if (i % 16 == 5)
                refuse(script, back, path, sequence);
            else
                probe(script, now + seconds{1} + milliseconds{random.between(0, 9)}, path, sequence);
            now += std::chrono::microseconds{random.between(4'000, 21'000)};
        }
    }
    bool is_of_it(const PacketSpec& spec) const {
        return spec.path.source == attack.host && spec.path.target_port == 22;
    }

    Attack attack;

private:
    static constexpr std::uint32_t target_count = 160;
    static constexpr std::uint32_t first_target = benchmark_base + (236u << 8);

    static PacketSpec& say(Script& script, Time time, const Path& path, std::uint32_t flags) {
        auto& spec = script.emplace_back();
        spec.time = time;
        spec.path = path;
        spec.protocol = tcp;
        spec.tcp_flags = static_cast<std::uint8_t>(flags);
        return spec;
    }
    static void probe(Script& script, Time time, const Path& path, std::uint32_t sequence) {
        say(script, time, path, syn).sequence = sequence;
    }
    void refuse(Script& script, Time time, const Path& path, std::uint32_t sequence) {
        say(script, time, path.reversed(), rst | ack).acknowledgement = sequence + 1;
        ++attack.refused;
    }
    // The scanner learns what it wanted to know, and hangs up.
    void answer(Script& script, Time time, const Path& path, std::uint32_t sequence) {
        say(script, time, path.reversed(), syn | ack).acknowledgement = sequence + 1;
        say(script, time + milliseconds{1}, path, rst).sequence = sequence + 1;
        ++attack.answered;
    }
};

class Flood {
public:
    Flood() {
        attack.kind = "packet_flood";
        attack.vector = "udp_flood";
        attack.direction = "out";
        attack.host = ipv4_at(internal_base, 65);
    }

    bool is_over() const { return sent_ == packet_count; }
    Time time() const {
        return scene_start + seconds{15} + Duration{std::int64_t{sent_} * 1'000'000'000 / packets_per_second};
    }

    PacketSpec next() {
        const auto to = external_of(sent_);
        auto& sent_to = sent_by_external_[to];
        PacketSpec spec;
        spec.time = time();
        // A flow to the first address lasts 1,005 packets: 810 of them; the few packets to the second are in
        // 4 flows.
        const auto flow = to == 0 ? sent_to / 1'005 : to == 1 ? sent_to % 4 : 0;
        spec.path = {attack.host, external(to), static_cast<std::uint16_t>(55'008 + 2 * flow), 27'015};
        spec.payload = payload;
        spec.identification = static_cast<std::uint16_t>(sent_);
        ++sent_to;
        ++sent_;
        return spec;
    }

    Attack attack;

private:
    static constexpr std::uint32_t packets_per_second = 135'580;
    static constexpr std::uint32_t packet_count = 6 * packets_per_second;
    static constexpr std::uint16_t payload = 128;
    // Of 40,674 packets in a row, these go elsewhere than to the first address.
    static constexpr std::uint32_t round = 40'674;
    static constexpr std::array<std::uint32_t, 6> strays{4'000, 11'000, 18'000, 25'000, 32'000, 39'000};

    static std::uint32_t external_of(std::uint32_t number) {
        const auto* stray = std::find(strays.begin(), strays.end(), number % round);
        if (stray == strays.end()) return 0;
        return stray == strays.end() - 1 ? 2 : 1;
    }
    static IpAddress external(std::uint32_t number) {
        constexpr std::array<std::uint32_t, 3> hosts{114, 67, 53};
        return ipv4_at(documentation_1, hosts[number]);
    }

    std::uint32_t sent_ = 0;
    std::array<std::uint32_t, 3> sent_by_external_{};
};

}  // namespace

void record_demo(Recorder& recorder, const SceneOptions& options) {
    Script script;
    Network{script, options.seed}.talk();
    // Before its flood, that server is one like all others.
    Background ordinary{script, options.seed + 2};
    ordinary.web(scene_start + seconds{2},
                 {ipv4_at(internal_base, 65), ipv4_at(documentation_3, 110), 40'001, 443}, 30);
    Netscan netscan;
    Random random{options.seed + 3};
    netscan.plan(script, random);
    std::ranges::stable_sort(script, {}, &PacketSpec::time);

    Flood flood;
    const auto flood_until = [&](Time time) {
        while (!flood.is_over() && flood.time() < time) {
            const auto spec = flood.next();
            const auto recorded = recorder.record(spec);
            flood.attack.count_external(spec, recorded.ip_bytes, recorded.new_flow);
        }
    };
    // The first packet is an ARP request at the first instant, the last one another.
    recorder.record_arp_request(scene_start, ipv4_at(internal_base, 1), ipv4_at(internal_base, 23));
    for (const auto& spec : script) {
        flood_until(spec.time);
        const auto recorded = recorder.record(spec);
        if (netscan.is_of_it(spec)) netscan.attack.count_external(spec, recorded.ip_bytes, recorded.new_flow);
    }
    flood_until(Time::max());
    recorder.record_arp_request(scene_start + length, ipv4_at(internal_base, 1), ipv4_at(internal_base, 65));
    netscan.attack.externals.clear();  // the targets say it already
    recorder.truth().add_attack(std::move(netscan.attack));
    recorder.truth().add_attack(std::move(flood.attack));
}

}  // namespace flowlock::scene
