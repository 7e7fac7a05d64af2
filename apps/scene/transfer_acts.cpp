// SPDX-License-Identifier: BSD-3-Clause
// Innocents that move much in one direction: TCP connections that last as long as the scene, and QUIC. The
// server is inside when the data goes out, else the client is.
#include <array>
#include <stdexcept>

#include "acts.hpp"
#include "random.hpp"

namespace flowlock::scene {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// The data of all connections in turn at the steady rate. What the receiver says comes back after half a round
// trip.
class Transfer : public Act {
public:
    Transfer(const ActOptions& options, std::uint32_t payload)
        : options_{options},
          random_{options.seed},
          beat_{options.beat()},
          payload_{options.payload < 0 ? payload : static_cast<std::uint32_t>(options.payload)} {
        if (payload_ == 0 || payload_ > 1'460) throw std::runtime_error("--payload must be from 1 to 1460");
        for (std::uint32_t i = 0; i < options.connections; ++i) {
            auto& connection = connections_.emplace_back();
            const auto host = options.host(i % options.hosts);
            const auto external = external_at(i / options.hosts % options.externals, options.externals);
            connection.data = path_of(options.direction, host, external);
            connection.data.source_port = 443;
            connection.data.target_port = static_cast<std::uint16_t>(32'768 + i);
            connection.next_byte = static_cast<std::uint32_t>(random_.next());
            connection.request_byte = static_cast<std::uint32_t>(random_.next());
        }
    }

    Time next() const override {
        if (!begun_) return beat_.start();
        const auto due = beat_.due(sent_);
        return due != Time::max() ? due + lead : ended_ ? Time::max() : beat_.end() + lead;
    }

    void play(Stage& stage) override {
        if (!begun_) {
            for (auto& connection : connections_) begin(stage, connection);
            begun_ = true;
        } else if (beat_.due(sent_) == Time::max()) {
            for (auto& connection : connections_) end(stage, connection);
            ended_ = true;
        } else {
            auto& connection = connections_[sent_ % connections_.size()];
            send_data(stage, connection, beat_.time(sent_) + lead);
            ++sent_;
        }
    }

protected:
    // Time for the handshakes, before the data.
    static constexpr milliseconds lead{50};
    static constexpr microseconds half_round_trip{200};

    struct Connection {
        Path data;  // from the sender of the data
        std::uint32_t next_byte = 0;
        std::uint32_t request_byte = 0;  // that the receiver sends next
        std::uint32_t unacknowledged = 0;
    };

    virtual void begin(Stage& stage, Connection& connection) = 0;
    virtual void send_data(Stage& stage, Connection& connection, Time now) = 0;
    virtual void end(Stage& stage, Connection& connection) = 0;

    PacketSpec spec(Time time, const Path& path, std::uint32_t payload) {
        PacketSpec made;
        made.time = time;
        made.path = path;
        made.payload = static_cast<std::uint16_t>(payload);
        made.identification = static_cast<std::uint16_t>(random_.next());
        return made;
    }
    Time some_time(Time from) { return from + microseconds{random_.below(20'000)}; }
    Time start() const { return beat_.start(); }
    Time end_of_data() const { return beat_.end() + lead; }

    ActOptions options_;
    Random random_;
    Beat beat_;
    std::uint32_t payload_;

private:
    std::vector<Connection> connections_;
    std::uint64_t sent_ = 0;
    bool begun_ = false;
    bool ended_ = false;
};

class TcpTransfer : public Transfer {
public:
    explicit TcpTransfer(const ActOptions& options) : Transfer{options, 1'460} {}

private:
    // Handshake and request, as the receiver of the data begins it.
    void begin(Stage& stage, Connection& connection) override {
        const auto now = some_time(start());
        stage.send_later(from_receiver(connection, now, syn, 0));
        stage.send_later(from_sender(connection, now + half_round_trip, syn | ack, 0));
        stage.send_later(from_receiver(connection, now + 2 * half_round_trip, ack, 0));
        stage.send_later(from_receiver(connection, now + 3 * half_round_trip, psh | ack, 200));
        stage.send_later(from_sender(connection, now + 4 * half_round_trip, ack, 0));
    }
    void send_data(Stage& stage, Connection& connection, Time now) override {
        stage.send(from_sender(connection, now, ack, payload_));
        if (++connection.unacknowledged < options_.per_acknowledgement) return;
        connection.unacknowledged = 0;
        stage.send_later(from_receiver(connection, now + half_round_trip, ack, 0));
    }
    void end(Stage& stage, Connection& connection) override {
        const auto now = some_time(end_of_data() + 2 * half_round_trip);
        stage.send_later(from_sender(connection, now, fin | ack, 0));
        stage.send_later(from_receiver(connection, now + half_round_trip, fin | ack, 0));
        stage.send_later(from_sender(connection, now + 2 * half_round_trip, ack, 0));
    }

    PacketSpec from_sender(Connection& connection, Time time, std::uint32_t flags, std::uint32_t payload) {
        return segment(time, connection.data, flags, payload, connection.next_byte, connection.request_byte);
    }
    PacketSpec from_receiver(Connection& connection, Time time, std::uint32_t flags, std::uint32_t payload) {
        return segment(time, connection.data.reversed(), flags, payload, connection.request_byte,
                       connection.next_byte);
    }
    PacketSpec segment(Time time, const Path& path, std::uint32_t flags, std::uint32_t payload,
                       std::uint32_t& own, std::uint32_t other) {
        auto made = spec(time, path, payload);
        made.protocol = tcp;
        made.tcp_flags = static_cast<std::uint8_t>(flags);
        made.sequence = own;
        if (flags & ack) made.acknowledgement = other;
        own += payload + ((flags & (syn | fin)) != 0);
        return made;
    }
};

class QuicTransfer : public Transfer {
public:
    explicit QuicTransfer(const ActOptions& options) : Transfer{options, 1'250} {}

private:
    // Long headers (RFC 9000, 17.2) of an Initial and a Handshake packet, both padded.
    void begin(Stage& stage, Connection& connection) override {
        auto now = some_time(start());
        for (const bool receiver : {true, false, true}) {
            auto made = spec(now, receiver ? connection.data.reversed() : connection.data, 1'200);
            made.payload_head = 0xc0000000;
            stage.send_later(made);
            now += half_round_trip;
        }
    }
    void send_data(Stage& stage, Connection& connection, Time now) override {
        auto made = spec(now, connection.data, payload_);
        made.payload_head = 0x40000000u | static_cast<std::uint32_t>(random_.below(1u << 24));
        stage.send(made);
        if (++connection.unacknowledged < options_.per_acknowledgement) return;
        connection.unacknowledged = 0;
        auto acknowledgement = spec(now + half_round_trip, connection.data.reversed(), 35);
        acknowledgement.payload_head = 0x40000000u | static_cast<std::uint32_t>(random_.below(1u << 24));
        stage.send_later(acknowledgement);
    }
    void end(Stage&, Connection&) override {}
};

std::unique_ptr<Act> make_tcp(std::string_view, const ActOptions& options, Stage&) {
    return std::make_unique<TcpTransfer>(options);
}
std::unique_ptr<Act> make_quic(std::string_view, const ActOptions& options, Stage&) {
    return std::make_unique<QuicTransfer>(options);
}

}  // namespace

std::span<const ActKind> transfer_kinds() {
    static constexpr std::array kinds{
        ActKind{"tcp_transfer", "long TCP connections, data one way", make_tcp},
        ActKind{"quic_transfer", "the same with QUIC", make_quic},
    };
    return kinds;
}

}  // namespace flowlock::scene
