// SPDX-License-Identifier: BSD-3-Clause
// A host that does what one Dialler says, second by second; all of it follows from its seed. Owned by one thread.
#pragma once

#include <cstdint>

#include "calendar.hpp"
#include "conversation.hpp"
#include "dialler.hpp"
#include "random.hpp"

namespace flowlock::evaluate {

class Actor {
public:
    struct Self {
        IpAddress address;
        std::uint32_t host = 0;
        std::uint64_t seed = 0;
        double scale = 1;  // of the contacts per second
    };
    Actor(const Dialler& dialler, const Self& self);

    // Begins all contacts of this second.
    void act(std::int64_t second, Calendar& calendar);

private:
    struct Target {
        IpAddress address;
        std::uint16_t port = 0;
        bool bogon = false;
    };

    double uniform() { return static_cast<double>(random_.next() >> 11) * 0x1p-53; }
    double draw(const Range& range) { return range.low + (range.high - range.low) * uniform(); }
    // The same for the same number and purpose.
    double dice(std::uint64_t number, std::uint64_t purpose) const;
    std::uint32_t choose();
    Target target(std::uint32_t contact) const;
    bool is_bogon(std::uint32_t number) const;
    IpAddress address_of(std::uint32_t number) const;
    std::uint16_t port_of(std::uint32_t number, std::uint32_t turn) const;
    Fate fate_of(const Target& target, std::uint64_t number) const;
    void set_ports(const Target& target, Meeting& meeting);
    std::int64_t round_trip_ns(std::uint64_t number);
    void begin(std::int64_t time_ns, Calendar& calendar);

    Dialler dialler_;  // each Range drawn: low is what holds
    Self self_;
    scene::Random random_;
    std::uint64_t salt_;
    std::int64_t interval_ns_;
    std::int64_t next_ns_ = 0;
    std::uint32_t known_;
    std::uint32_t begun_ = 0;
    IpAddress base_;
};

}  // namespace flowlock::evaluate
