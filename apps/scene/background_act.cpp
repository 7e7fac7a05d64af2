// SPDX-License-Identifier: BSD-3-Clause
// Everyday traffic: 50 conversations a second between hosts of the internal network and the world, IPv4 only.
#include <array>
#include <utility>

#include "acts.hpp"
#include "background.hpp"

namespace flowlock::scene {

namespace {

class BackgroundAct : public Act {
public:
    BackgroundAct(std::uint64_t seed, Duration length)
        : background_{script_, seed}, random_{seed + 1}, beat_{scene_start, length, 50, {}} {}

    Time next() const override { return beat_.due(begun_); }

    void play(Stage& stage) override {
        talk(beat_.time(begun_));
        ++begun_;
        for (const auto& spec : script_) stage.send_later(spec);
        script_.clear();
    }

private:
    void talk(Time now) {
        const auto inside = ipv4_at(internal_base, random_.between(10, 49));
        const auto visitor = ipv4_at(benchmark_base, 0x4000 + random_.below(900) * 7);
        switch (random_.below(10)) {
            case 0:
            case 1:
                return background_.web(now, {visitor, server(2), new_port(), 443}, random_.between(1, 30));
            case 2:
            case 3:
                return background_.web(now, {inside, outside(100), new_port(), 443}, random_.between(1, 60));
            case 4:
            case 5:
            case 6:
                return background_.dns(now, {inside, outside(53), new_port(), 53});
            case 7:
                return background_.dns_fragmented(now, {inside, outside(54), new_port(), 53});
            case 8:
                return background_.ntp(now, {visitor, server(7), new_port(), 123});
            default:
                return background_.ping(now, {inside, outside(1)}, 3);
        }
    }
    static IpAddress server(std::uint32_t host) { return ipv4_at(internal_base, host); }
    static IpAddress outside(std::uint32_t host) { return ipv4_at(documentation_3, host); }
    std::uint16_t new_port() { return static_cast<std::uint16_t>(1'024 + next_port_++ % 40'000); }

    std::vector<PacketSpec> script_;
    Background background_;
    Random random_;
    Beat beat_;
    std::uint64_t begun_ = 0;
    std::uint32_t next_port_ = 0;
};

}  // namespace

std::unique_ptr<Act> make_background(std::uint64_t seed, Duration length) {
    return std::make_unique<BackgroundAct>(seed, length);
}

}  // namespace flowlock::scene
