// SPDX-License-Identifier: BSD-3-Clause
// Builds capture files byte by byte, as their specifications lay them out:
// independent of the code under test.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace flowlock::test {

enum class Order { little, big };

class Bytes {
public:
    explicit Bytes(Order order = Order::little) : order_(order) {}

    Bytes& number(std::uint64_t value, int size) {
        for (int i = 0; i < size; ++i) {
            const int place = order_ == Order::little ? i : size - 1 - i;
            text_ += static_cast<char>(value >> (8 * place) & 0xff);
        }
        return *this;
    }
    Bytes& u8(std::uint64_t value) { return number(value, 1); }
    Bytes& u16(std::uint64_t value) { return number(value, 2); }
    Bytes& u32(std::uint64_t value) { return number(value, 4); }
    Bytes& u64(std::uint64_t value) { return number(value, 8); }
    Bytes& raw(const std::string& bytes) {
        text_ += bytes;
        return *this;
    }
    Bytes& pad() {
        while (text_.size() % 4 != 0) text_ += '\0';
        return *this;
    }
    const std::string& text() const { return text_; }

private:
    Order order_;
    std::string text_;
};

// A classic pcap file.
class Pcap {
public:
    struct Header {
        Order order = Order::little;
        std::uint32_t magic = 0xa1b2c3d4;
        std::uint32_t network = 1;
        std::uint16_t version_minor = 4;
        std::uint16_t version_major = 2;
    };

    Pcap() : Pcap(Header{}) {}
    explicit Pcap(const Header& header) : order_(header.order) {
        bytes_ = Bytes(order_)
                     .u32(header.magic)
                     .u16(header.version_major)
                     .u16(header.version_minor)
                     .u32(0)
                     .u32(0)
                     .u32(65535)
                     .u32(header.network)
                     .text();
        ends_.push_back(bytes_.size());
    }
    Pcap& record(std::uint32_t seconds, std::uint32_t fraction, const std::string& data, std::uint32_t wire) {
        return lengths(seconds, fraction, static_cast<std::uint32_t>(data.size()), wire, data);
    }
    // A record that says of its lengths what it is told to.
    Pcap& lengths(std::uint32_t seconds, std::uint32_t fraction, std::uint32_t first, std::uint32_t second,
                  const std::string& rest) {
        bytes_ += Bytes(order_).u32(seconds).u32(fraction).u32(first).u32(second).raw(rest).text();
        ends_.push_back(bytes_.size());
        return *this;
    }
    const std::string& bytes() const { return bytes_; }
    // Where the file header and each record end.
    const std::vector<std::size_t>& ends() const { return ends_; }

private:
    Order order_;
    std::string bytes_;
    std::vector<std::size_t> ends_;
};

// A pcapng file of any number of sections.
class Pcapng {
public:
    Pcapng& section(Order order = Order::little) {
        order_ = order;
        const auto body = Bytes(order).u32(0x1a2b3c4d).u16(1).u16(0).u64(~std::uint64_t{0}).text();
        return block(0x0a0d0d0a, body);
    }
    static std::string option(Order order, std::uint16_t code, const std::string& value) {
        return Bytes(order).u16(code).u16(value.size()).raw(value).pad().text();
    }
    Pcapng& interface(std::uint16_t link, std::uint32_t snap_length, const std::string& options = {}) {
        return block(1, Bytes(order_).u16(link).u16(0).u32(snap_length).raw(options).text());
    }
    // An interface with if_tsresol, and if_tsoffset if there is one.
    Pcapng& timed_interface(std::uint8_t resolution, std::int64_t offset = 0) {
        auto options = option(order_, 9, std::string(1, static_cast<char>(resolution)));
        if (offset != 0)
            options += option(order_, 14, Bytes(order_).u64(static_cast<std::uint64_t>(offset)).text());
        return interface(1, 0, options + option(order_, 0, {}));
    }
    Pcapng& enhanced(std::uint32_t interface, std::uint64_t ticks, const std::string& data,
                     std::uint32_t wire, const std::string& options = {}) {
        return packet_block(6, Bytes(order_).u32(interface).text(), ticks, data, wire, options);
    }
    Pcapng& obsolete(std::uint16_t interface, std::uint64_t ticks, const std::string& data,
                     std::uint32_t wire) {
        return packet_block(2, Bytes(order_).u16(interface).u16(7).text(), ticks, data, wire, {});
    }
    Pcapng& simple(const std::string& data, std::uint32_t wire) {
        return block(3, Bytes(order_).u32(wire).raw(data).pad().text());
    }
    Pcapng& block(std::uint32_t type, const std::string& body) {
        const auto length = static_cast<std::uint32_t>(body.size() + 12);
        return block(type, body, length, length);
    }
    Pcapng& block(std::uint32_t type, const std::string& body, std::uint32_t length, std::uint32_t trailer) {
        bytes_ += Bytes(order_).u32(type).u32(length).raw(body).u32(trailer).text();
        ends_.push_back(bytes_.size());
        return *this;
    }
    Order order() const { return order_; }
    const std::string& bytes() const { return bytes_; }
    // Where each block ends.
    const std::vector<std::size_t>& ends() const { return ends_; }

private:
    Pcapng& packet_block(std::uint32_t type, const std::string& interface, std::uint64_t ticks,
                         const std::string& data, std::uint32_t wire, const std::string& options) {
        const auto body = Bytes(order_)
                              .raw(interface)
                              .u32(ticks >> 32)
                              .u32(ticks & 0xffffffff)
                              .u32(data.size())
                              .u32(wire)
                              .raw(data)
                              .pad()
                              .raw(options)
                              .text();
        return block(type, body);
    }

    Order order_ = Order::little;
    std::string bytes_;
    std::vector<std::size_t> ends_;
};

}  // namespace flowlock::test
