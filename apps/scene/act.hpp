// SPDX-License-Identifier: BSD-3-Clause
// What plays in a scene of attacks: each act says when its next packet is due and sends it when asked to. The
// stage merges the acts by time, together with the answers that acts have sent ahead. Owned by one thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <queue>
#include <string_view>
#include <vector>

#include "recorder.hpp"
#include "scenes.hpp"

namespace flowlock::scene {

class Stage {
public:
    // `one_way`: a tap that sees only what leaves the internal network.
    Stage(Recorder& recorder, bool one_way) : recorder_{recorder}, one_way_{one_way} {}

    // All strings are literals. The reference holds as long as the stage.
    Attack& add_attack(std::string_view kind, std::string_view vector, std::string_view direction,
                       const IpAddress& host);

    // The packet that is due now: acts send these in the order of time.
    void send(const PacketSpec& spec, Attack* attack = nullptr) {
        flush(spec.time);
        record(spec, attack);
    }
    // A packet that will be due later.
    void send_later(const PacketSpec& spec, Attack* attack = nullptr) {
        pending_.push({spec, attack, number_++});
    }
    // The rest, and what the attacks amount to.
    void finish();

private:
    struct Pending {
        PacketSpec spec;
        Attack* attack;
        std::uint64_t number;

        // The least urgent is the least: what was sent first goes first among those of one instant.
        friend bool operator<(const Pending& a, const Pending& b) {
            return a.spec.time != b.spec.time ? a.spec.time > b.spec.time : a.number > b.number;
        }
    };

    void flush(Time until) {
        while (!pending_.empty() && pending_.top().spec.time <= until) {
            record(pending_.top().spec, pending_.top().attack);
            pending_.pop();
        }
    }
    void record(const PacketSpec& spec, Attack* attack) {
        if (one_way_ && is_internal(spec.path.target)) return;
        const auto recorded = recorder_.record(spec);
        if (attack != nullptr) attack->count(spec, recorded.ip_bytes, recorded.new_flow);
    }

    Recorder& recorder_;
    bool one_way_;
    std::priority_queue<Pending> pending_;
    std::uint64_t number_ = 0;
    std::deque<Attack> attacks_;
};

class Act {
public:
    virtual ~Act() = default;

    // When its next packet is due; Time::max(): it is over.
    virtual Time next() const = 0;
    virtual void play(Stage& stage) = 0;
};

void play(Stage& stage, const std::vector<std::unique_ptr<Act>>& acts);

// The instants of a steady rate, perhaps only while a pulse is on.
class Beat {
public:
    struct Pulse {
        Duration on{0};
        Duration off{0};  // 0: no pulse
    };

    Beat(Time start, Duration length, std::uint32_t per_second, const Pulse& pulse)
        : start_{start}, end_{start + length}, per_second_{per_second}, pulse_{pulse} {}

    Time time(std::uint64_t number) const {
        const Duration active{static_cast<std::int64_t>(number * 1'000'000'000 / per_second_)};
        if (pulse_.off.count() == 0) return start_ + active;
        return start_ + active / pulse_.on * (pulse_.on + pulse_.off) + active % pulse_.on;
    }
    // Time::max() from the end on.
    Time due(std::uint64_t number) const {
        const auto at = time(number);
        return at < end_ ? at : Time::max();
    }
    Time start() const { return start_; }
    Time end() const { return end_; }

private:
    Time start_;
    Time end_;
    std::uint32_t per_second_;
    Pulse pulse_;
};

}  // namespace flowlock::scene
