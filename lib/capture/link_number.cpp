// SPDX-License-Identifier: BSD-3-Clause
#include "capture/link_number.hpp"

#include <algorithm>
#include <array>

namespace flowlock {
namespace {

struct LinkName {
    std::uint32_t number;
    std::string_view name;
};

// The ones a user may meet that flowlock does not decode.
constexpr std::array link_names{
    LinkName{3, "AX.25"},
    LinkName{6, "Token Ring"},
    LinkName{7, "ARCNET"},
    LinkName{8, "SLIP"},
    LinkName{9, "PPP"},
    LinkName{10, "FDDI"},
    LinkName{50, "PPP in HDLC framing"},
    LinkName{51, "PPPoE session"},
    LinkName{100, "LLC/SNAP over ATM"},
    LinkName{104, "Cisco HDLC"},
    LinkName{105, "IEEE 802.11"},
    LinkName{107, "Frame Relay"},
    LinkName{109, "OpenBSD enc"},
    LinkName{117, "OpenBSD pflog"},
    LinkName{119, "IEEE 802.11 with Prism header"},
    LinkName{122, "IP over Fibre Channel"},
    LinkName{127, "IEEE 802.11 with radiotap header"},
    LinkName{143, "DOCSIS"},
    LinkName{163, "IEEE 802.11 with AVS header"},
    LinkName{182, "FRF.16 Frame Relay"},
    LinkName{187, "Bluetooth HCI"},
    LinkName{189, "USB"},
    LinkName{192, "PPI"},
    LinkName{195, "IEEE 802.15.4"},
    LinkName{220, "USB"},
    LinkName{227, "CAN"},
    LinkName{239, "Linux nflog"},
    LinkName{249, "USBPcap"},
    LinkName{251, "Bluetooth LE"},
    LinkName{253, "Linux netlink"},
};

}  // namespace

LinkType link_type_of(std::uint32_t number) noexcept {
    switch (number) {
        case 1:
            return LinkType::ethernet;
        case 12:   // DLT_RAW of most systems, written by programs that do not translate it
        case 14:   // DLT_RAW of OpenBSD
        case 101:  // LINKTYPE_RAW
        case 228:  // LINKTYPE_IPV4
        case 229:  // LINKTYPE_IPV6
            return LinkType::raw_ip;
        case 113:
            return LinkType::cooked_v1;
        case 276:
            return LinkType::cooked_v2;
        case 0:
        case 108:
            return LinkType::loopback;
        default:
            return LinkType::unsupported;
    }
}

std::string_view name_of_link(std::uint32_t number) noexcept {
    const auto found = std::ranges::find(link_names, number, &LinkName::number);
    return found == link_names.end() ? std::string_view{} : found->name;
}

}  // namespace flowlock
