// SPDX-License-Identifier: BSD-3-Clause
#include "packet/outcome.hpp"

namespace flowlock {

std::string_view name_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::ipv4_tcp:
            return "ipv4_tcp";
        case Outcome::ipv4_udp:
            return "ipv4_udp";
        case Outcome::ipv4_icmp:
            return "ipv4_icmp";
        case Outcome::ipv4_other:
            return "ipv4_other";
        case Outcome::ipv6_tcp:
            return "ipv6_tcp";
        case Outcome::ipv6_udp:
            return "ipv6_udp";
        case Outcome::ipv6_icmp:
            return "ipv6_icmp";
        case Outcome::ipv6_other:
            return "ipv6_other";
        case Outcome::not_ip:
            return "not_ip";
        case Outcome::link_header_cut:
            return "link_header_cut";
        case Outcome::too_many_tags:
            return "too_many_tags";
        case Outcome::ip_header_cut:
            return "ip_header_cut";
        case Outcome::ip_version_wrong:
            return "ip_version_wrong";
        case Outcome::ip_header_length_wrong:
            return "ip_header_length_wrong";
        case Outcome::ip_total_length_wrong:
            return "ip_total_length_wrong";
        case Outcome::unsupported_link_type:
            return "unsupported_link_type";
    }
    return "";
}

}  // namespace flowlock
