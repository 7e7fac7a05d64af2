// SPDX-License-Identifier: BSD-3-Clause
// Who says by ARP or neighbour discovery that an address is his, and who takes it back from whom. An address that goes
// from one station to another and stays has moved; one that goes back and forth is contested. Who tells two of each
// other that he is the other one stands between them, though nobody contradicts him. Bounded; owned by the control core.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include "base/hash.hpp"
#include "flow/notice_list.hpp"

namespace flowlock {

// A station and its claim to an address.
struct Claimant {
    HardwareAddress hardware;
    HardwareAddress sender;  // of the frames
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
    std::uint32_t unasked = 0;  // ARP replies to nobody's request, where requests are seen
    IpAddress told{};           // whom its last ARP reply was for
};

// A claim by who had claimed the address before another one did.
struct Return {
    Claimant claimant;
    Claimant other;
};

class AddressClaims {
public:
    // Addresses with claims, and addresses that were asked for in the last seconds.
    static constexpr std::size_t addresses_max = 262'144;
    static constexpr std::size_t claimants_max = 4;
    // A station answers at once; queues and a control core that is late are allowed for.
    static constexpr std::int64_t answer_ns = 2'000'000'000;

    explicit AddressClaims(const HashKey& secret)
        : known_(0, Hash{secret}), asked_(0, Hash{secret}), askers_(0, Hash{secret}) {}

    // In order of time. A claim counts against others no older than window_ns.
    std::optional<Return> add(const TimedNotice& timed, std::int64_t window_ns);
    // Of a claim that was added: by an ARP reply that nobody is known to have asked for, its station tells an address
    // that it is another one, and has told that other one that it is the first.
    bool stands_between(const TimedNotice& timed, std::int64_t window_ns) const;
    void forget_before(std::int64_t time_ns);
    void clear();
    // Claims to addresses for which there was no room.
    std::uint64_t untracked() const noexcept { return untracked_; }

private:
    struct Place {
        IpAddress address;
        std::uint32_t segment = 0;

        friend bool operator==(const Place&, const Place&) = default;
    };
    struct Hash {
        HashKey secret;
        std::size_t operator()(const Place& place) const noexcept {
            return fold_multiply(place.address.high ^ secret.a ^ place.segment, place.address.low ^ secret.b);
        }
    };
    struct Claims {
        std::array<Claimant, claimants_max> by{};
        std::size_t count = 0;
        std::size_t last = 0;  // whose claim came last
    };
    // claims.count: this station has not claimed it.
    static std::size_t place_of(const Claims& claims, HardwareAddress hardware) noexcept;
    static Claimant& find_or_add(Claims& claims, const LinkNotice& notice, std::int64_t time_ns);
    void hear_question(const TimedNotice& timed);
    bool is_unasked(const TimedNotice& timed, std::int64_t window_ns) const;
    bool was_asked_for(const TimedNotice& timed) const;

    std::unordered_map<Place, Claims, Hash> known_;
    std::unordered_map<Place, std::int64_t, Hash> asked_;   // when it was asked for last
    std::unordered_map<Place, std::int64_t, Hash> askers_;  // when it asked last
    std::uint64_t untracked_ = 0;
};

}  // namespace flowlock
