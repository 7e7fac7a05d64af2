// SPDX-License-Identifier: BSD-3-Clause
#include "report/attack_words.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace flowlock {
namespace {

constexpr std::string_view amplification = "amplification:";
constexpr std::string_view syn_ack_reflection = "amplification:tcp_synack";

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> words{{
    {"syn_flood", "SYN flood"},
    {"ack_flood", "ACK flood"},
    {"rst_flood", "RST flood"},
    {"tcp_flag_flood", "TCP flood with unusual flags"},
    {"udp_flood", "UDP flood"},
    {"icmp_flood", "ICMP flood"},
    {"fragment_flood", "fragments without their datagrams"},
    {"protocol_flood", "flood of another IP protocol"},
    {syn_ack_reflection, "SYN-ACK reflection"},
    {"established", "established connections"},
    {"one_way", "traffic that is seen in one direction only"},
    {"other", "other traffic"},
}};

// "dns " for amplification:dns, so that it may stand before "service"; empty where it is not known.
std::string protocol_of(std::string_view vector) {
    if (!vector.starts_with(amplification)) return "";
    return std::string(vector.substr(amplification.size())) + ' ';
}

}  // namespace

std::string vector_words(std::string_view vector) {
    for (const auto& [name, text] : words)
        if (name == vector) return std::string(text);
    if (vector.starts_with(amplification))
        return fmt::format("amplification by {}", vector.substr(amplification.size()));
    return std::string(vector);
}

std::string role_words(const Finding& finding) {
    const std::string_view subject = scope_word(finding.scope);
    const bool tcp = finding.vector == syn_ack_reflection;
    const std::string protocol = protocol_of(finding.vector);
    switch (finding.limit.role) {
        case Role::none:
            return "";
        case Role::victim:
            return fmt::format("victim: answers of reflectors that this {} did not ask for", subject);
        case Role::reflector:
            if (tcp)
                return fmt::format(
                    "reflector: this {} answers forged connection attempts: its open TCP ports are "
                    "abused",
                    subject);
            return fmt::format("reflector: this {} answers forged questions: an open {}service is abused",
                               subject, protocol);
        case Role::requests:
            if (tcp)
                return fmt::format(
                    "requests: this {} sends connection attempts to many servers, probably with a "
                    "forged source",
                    subject);
            return fmt::format(
                "requests: this {} sends questions to many {}servers, probably with a forged source", subject,
                protocol);
    }
    return "";
}

std::string_view scope_word(Scope scope) {
    switch (scope) {
        case Scope::host:
            return "host";
        case Scope::network:
            return "network";
        case Scope::group:
            return "group";
        case Scope::outside:
            return "sender";
    }
    return "";
}

}  // namespace flowlock
