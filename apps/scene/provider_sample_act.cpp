// SPDX-License-Identifier: BSD-3-Clause
// The sample of the provider's published help page: within 300 s, 40,674,000 packets in 40,673 flows go from
// one host to three addresses, as 40,668,000 in 40,667 flows, 5,000 in 5 and 1,000 in 1; 5.909 GByte (2^30),
// which are 156 bytes a packet. The 5,000 are said to be 0.000 GByte, so they have fewer than 107 bytes each. A part
// of it has the same rates for a shorter time.
#include <algorithm>
#include <array>
#include <stdexcept>

#include "acts.hpp"

namespace flowlock::scene {

namespace {

class ProviderSample : public Act {
public:
    ProviderSample(const ActOptions& options, Stage& stage)
        : start_{options.beat().start()},
          packets_{rounds / options.divisor * round},
          attack_{stage.add_attack("packet_flood", "udp_flood", "out", options.host(0))} {
        if (options.divisor == 0 || rounds % options.divisor != 0)
            throw std::runtime_error("--part must be 1/K where K divides 1,000");
        flows_ = {std::max(1u, 40'667 / options.divisor), std::max(1u, 5 / options.divisor), 1};
        spec_.path = {attack_.host, {}, 0, 27'015};
    }

    Time next() const override { return sent_ == packets_ ? Time::max() : time_of(sent_); }

    void play(Stage& stage) override {
        const auto* stray = std::ranges::find(strays, sent_ % round);
        const std::size_t to = stray == strays.end() ? 0 : stray == strays.end() - 1 ? 2 : 1;
        // Flows of the first address follow each other, 135 a second; those of the second take turns.
        const auto of_it = packets_ / round * shares[to];
        const auto flow =
            to == 0 ? std::uint64_t{sent_to_[0]} * flows_[0] / of_it : sent_to_[to] % flows_[to];
        spec_.time = time_of(sent_);
        spec_.payload = to == 0 ? 128 : 64;
        spec_.path.target = ipv4_at(documentation_1, last_bytes[to]);
        spec_.path.source_port = static_cast<std::uint16_t>(20'000 + flow);
        spec_.identification = static_cast<std::uint16_t>(sent_);
        ++sent_to_[to];
        ++sent_;
        stage.send(spec_, &attack_);
    }

private:
    // The whole is 1,000 rounds of 300 ms.
    static constexpr std::uint32_t rounds = 1'000;
    static constexpr std::uint32_t round = 40'674;
    static constexpr std::uint32_t packets_per_second = 135'580;
    static constexpr std::array<std::uint32_t, 3> shares{40'668, 5, 1};
    static constexpr std::array<std::uint32_t, 6> strays{4'000, 11'000, 18'000, 25'000, 32'000, 39'000};
    static constexpr std::array<std::uint32_t, 3> last_bytes{114, 67, 53};

    Time time_of(std::uint32_t number) const {
        return start_ + Duration{std::int64_t{number} * 1'000'000'000 / packets_per_second};
    }

    Time start_;
    std::uint32_t packets_;
    Attack& attack_;
    std::array<std::uint32_t, 3> flows_{};
    std::array<std::uint32_t, 3> sent_to_{};
    std::uint32_t sent_ = 0;
    PacketSpec spec_;
};

}  // namespace

std::unique_ptr<Act> make_provider_sample(std::string_view, const ActOptions& options, Stage& stage) {
    return std::make_unique<ProviderSample>(options, stage);
}

}  // namespace flowlock::scene
