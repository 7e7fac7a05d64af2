// SPDX-License-Identifier: BSD-3-Clause
// Amplification: small requests with the victim's address as their source go to servers, whose large answers
// reach the victim. The internal network is the victim, has the reflecting server, or sends the requests: in
// the name of one of its own hosts (requester), or of a stranger (spoofer).
#include <array>
#include <stdexcept>
#include <string>

#include "acts.hpp"
#include "random.hpp"

namespace flowlock::scene {

namespace {

using std::chrono::microseconds;

struct Amplifier {
    std::string_view vector;
    std::uint16_t port;
    std::uint16_t request;  // bytes of payload
    std::uint32_t answer;
    std::uint32_t request_head;  // the payload's first bytes
    std::uint32_t answer_head;
    std::uint32_t answers = 1;  // to each request
};

constexpr std::array amplifiers{
    Amplifier{"amplification:dns", 53, 37, 3'000, 0x4c4b0100, 0x4c4b8180},
    Amplifier{"amplification:ntp", 123, 8, 440, 0x1700032a, 0xd700032a},  // the list of clients
    Amplifier{"amplification:memcached", 11'211, 15, 1'400, 0, 0},
    // M-SE(ARCH), HTTP; one answer for each service, 30 times the bytes in all (US-CERT TA14-017A).
    Amplifier{"amplification:ssdp", 1'900, 90, 320, 0x4d2d5345, 0x48545450, 10},
    Amplifier{"amplification:cldap", 389, 52, 3'000, 0x30250201, 0x30840000},
    Amplifier{"amplification:chargen", 19, 1, 1'024, 0, 0x20212223},
    Amplifier{"amplification:snmp", 161, 40, 1'400, 0x30260201, 0x30820570},
};

class UdpAmplification : public Act {
public:
    UdpAmplification(const Amplifier& amplifier, const ActOptions& options, Stage& stage)
        : amplifier_{amplifier}, options_{options}, random_{options.seed}, beat_{options.beat()} {
        if (options.payload >= 0) amplifier_.answer = static_cast<std::uint32_t>(options.payload);
        if (options.answered) throw std::runtime_error("--answered is for floods");
        if (amplifier_.answer > 65'507) throw std::runtime_error("--payload is too long for UDP");
        constexpr std::array kinds{"amplification_victim", "amplification_reflector",
                                   "amplification_requester", "amplification_spoofer"};
        const bool in = options.role == Role::victim;
        for (std::uint32_t i = 0; i < options.hosts; ++i) {
            const auto host = options.role == Role::spoofer ? victim_at(i) : options.host(i);
            attacks_.push_back(&stage.add_attack(kinds[static_cast<std::size_t>(options.role)],
                                                 amplifier.vector, in ? "in" : "out", host));
        }
    }

    Time next() const override { return beat_.due(sent_); }

    void play(Stage& stage) override {
        if (part_ == parts_.size()) prepare(stage);
        auto& spec = parts_[part_++];
        spec.time = beat_.time(sent_++);
        // What a reflector answers must follow the request, which is due now.
        if (options_.role == Role::reflector) {
            spec.time += delay_;
            stage.send_later(spec, attacks_[host_]);
        } else {
            stage.send(spec, attacks_[host_]);
        }
    }

private:
    static IpAddress victim_at(std::uint32_t index) { return ipv4_at(documentation_3, 200 + index % 50); }

    // The next answer, or the next request where nobody here sees the answers.
    void prepare(Stage& stage) {
        host_ = datagram_ % options_.hosts;
        const auto external =
            external_at(datagram_ / options_.hosts % options_.externals, options_.externals);
        ++datagram_;
        part_ = 0;
        Path request;
        if (options_.role == Role::reflector)
            request = {external, options_.host(host_)};
        else if (options_.role == Role::spoofer)
            request = {victim_at(host_), external};
        else
            request = {options_.host(host_), external};
        request.source_port = static_cast<std::uint16_t>(1'024 + random_.below(options_.ports));
        request.target_port = amplifier_.port;
        PacketSpec spec;
        spec.identification = static_cast<std::uint16_t>(random_.next());
        if (options_.role == Role::victim || options_.role == Role::reflector) {
            if (options_.role == Role::reflector) ask(stage, request);
            spec.path = request.reversed();
            spec.payload_head = amplifier_.answer_head;
            put_datagram(parts_, spec, amplifier_.answer);
            const std::size_t parts_of_one = parts_.size();
            for (std::uint32_t i = 1; options_.role == Role::reflector && i < amplifier_.answers; ++i)
                for (std::size_t part = 0; part < parts_of_one; ++part) {
                    parts_.push_back(parts_[part]);
                    parts_.back().identification = static_cast<std::uint16_t>(spec.identification + i);
                }
        } else {
            spec.path = request;
            spec.payload_head = amplifier_.request_head;
            put_datagram(parts_, spec, amplifier_.request);
        }
    }

    void ask(Stage& stage, const Path& path) {
        PacketSpec spec;
        spec.time = beat_.time(sent_);
        spec.path = path;
        spec.payload = amplifier_.request;
        spec.payload_head = amplifier_.request_head;
        spec.identification = static_cast<std::uint16_t>(random_.next());
        stage.send(spec);
        delay_ = microseconds{random_.between(50, 400)};
    }

    Amplifier amplifier_;
    ActOptions options_;
    Random random_;
    Beat beat_;
    std::vector<Attack*> attacks_;  // by host
    std::vector<PacketSpec> parts_;
    std::size_t part_ = 0;
    std::uint32_t host_ = 0;
    std::uint32_t datagram_ = 0;
    std::uint64_t sent_ = 0;
    Duration delay_{0};
};

// SYN-ACKs of many servers that somebody asked in the victim's name; the victim resets each.
class SynAckReflection : public Act {
public:
    SynAckReflection(const ActOptions& options, Stage& stage)
        : options_{options}, random_{options.seed}, beat_{options.beat()} {
        if (options.answered) throw std::runtime_error("--answered is for floods");
        if (options.role != Role::victim) throw std::runtime_error("tcp_synack has only the role of victim");
        for (std::uint32_t i = 0; i < options.hosts; ++i)
            attacks_.push_back(&stage.add_attack("amplification_victim", vector, "in", options.host(i)));
    }

    Time next() const override { return beat_.due(sent_); }

    void play(Stage& stage) override {
        const auto host = static_cast<std::uint32_t>(sent_ % options_.hosts);
        const auto server = static_cast<std::uint32_t>(sent_ / options_.hosts % options_.externals);
        PacketSpec spec;
        spec.time = beat_.time(sent_++);
        spec.protocol = tcp;
        spec.tcp_flags = syn | ack;
        spec.path = {external_at(server, options_.externals), options_.host(host)};
        spec.path.source_port = server % 3 == 0 ? 80 : 443;
        spec.path.target_port = static_cast<std::uint16_t>(1'024 + random_.below(options_.ports));
        spec.sequence = static_cast<std::uint32_t>(random_.next());
        spec.acknowledgement = static_cast<std::uint32_t>(random_.next());
        stage.send(spec, attacks_[host]);
        PacketSpec reset;
        reset.time = spec.time + microseconds{random_.between(20, 150)};
        reset.protocol = tcp;
        reset.tcp_flags = rst;
        reset.path = spec.path.reversed();
        reset.sequence = spec.acknowledgement;
        stage.send_later(reset);
    }

    static constexpr std::string_view vector = "amplification:tcp_synack";

private:
    ActOptions options_;
    Random random_;
    Beat beat_;
    std::vector<Attack*> attacks_;  // by host
    std::uint64_t sent_ = 0;
};

std::unique_ptr<Act> make(std::string_view name, const ActOptions& options, Stage& stage) {
    if (name == SynAckReflection::vector) return std::make_unique<SynAckReflection>(options, stage);
    for (const auto& amplifier : amplifiers)
        if (amplifier.vector == name) return std::make_unique<UdpAmplification>(amplifier, options, stage);
    throw std::runtime_error(std::string{name} + ": is no amplification");
}

}  // namespace

std::span<const ActKind> amplification_kinds() {
    static constexpr std::array kinds{
        ActKind{amplifiers[0].vector, "answers of 3,000 bytes: three fragments", make},
        ActKind{amplifiers[1].vector, "lists of 440 bytes", make},
        ActKind{amplifiers[2].vector, "answers of 1,400 bytes", make},
        ActKind{amplifiers[3].vector, "answers of 320 bytes", make},
        ActKind{amplifiers[4].vector, "answers of 3,000 bytes: three fragments", make},
        ActKind{amplifiers[5].vector, "answers of 1,024 bytes", make},
        ActKind{amplifiers[6].vector, "answers of 1,400 bytes", make},
        ActKind{SynAckReflection::vector, "SYN-ACKs; the victim resets", make},
    };
    return kinds;
}

}  // namespace flowlock::scene
