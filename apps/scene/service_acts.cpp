// SPDX-License-Identifier: BSD-3-Clause
// Innocents that serve very many: name, time, game and web servers. The server is inside when the greater part
// goes out, else the clients are.
#include <algorithm>
#include <array>
#include <stdexcept>
#include <string>
#include <utility>

#include "acts.hpp"
#include "background.hpp"
#include "random.hpp"

namespace flowlock::scene {

namespace {

using std::chrono::microseconds;

// The path from client to server of visit number `number`. A client takes its next port for each visit, or,
// where the clients are many, when all of them had their turn: a flow comes again after 60,000 at the soonest.
Path visit(const ActOptions& options, std::uint64_t number, std::uint16_t port) {
    const auto turn = number / options.hosts;
    const auto host = options.host(static_cast<std::uint32_t>(number % options.hosts));
    const auto external =
        external_at(static_cast<std::uint32_t>(turn % options.externals), options.externals);
    auto path = path_of(options.direction, host, external).reversed();
    const auto own = options.direction == Direction::out ? turn / options.externals : turn;
    path.source_port = static_cast<std::uint16_t>(1'024 + own % 60'000);
    path.target_port = port;
    return path;
}

// One question, one answer.
class AnswerAct : public Act {
public:
    struct Service {
        std::string_view name;
        std::uint16_t port;
        std::pair<std::uint32_t, std::uint32_t> question;  // bytes of payload
        std::pair<std::uint32_t, std::uint32_t> answer;
        std::uint32_t question_head;
        std::uint32_t answer_head;
    };

    AnswerAct(const Service& service, const ActOptions& options)
        : service_{service}, options_{options}, random_{options.seed}, beat_{options.beat()} {}

    Time next() const override { return beat_.due(asked_); }

    void play(Stage& stage) override {
        PacketSpec spec;
        spec.time = beat_.time(asked_);
        spec.path = visit(options_, asked_++, service_.port);
        spec.payload = some_bytes(service_.question);
        spec.payload_head = service_.question_head;
        spec.identification = static_cast<std::uint16_t>(random_.next());
        stage.send(spec);
        spec.time += microseconds{random_.between(50, 900)};
        spec.path = spec.path.reversed();
        spec.payload = some_bytes(service_.answer);
        spec.payload_head = service_.answer_head;
        spec.identification = static_cast<std::uint16_t>(random_.next());
        stage.send_later(spec);
    }

private:
    std::uint16_t some_bytes(const std::pair<std::uint32_t, std::uint32_t>& range) {
        return static_cast<std::uint16_t>(random_.between(range.first, range.second));
    }

    Service service_;
    ActOptions options_;
    Random random_;
    Beat beat_;
    std::uint64_t asked_ = 0;
};

constexpr std::array services{
    // With 28 bytes of headers, an answer is two to four times as long as its question.
    AnswerAct::Service{"dns_server", 53, {32, 48}, {124, 212}, 0x4c4b0100, 0x4c4b8180},
    AnswerAct::Service{"ntp_server", 123, {48, 48}, {48, 48}, 0x23000000, 0x24000000},
};

// Players send what they do, the server sends the world to each of them twice as often: long UDP flows.
class GameAct : public Act {
public:
    explicit GameAct(const ActOptions& options)
        : options_{options},
          random_{options.seed},
          beat_{options.beat()},
          sent_by_player_(options.connections) {}

    Time next() const override { return beat_.due(sent_); }

    void play(Stage& stage) override {
        const auto player = sent_ % sent_by_player_.size();
        const auto path = visit(options_, player, 27'015);
        const auto now = beat_.time(sent_++);
        if (sent_by_player_[player]++ % 2 == 0) stage.send(spec(now, path, random_.between(40, 90)));
        stage.send_later(
            spec(now + microseconds{random_.between(20, 200)}, path.reversed(), random_.between(100, 400)));
    }

private:
    PacketSpec spec(Time time, const Path& path, std::uint32_t payload) {
        PacketSpec made;
        made.time = time;
        made.path = path;
        made.payload = static_cast<std::uint16_t>(payload);
        made.identification = static_cast<std::uint16_t>(random_.next());
        return made;
    }

    ActOptions options_;
    Random random_;
    Beat beat_;
    std::vector<std::uint32_t> sent_by_player_;
    std::uint64_t sent_ = 0;
};

// Complete short TCP connections. The server sends 13.5 packets in each on average, so that the rate is about
// what was asked for.
class WebAct : public Act {
public:
    explicit WebAct(const ActOptions& options)
        : options_{options},
          background_{script_, options.seed},
          random_{options.seed + 1},
          beat_{options.beat(std::max(1u, options.rate * 2 / 27))} {}

    Time next() const override { return beat_.due(begun_); }

    void play(Stage& stage) override {
        background_.web(beat_.time(begun_), visit(options_, begun_, 443), random_.between(1, 20));
        ++begun_;
        for (const auto& spec : script_) stage.send_later(spec);
        script_.clear();
    }

private:
    ActOptions options_;
    std::vector<PacketSpec> script_;
    Background background_;
    Random random_;
    Beat beat_;
    std::uint64_t begun_ = 0;
};

std::unique_ptr<Act> make_answer(std::string_view name, const ActOptions& options, Stage&) {
    for (const auto& service : services)
        if (service.name == name) return std::make_unique<AnswerAct>(service, options);
    throw std::runtime_error(std::string{name} + ": is no service");
}
std::unique_ptr<Act> make_game(std::string_view, const ActOptions& options, Stage&) {
    return std::make_unique<GameAct>(options);
}
std::unique_ptr<Act> make_web(std::string_view, const ActOptions& options, Stage&) {
    return std::make_unique<WebAct>(options);
}

}  // namespace

std::span<const ActKind> service_kinds() {
    static constexpr std::array kinds{
        ActKind{services[0].name, "each DNS question gets an answer, two to four times as long", make_answer},
        ActKind{services[1].name, "each NTP question gets an answer as long", make_answer},
        ActKind{"game_server", "long UDP flows, two packets out for one in", make_game},
        ActKind{"web_server", "short TCP connections, at about the rate", make_web},
    };
    return kinds;
}

}  // namespace flowlock::scene
