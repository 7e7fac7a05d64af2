// SPDX-License-Identifier: BSD-3-Clause
#include "control/fault_frames.hpp"

#include <algorithm>

#include "packet/link_notice.hpp"

namespace flowlock {
namespace {

constexpr std::size_t ethernet_header = 14;

bool is_of_link(NoticeKind kind) noexcept {
    return kind < NoticeKind::router_advertisement;
}

}  // namespace

FaultFrames FaultFrames::of(const Finding& finding) {
    FaultFrames frames;
    frames.kind_ = finding.kind;
    frames.host_ = finding.host;
    frames.station_ = HardwareAddress::parse(finding.fact.hardware_address).value_or(HardwareAddress{});
    for (const External& external : finding.externals) frames.addresses_.push_back(external.address);
    return frames;
}

std::span<const IpAddress> FaultFrames::borrowed() const {
    return kind_ == Kind::foreign_address ? std::span<const IpAddress>(addresses_)
                                          : std::span<const IpAddress>{};
}

bool FaultFrames::may_hold(LinkType link, std::span<const std::byte> head, std::uint32_t wire) const {
    if (link != LinkType::ethernet || head.size() < ethernet_header) return false;
    LinkNotice notice;
    // Who else claims a contested address is only known later.
    if (kind_ == Kind::address_conflict && read_link_notice(head, notice)) return is_of_link(notice.kind);
    return shows(link, head, wire);
}

bool FaultFrames::shows(LinkType link, std::span<const std::byte> head, std::uint32_t wire) const {
    if (link != LinkType::ethernet || head.size() < ethernet_header) return false;
    const bool is_stations = station_ && HardwareAddress::from_wire(head.data() + 6) == station_;
    const Decoded decoded = decode(link, head, wire);
    LinkNotice notice;
    const bool speaks = read_link_notice(head, notice);
    const auto is_listed = [&](const IpAddress& address) {
        return std::find(addresses_.begin(), addresses_.end(), address) != addresses_.end();
    };
    switch (kind_) {
        case Kind::rogue_dhcp:
            // Of a packet that is kept, the message itself may be cut away.
            return is_decoded(decoded.outcome) && decoded.outcome != Outcome::ipv6_icmp &&
                   may_hold_notice(decoded) && (is_stations || decoded.key.address[decoded.sender] == host_);
        case Kind::rogue_ra:
            return speaks && notice.kind == NoticeKind::router_advertisement &&
                   (is_stations || notice.claimed == host_);
        case Kind::address_conflict:
            return speaks && is_of_link(notice.kind) &&
                   (is_stations || notice.claimed == host_ || is_listed(notice.claimed));
        case Kind::foreign_address:
            if (speaks) return is_of_link(notice.kind) && is_stations && is_listed(notice.claimed);
            return is_stations && is_decoded(decoded.outcome) &&
                   is_listed(decoded.key.address[decoded.sender]);
        case Kind::broadcast_storm:
            return is_stations && HardwareAddress::from_wire(head.data()).is_group();
        case Kind::bogon_destination:
            return is_decoded(decoded.outcome) && is_listed(decoded.key.address[1 - decoded.sender]);
        default:
            return is_stations && is_decoded(decoded.outcome) && decoded.key.address[decoded.sender] != host_;
    }
}

}  // namespace flowlock
