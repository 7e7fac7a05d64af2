// SPDX-License-Identifier: BSD-3-Clause
#include "actor.hpp"

#include <algorithm>
#include <cmath>

#include "addresses.hpp"

namespace flowlock::evaluate {
namespace {

using scene::mix_bits;

// What a number's dice are thrown for.
enum Purpose : std::uint64_t { for_fate, for_round_trip, for_late, for_bogon, for_port, for_network };

constexpr std::uint32_t all_ports = 65'535;
// Hosting companies are the same for all hosts.
constexpr std::uint64_t networks_salt = 0x5eed;
constexpr std::uint32_t port_step = 26'861;  // has no divisor in common with the number of ports

std::uint64_t number_of(const IpAddress& address, std::uint16_t port) {
    return mix_bits(address.high ^ mix_bits(address.low)) + port;
}

}  // namespace

Actor::Actor(const Dialler& dialler, const Self& self)
    : dialler_(dialler),
      self_(self),
      random_(self.seed),
      salt_(random_.next()),
      known_(dialler.known),
      base_(public_address(random_.next(), !self.address.is_ipv4())) {
    for (Range* range : {&dialler_.per_second, &dialler_.fresh, &dialler_.bogons, &dialler_.ports.random,
                         &dialler_.answers, &dialler_.refuses, &dialler_.late})
        *range = draw(*range);
    interval_ns_ = static_cast<std::int64_t>(1e9 / (dialler_.per_second.low * self.scale));
    next_ns_ = static_cast<std::int64_t>(static_cast<double>(interval_ns_) * uniform());
}

void Actor::act(std::int64_t second, Calendar& calendar) {
    const std::int64_t end_ns = (second + 1) * ns_per_second;
    for (; next_ns_ < end_ns && begun_ < dialler_.contacts_max; ++begun_) {
        begin(next_ns_, calendar);
        next_ns_ += static_cast<std::int64_t>(static_cast<double>(interval_ns_) * (0.5 + uniform()));
    }
}

double Actor::dice(std::uint64_t number, std::uint64_t purpose) const {
    return static_cast<double>(mix_bits(mix_bits(number ^ salt_) + purpose) >> 11) * 0x1p-53;
}

// Somebody new, or somebody it knows: with the square of a uniform number, a tenth of them gets a third of all.
std::uint32_t Actor::choose() {
    if (known_ == 0 || uniform() < dialler_.fresh.low) return known_++;
    const double skewed = uniform();
    return static_cast<std::uint32_t>(skewed * skewed * known_);
}

bool Actor::is_bogon(std::uint32_t number) const {
    return dialler_.bogons.low > 0 && dice(number, for_bogon) < dialler_.bogons.low;
}

IpAddress Actor::address_of(std::uint32_t number) const {
    const bool ipv6 = !self_.address.is_ipv4();
    if (dialler_.where == Where::block) return address_after(base_, number);
    if (is_bogon(number)) return private_address(number ^ salt_);
    if (dialler_.where == Where::hosted && !ipv6 && dice(number, for_network) < 0.5) {
        const std::uint64_t bits = mix_bits(number ^ salt_);
        return address_after(public_address(networks_salt + bits % 64, false), bits >> 32 & 0x3ff);
    }
    return public_address(number ^ salt_, ipv6);
}

std::uint16_t Actor::port_of(std::uint32_t number, std::uint32_t turn) const {
    if (dialler_.ports.random.low > 0 && dice(number, for_port) < dialler_.ports.random.low)
        return static_cast<std::uint16_t>(1'024 + mix_bits(number ^ salt_ ^ 0x907) % 64'512);
    const auto& list = dialler_.ports.list;
    if (list.empty()) return static_cast<std::uint16_t>(1 + std::uint64_t{turn} * port_step % all_ports);
    return list[turn % list.size()];
}

// All ports of an address before the next one, or all addresses with the same chance.
Actor::Target Actor::target(std::uint32_t contact) const {
    const auto ports =
        dialler_.ports.list.empty() ? all_ports : static_cast<std::uint32_t>(dialler_.ports.list.size());
    if (dialler_.where == Where::few || dialler_.where == Where::block)
        return {address_of(contact / ports), port_of(contact / ports, contact % ports), false};
    const auto turn = static_cast<std::uint32_t>(mix_bits(contact ^ salt_) >> 40);
    return {address_of(contact), port_of(contact, turn), is_bogon(contact)};
}

Fate Actor::fate_of(const Target& target, std::uint64_t number) const {
    const double thrown = dice(number, for_fate);
    if (target.bogon) return Fate::silent;
    if (thrown < dialler_.answers.low) return Fate::answers;
    return thrown < dialler_.answers.low + dialler_.refuses.low ? Fate::refuses : Fate::silent;
}

std::int64_t Actor::round_trip_ns(std::uint64_t number) {
    const Range& trip = dialler_.round_trip_ms;
    double trip_ms = trip.low + (trip.high - trip.low) * dice(number, for_round_trip);
    if (uniform() < dialler_.late.low) trip_ms += 500 + 2'500 * uniform();
    return static_cast<std::int64_t>(trip_ms * static_cast<double>(ms));
}

// Who serves has the port that others dial.
void Actor::set_ports(const Target& target, Meeting& meeting) {
    if (dialler_.ports.are_protocols) {
        meeting.protocol = static_cast<std::uint8_t>(target.port);
        return;
    }
    if (meeting.protocol != protocol::tcp && meeting.protocol != protocol::udp) return;
    const auto any_port = static_cast<std::uint16_t>(32'768 + random_.below(28'232));
    meeting.own_port = dialler_.inwards ? target.port : dialler_.own_port != 0 ? dialler_.own_port : any_port;
    meeting.other_port = dialler_.inwards ? any_port : target.port;
}

void Actor::begin(std::int64_t time_ns, Calendar& calendar) {
    const Target chosen = target(choose());
    const std::uint64_t number = number_of(chosen.address, chosen.port);
    Meeting meeting;
    meeting.time_ns = time_ns;
    meeting.own = self_.address;
    meeting.other = chosen.address;
    meeting.host = self_.host;
    meeting.protocol = dialler_.protocol;
    set_ports(chosen, meeting);
    meeting.fate = fate_of(chosen, number);
    meeting.round_trip_ns = round_trip_ns(number);
    write_conversation(meeting, dialler_, calendar);
}

}  // namespace flowlock::evaluate
