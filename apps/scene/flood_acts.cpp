// SPDX-License-Identifier: BSD-3-Clause
// Floods: packets at a steady rate from one side to the other, with as many forged or real senders as wanted.
// Answered ones show that the target is alive.
#include <array>
#include <stdexcept>
#include <string>

#include "acts.hpp"
#include "random.hpp"

namespace flowlock::scene {

namespace {

struct Flood {
    std::string_view vector;
    std::uint8_t protocol;
    std::uint8_t tcp_flags;
    std::uint32_t payload;
    std::uint16_t target_port;
};

constexpr std::array floods{
    Flood{"syn_flood", tcp, syn, 0, 80},       Flood{"ack_flood", tcp, ack, 0, 80},
    Flood{"rst_flood", tcp, rst, 0, 80},       Flood{"tcp_flag_flood", tcp, 0, 0, 80},
    Flood{"udp_flood", udp, 0, 512, 27'015},   Flood{"icmp_flood", icmp, 0, 56, 0},
    Flood{"fragment_flood", udp, 0, 1'480, 0}, Flood{"protocol_flood", gre, 0, 512, 0},
};

// Null, FIN, "Christmas tree", SYN with FIN, and all of them: no connection has such segments.
constexpr std::array<std::uint8_t, 5> odd_flags{0, fin, fin | psh | urg, syn | fin,
                                                fin | syn | rst | psh | ack | urg};

class FloodAct : public Act {
public:
    FloodAct(const Flood& flood, const ActOptions& options, Stage& stage)
        : flood_{flood}, options_{options}, beat_{options.beat()}, random_{options.seed} {
        payload_ = options.payload < 0 ? flood.payload : static_cast<std::uint32_t>(options.payload);
        const bool may_be_long = flood.protocol == udp && flood.vector != "fragment_flood";
        if (payload_ > (may_be_long ? 65'507u : 1'480u) || (flood.protocol == tcp && payload_ > 1'460))
            throw std::runtime_error("--payload is too long for " + std::string{flood.vector});
        if (options.role != Role::victim) throw std::runtime_error("--role is for amplifications");
        if (options.answered && flood.protocol != tcp && flood.protocol != icmp)
            throw std::runtime_error("--answered is for TCP and ICMP");
        for (std::uint32_t i = 0; i < options.hosts; ++i)
            attacks_.push_back(
                &stage.add_attack("flood", flood.vector, name_of(options.direction), options.host(i)));
    }

    Time next() const override { return beat_.due(sent_); }

    void play(Stage& stage) override {
        if (part_ == parts_.size()) prepare_datagram();
        auto& spec = parts_[part_++];
        spec.time = beat_.time(sent_++);
        stage.send(spec, attacks_[host_]);
        if (options_.answered) answer(stage, spec);
    }

private:
    void prepare_datagram() {
        host_ = datagram_ % options_.hosts;
        const auto external = datagram_ / options_.hosts % options_.externals;
        ++datagram_;
        part_ = 0;
        PacketSpec spec;
        spec.protocol = flood_.protocol;
        spec.path =
            path_of(options_.direction, options_.host(host_), external_at(external, options_.externals));
        spec.path.source_port = static_cast<std::uint16_t>(1'024 + random_.below(options_.ports));
        spec.path.target_port = flood_.target_port;
        spec.identification = static_cast<std::uint16_t>(random_.next());
        if (spec.protocol == udp && flood_.vector != "fragment_flood")
            return put_datagram(parts_, spec, payload_);
        spec.payload = static_cast<std::uint16_t>(payload_);
        if (spec.protocol == udp) {
            spec.fragment_offset = static_cast<std::uint16_t>(1'480 * random_.between(1, 40));
            spec.more_fragments = true;
        } else if (spec.protocol == tcp) {
            spec.tcp_flags =
                flood_.tcp_flags != 0 ? flood_.tcp_flags : odd_flags[datagram_ % odd_flags.size()];
            spec.sequence = static_cast<std::uint32_t>(random_.next());
            if (spec.tcp_flags & ack) spec.acknowledgement = static_cast<std::uint32_t>(random_.next());
        } else if (spec.protocol == icmp) {
            spec.icmp_type = 8;
            spec.icmp_number = static_cast<std::uint16_t>(datagram_);
        }
        parts_.assign(1, spec);
    }

    // A SYN gets a SYN-ACK, an echo request its reply, everything else that is no RST a RST (RFC 9293, 3.5.2).
    void answer(Stage& stage, const PacketSpec& to) {
        if (to.tcp_flags & rst) return;
        PacketSpec spec;
        spec.time = to.time + std::chrono::microseconds{random_.between(20, 150)};
        spec.protocol = to.protocol;
        spec.path = to.path.reversed();
        spec.identification = static_cast<std::uint16_t>(random_.next());
        if (to.protocol == icmp) {
            spec.payload = to.payload;
            spec.icmp_number = to.icmp_number;
        } else if (to.tcp_flags == syn) {
            spec.tcp_flags = syn | ack;
            spec.sequence = static_cast<std::uint32_t>(random_.next());
            spec.acknowledgement = to.sequence + 1;
        } else if (to.tcp_flags & ack) {
            spec.tcp_flags = rst;
            spec.sequence = to.acknowledgement;
        } else {
            spec.tcp_flags = rst | ack;
            spec.acknowledgement = to.sequence + ((to.tcp_flags & (syn | fin)) != 0);
        }
        stage.send_later(spec);
    }

    Flood flood_;
    ActOptions options_;
    Beat beat_;
    Random random_;
    std::uint32_t payload_ = 0;
    std::vector<Attack*> attacks_;  // by host
    std::vector<PacketSpec> parts_;
    std::size_t part_ = 0;
    std::uint32_t host_ = 0;
    std::uint32_t datagram_ = 0;
    std::uint64_t sent_ = 0;
};

std::unique_ptr<Act> make(std::string_view name, const ActOptions& options, Stage& stage) {
    for (const auto& flood : floods)
        if (flood.vector == name) return std::make_unique<FloodAct>(flood, options, stage);
    throw std::runtime_error(std::string{name} + ": is not a flood");
}

}  // namespace

std::span<const ActKind> flood_kinds() {
    static constexpr std::array kinds{
        ActKind{"syn_flood", "SYNs", make},
        ActKind{"ack_flood", "ACKs of no connection", make},
        ActKind{"rst_flood", "RSTs of no connection", make},
        ActKind{"tcp_flag_flood", "TCP segments with flags that no connection has", make},
        ActKind{"udp_flood", "UDP; a long --payload comes in fragments", make},
        ActKind{"icmp_flood", "echo requests", make},
        ActKind{"fragment_flood", "later fragments without their datagrams", make},
        ActKind{"protocol_flood", "GRE, one way", make},
    };
    return kinds;
}

}  // namespace flowlock::scene
