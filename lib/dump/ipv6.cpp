// SPDX-License-Identifier: BSD-3-Clause
#include "dump/layers.hpp"

namespace flowlock::dump {
namespace {

constexpr std::uint32_t fixed_header = 40;

// The walk over the headers of one IPv6 packet.
class Ipv6Packet {
public:
    Ipv6Packet(Line& line, const View& view, std::uint32_t length)
        : line_(line), whole_(view), length_(length), rest_(view) {}

    void add() {
        if (!line_.enter_stack("ip6") || !whole_.need(0, fixed_header)) return;
        if (length_ < fixed_header) return line_.add("truncated-ip6 {}", length_);
        line_.add_text("IP6 ");
        const unsigned version = whole_.u8(0) >> 4;
        if (version != 6) return line_.add("version error: {} != 6", version);
        read_header();
        walk();
    }

private:
    void read_header() {
        jumbo_.payload = whole_.be16(4);
        if (jumbo_.payload != 0) {
            left_ = jumbo_.payload + fixed_header;
            if (length_ < left_) line_.add("truncated-ip6 - {} bytes missing!", left_ - length_);
        } else {
            // Perhaps a jumbogram, whose length an option says: until then, all that is there.
            left_ = length_ + fixed_header;
        }
        rest_ = whole_.first(left_);
        next_ = whole_.u8(6);
        ip_ = {.version = 6,
               .source = whole_.ipv6(8),
               .target = whole_.ipv6(24),
               .names = next_,
               .hop_limit = whole_.u8(7),
               .fragment = false};
    }

    void walk() {
        std::uint32_t size = fixed_header;
        while (rest_.captured() > 0 && line_.open()) {
            if (left_ < size) return line_.cut();
            rest_ = rest_.from(size);
            left_ -= size;
            walked_ += size;
            if (walked_ == fixed_header && !prints_addresses(next_))
                line_.add("{} > {}: ", ip_.source, ip_.target);
            const auto header = add_header();
            if (!header) return;
            size = *header;
            previous_ = next_;
            next_ = rest_.u8(0);
            line_.enter("ip6");
        }
    }

    std::optional<std::uint32_t> add_header() {
        switch (next_) {
            case ip_protocol::hop_by_hop:
                return add_first_options();
            case ip_protocol::destination:
                extended_ = true;
                return add_destination_options(line_, rest_);
            case ip_protocol::fragment:
                return add_fragment();
            case ip_protocol::mobility_old:
            case ip_protocol::mobility:
                add_mobility(line_, rest_);
                return std::nullopt;
            case ip_protocol::routing:
                if (!rest_.need(0, 1)) return std::nullopt;
                extended_ = true;
                return add_routing_header(line_, rest_);
            default:
                add_payload();
                return std::nullopt;
        }
    }

    std::optional<std::uint32_t> add_first_options() {
        if (hop_by_hop_)
            line_.add_text("[The Hop-by-Hop Options header was already found]");
        else if (previous_)
            line_.add_text("[The Hop-by-Hop Options header don't follow the IPv6 header]");
        if (hop_by_hop_ || previous_) {
            line_.invalid();
            return std::nullopt;
        }
        hop_by_hop_ = extended_ = true;
        const auto size = add_hop_by_hop(line_, rest_, jumbo_);
        if (jumbo_.payload == 0 && !jumbo_.found) {
            line_.add_text("[No valid Jumbo Payload Hop-by-Hop option found]");
            line_.invalid();
        }
        return size;
    }

    std::optional<std::uint32_t> add_fragment() {
        extended_ = ip_.fragment = true;
        const std::uint64_t by_header = std::uint64_t{fixed_header} + whole_.be16(4);
        const auto size = add_fragment_header(line_, rest_, by_header - walked_);
        // What the fragment holds was not captured at all.
        if (size && rest_.captured() <= *size) return std::nullopt;
        return size;
    }

    void add_payload() {
        if (jumbo_.found) {
            const std::uint32_t total = jumbo_.payload + fixed_header;
            if (total < walked_) return line_.cut();
            if (length_ < total) line_.add("truncated-ip6 - {} bytes missing!", total - length_);
            set_total(total);
        } else if (jumbo_.payload == 0) {
            if (extended_) return line_.cut();
            set_total(fixed_header);
        }
        add_ip_payload(line_, rest_, left_, next_, ip_);
    }

    void set_total(std::uint32_t total) {
        rest_ = whole_.first(total).from(walked_);
        left_ = total - walked_;
    }

    Line& line_;
    const View whole_;
    const std::uint32_t length_;
    View rest_;                             // from the header at hand on
    std::uint32_t left_ = 0;                // bytes of the packet from there on
    std::uint32_t walked_ = 0;              // bytes of the packet before
    std::uint8_t next_ = 0;                 // the protocol of the header at hand
    std::optional<std::uint8_t> previous_;  // the extension header before it
    IpHead ip_;
    JumboLength jumbo_;
    bool hop_by_hop_ = false;
    bool extended_ = false;
};

}  // namespace

void add_ipv6(Line& line, const View& view, std::uint32_t length) {
    Ipv6Packet(line, view, length).add();
}

}  // namespace flowlock::dump
