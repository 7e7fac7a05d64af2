// SPDX-License-Identifier: BSD-3-Clause
#include "detect/login_sessions.hpp"

#include <algorithm>
#include <array>

#include "packet/decode.hpp"

namespace flowlock {
namespace {

constexpr std::uint8_t tcp = 6;
// FTP, SSH, Telnet, RDP, VNC: a session is one user's, and lasts. Mail and databases are not among them: their clients
// come again and again, each time briefly, without any harm.
constexpr std::array<std::uint16_t, 6> services{21, 22, 23, 2222, 3389, 5900};

constexpr std::uint64_t packets_min = 11;
constexpr std::int64_t length_max_ns = 60 * ns_per_second;
// Alike: within a quarter of the median, in both directions. At least nine of ten must be.
constexpr std::uint64_t quarter = 4, of_ten_min = 9;

bool is_login(const FlowRecord& flow) {
    if (flow.host == no_host || flow.key.protocol != tcp || flow.initiator != flow.inside) return false;
    if (!tcp_flag::opens(flow.first_flags)) return false;
    return std::ranges::find(services, flow.key.port[1 - flow.inside]) != services.end();
}

// Who got no answer to its SYN scans.
bool is_answered(const FlowRecord& flow) {
    return (flow.flags[1 - flow.inside] & (tcp_flag::syn | tcp_flag::ack)) == (tcp_flag::syn | tcp_flag::ack);
}

bool is_guess(const FlowRecord& flow) {
    const bool ended = ((flow.flags[0] | flow.flags[1]) & (tcp_flag::fin | tcp_flag::rst)) != 0;
    return ended && flow.packets[0] + flow.packets[1] >= packets_min &&
           flow.last_ns - flow.first_ns <= length_max_ns;
}

std::uint64_t median(std::vector<std::uint64_t> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

bool is_near(std::uint64_t value, std::uint64_t middle) {
    return std::max(value, middle) - std::min(value, middle) <= middle / quarter;
}

}  // namespace

std::vector<LoginSessions::Guess> LoginSessions::advance(const MergedEpoch& epoch) {
    std::vector<Guess> guesses;
    if (!rule_.enabled) return guesses;
    for (const FlowId id : epoch.new_flows) begin(id);
    const std::int64_t oldest_ns = (epoch.name.start_s + 1 - rule_.window.count()) * ns_per_second;
    for (auto at = services_.begin(); at != services_.end();) {
        Service& service = at->second;
        for (; !service.sessions.empty() && service.sessions.front().first_ns < oldest_ns; --sessions_)
            service.sessions.pop_front();
        if (service.sessions.empty()) {
            at = services_.erase(at);
            continue;
        }
        if (epoch.name.start_s >= service.next_look_s) {
            service.next_look_s = epoch.name.start_s + pause_s;
            Guess guess{.host = at->first.first, .port = at->first.second, .sessions = {}};
            if (judge(service, guess)) guesses.push_back(std::move(guess));
        }
        ++at;
    }
    return guesses;
}

void LoginSessions::begin(FlowId id) {
    const FlowRecord& flow = flows_[id];
    if (!is_login(flow) || sessions_ >= sessions_max) return;
    auto& sessions = services_[{flow.internal_address(), flow.key.port[1 - flow.inside]}].sessions;
    const auto later = [](const auto& a, const auto& b) {
        return std::tie(a.first_ns, a.session.key) < std::tie(b.first_ns, b.session.key);
    };
    const Begun begun{.first_ns = flow.first_ns, .session = {.flow = id, .key = flow.key}};
    sessions.insert(std::upper_bound(sessions.begin(), sessions.end(), begun, later), begun);
    ++sessions_;
}

bool LoginSessions::judge(Service& service, Guess& guess) const {
    if (service.sessions.size() < std::min<std::uint64_t>(rule_.sessions, rule_.targets * rule_.repeats))
        return false;
    std::vector<Begun*> whole;
    std::vector<std::uint64_t> sent, received;
    std::uint64_t answered = 0;
    for (Begun& begun : service.sessions) {
        const FlowRecord& flow = flows_[begun.session.flow];
        if (flow.key != begun.session.key || !is_answered(flow)) continue;
        ++answered;
        if (!is_guess(flow)) continue;
        whole.push_back(&begun);
        sent.push_back(flow.bytes[flow.inside]);
        received.push_back(flow.bytes[1 - flow.inside]);
    }
    if (whole.empty()) return false;
    const std::uint64_t usually_sent = median(sent);
    const std::uint64_t usually_received = median(received);
    std::map<IpAddress, std::uint64_t> by_target;
    for (std::size_t i = 0; i < whole.size(); ++i) {
        if (!is_near(sent[i], usually_sent) || !is_near(received[i], usually_received)) continue;
        const FlowRecord& flow = flows_[whole[i]->session.flow];
        ++by_target[flow.external_address()];
        ++guess.alike;
        if (!whole[i]->given) guess.sessions.push_back(whole[i]->session);
    }
    const auto with = [&](std::uint64_t count) {
        return std::ranges::count_if(by_target, [&](const auto& entry) { return entry.second >= count; });
    };
    const bool many = with(rule_.sessions) > 0 || with(rule_.repeats) >= std::int64_t{rule_.targets};
    if (!many || guess.alike * 10 < answered * of_ten_min) return false;
    for (std::size_t i = 0; i < whole.size(); ++i)
        if (is_near(sent[i], usually_sent) && is_near(received[i], usually_received)) whole[i]->given = true;
    return true;
}

void LoginSessions::clear() {
    services_.clear();
    sessions_ = 0;
}

}  // namespace flowlock
