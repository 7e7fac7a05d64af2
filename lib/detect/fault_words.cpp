// SPDX-License-Identifier: BSD-3-Clause
#include "detect/fault_words.hpp"

namespace flowlock {
namespace {

std::string and_whose(const FaultFact& fact, const char* whose) {
    return fact.hardware ? whose + fact.hardware.to_string() : std::string{};
}

}  // namespace

std::string words_of(Kind kind, const FaultFact& fact) {
    const std::string address = fact.address.to_string();
    switch (kind) {
        case Kind::spoofed_source:
            return "packets from " + address + (fact.address.is_ipv4() ? "/24" : "/48") +
                   ", which nobody answered";
        case Kind::bogon_destination:
            return "packets to " + address + ", which nobody answered";
        case Kind::martian_source:
            return "packets from " + address;
        case Kind::rogue_dhcp:
            return (fact.other == IpAddress{} ? "as the server "
                                              : "gives " + fact.other.to_string() + " as ") +
                   address + and_whose(fact, ", from ");
        case Kind::rogue_ra:
            return "router " + address +
                   (fact.other == IpAddress{} ? std::string{} : ", prefix " + fact.other.to_string()) +
                   and_whose(fact, ", from ");
        case Kind::address_conflict:
            if (fact.other != IpAddress{})
                return fact.hardware.to_string() + " tells " + fact.other.to_string() + " that it is " +
                       address + ", and the other way round";
            return (fact.hardware ? fact.hardware.to_string() : "somebody") + " takes " + address + " back";
        case Kind::foreign_address:
            return "uses " + address + and_whose(fact, ", which belongs to ");
        case Kind::broadcast_storm:
            return fact.address == IpAddress{} ? "frames to all" : "packets to " + address;
        default:
            return address;
    }
}

const char* reference_of(Kind kind) {
    switch (kind) {
        case Kind::spoofed_source:
            return "RFC 2827 (BCP 38)";
        case Kind::bogon_destination:
            return "RFC 6890";
        case Kind::martian_source:
            return "RFC 1122, 3.2.1.3; RFC 4291, 2.5.3";
        case Kind::rogue_dhcp:
            return "RFC 7610";
        case Kind::rogue_ra:
            return "RFC 6104";
        case Kind::address_conflict:
            return "RFC 5227";
        default:
            return "";
    }
}

IpAddress network_around(const IpAddress& address) {
    // Both words are in memory order: the first bytes are the lowest.
    if (address.is_ipv4()) return {0, address.low & 0x00ff'ffff'ffff'ffff};
    return {address.high & 0x0000'ffff'ffff'ffff, 0};
}

}  // namespace flowlock
