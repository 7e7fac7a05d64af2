// SPDX-License-Identifier: BSD-3-Clause
// The contacts of one suspect: exactly whom it tried to reach, and what became of it, on three time scales.
//
// A contact is the first flow to a target (address, port, protocol) for at least the window; more flows to it
// are retries and prove nothing. It is answered, refused, unreachable or unanswered, judged at the end of the
// first epoch that ends at least answer_wait after its first packet; the last three are failures, and an answer
// that comes later still clears it. A target that got more packets than a prober sends is no port of a portscan,
// nor is one that got bigger ones, and one that got many of them is no target at all: that is a stream, as in a flood.
//
// Contacts are counted in groups of three shapes: all targets on one service (protocol and port), all ports of
// one address, and all of a protocol. At most 400 bytes a contact; how many, the budget says. Owned by a
// Suspect.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "detect/contact.hpp"
#include "detect/flow_chains.hpp"
#include "detect/scan_options.hpp"
#include "detect/scan_tests.hpp"

namespace flowlock {

enum class Shape : std::uint8_t { service, address, protocol };
constexpr std::array shapes{Shape::service, Shape::address, Shape::protocol};

// See ScanOptions.
enum class Scale : std::uint8_t { burst, window, slow };
constexpr std::array scales{Scale::burst, Scale::window, Scale::slow};
constexpr std::chrono::seconds burst_window{10};

inline std::chrono::seconds length_of(Scale scale, const ScanOptions& options) noexcept {
    if (scale == Scale::burst) return std::min(burst_window, options.window);
    return scale == Scale::window ? options.window : std::max(options.window, options.slow_window);
}

struct Contact {
    enum class State : std::uint8_t { waiting, answered, failed, gone };

    ContactTarget target;
    FlowId flow = no_flow;  // the first of a chain: its flows that are still remembered
    std::array<std::uint64_t, shapes.size()>
        older;                 // number of the contact before it in its group of each shape
    std::int64_t epoch_s = 0;  // start of the epoch it began in
    std::int64_t tried_s = 0;  // … of the last one in which a flow to it began
    std::int64_t first_ns = 0;
    FlowSum ended;  // its flows that are not remembered any more
    State state = State::waiting;
    bool many = false;         // it was sent more packets than a prober sends
    bool big = false;          // … or bigger ones
    bool ack_probe = false;    // see contact.hpp
    bool spent = false;        // a case has ended that was made of it
    std::uint8_t counted = 0;  // in which scales, as bits
};

struct ContactGroup {
    std::uint64_t newest = 0;       // number of its newest contact
    std::uint32_t contacts = 0;     // those that are gone included
    std::uint32_t case_number = 0;  // of the case that it is part of; 0: none
    std::array<ContactCounts, scales.size()> counts{};
    // By scale, number of targets when it was last looked at how near they lie, what else the host tries, and how they
    // are spread; 0: never.
    std::array<std::uint32_t, scales.size()> density_seen_at{};
    std::array<std::uint32_t, scales.size()> company_seen_at{};
    std::array<std::uint32_t, scales.size()> spread_seen_at{};
    bool held_back = false;  // it convinced while answers may have been missing

    const ContactCounts& in(Scale scale) const noexcept { return counts[static_cast<std::size_t>(scale)]; }
};

// Over all suspects.
struct ContactBudget {
    std::uint32_t used = 0;
    std::uint64_t untracked = 0;  // contacts for which there was no room
    // Takes contacts from others than this host. False: nobody has any to spare.
    std::function<bool(HostId)> take_from_others{};
};

class ContactBook {
public:
    // Failed contacts are looked at again after so many epochs: a stream may not have shown itself at first.
    static constexpr std::int64_t second_look_s = 3;
    // What a prober sends to one port until then: TCP a SYN after 0, 1 and 3 s (RFC 6298), ping one a second;
    // and how long a packet every IPv4 host must take (RFC 791), to which probes for unknown hosts keep. An ACK
    // probe is a bare header, of at most 60 + 60 bytes.
    static constexpr std::uint64_t probe_packets_max = 5;
    static constexpr std::uint64_t probe_bytes_max = 576;
    static constexpr std::uint64_t ack_probe_bytes_max = 120;
    // Of one suspect: a few full portscans. Less where the budget runs short.
    static constexpr std::size_t contacts_max = 262'144;

    struct Parts {
        const ScanOptions& options;
        const FlowStore& flows;
        FlowChains& chains;
        ContactBudget& budget;
        HashKey secret;
    };
    // A contact that is dropped goes to `leaves` with what its flows amount to.
    using Leaves = std::function<void(std::uint64_t number, const Contact&)>;
    ContactBook(HostId host, const Parts& parts, Leaves leaves);
    ContactBook(const ContactBook&) = delete;
    ContactBook& operator=(const ContactBook&) = delete;
    ~ContactBook();

    // An attempt that began in this epoch; epochs never go back. A retry of a target that had failed may clear it.
    void add(FlowId id, std::int64_t epoch_s);
    // A flow whose first answer came after its contact had been judged.
    void hear(FlowId id);

    // Start of the epoch with which the oldest contact that waits is to be judged; none waits: none.
    std::optional<std::int64_t> next_due_s() const;
    // Judges it, and counts it in its groups. Returns its number.
    std::uint64_t decide_next();
    // Looks at the failed contacts again that began until then. Returns the numbers of those that are judged
    // otherwise now.
    std::vector<std::uint64_t> look_again(std::int64_t begun_until_s);
    // Contacts that are too old for a scale leave it, and those that are too old for all are dropped.
    void expire(std::int64_t now_s);
    // Folds flows that have ended into their contacts and lets them go. Looks at a part of the contacts, so that
    // `turns` calls see all.
    void settle(std::int64_t ended_before_ns, std::uint32_t turns);
    // A case has ended whose last failure was then: what it was made of cannot open another.
    void spend(std::uint32_t case_number, std::int64_t until_s);

    bool holds(std::uint64_t number) const noexcept {
        return number >= begin_number_ && number < begin_number_ + contacts_.size();
    }
    const Contact& operator[](std::uint64_t number) const noexcept {
        return contacts_[number - begin_number_];
    }
    ContactGroup& group_of(const Contact& contact, Shape shape) {
        return groups_[group_key(contact.target, shape)];
    }
    // The group of a target. None: it has no contact.
    const ContactGroup* find_group(const ContactTarget& target, Shape shape) const;
    // Contacts in the slow window that make a host suspicious, in all protocols.
    std::uint64_t odd_slowly() const noexcept { return odd_slowly_; }
    FlowSum sum_of(const Contact& contact) const;
    // Calls act(number, contact) for the decided contacts of a group that are not spent, from the newest on.
    template <class Act>
    void for_each_in(const ContactGroup& group, Shape shape, Act&& act) const {
        walk(group, shape, begin_number_, act);
    }
    // … that are in a scale.
    template <class Act>
    void for_each_in(const ContactGroup& group, Shape shape, Scale scale, Act&& act) const {
        const auto begin = std::max(begin_number_, scale_begin_[static_cast<std::size_t>(scale)]);
        walk(group, shape, begin, [&](std::uint64_t number, const Contact& contact) {
            if (is_in_scale(contact, scale)) act(number, contact);
        });
    }
    // Drops so many of the oldest contacts at most; those of the window, too, if `any`. How many it were.
    std::size_t give_up(std::size_t count, bool any);
    std::size_t size() const noexcept { return contacts_.size(); }

    static bool is_in_group(const Contact& contact, Shape shape) noexcept;
    static bool is_in_scale(const Contact& contact, Scale scale) noexcept {
        return (contact.counted >> static_cast<unsigned>(scale) & 1) != 0;
    }
    // Who tries one service at many addresses may try often; who tries many ports of one address does not.
    static bool is_failure(const Contact& contact, Shape shape) noexcept {
        if (contact.state != Contact::State::failed) return false;
        if (shape != Shape::service) return !contact.big && !contact.many;
        return !contact.big || !(contact.many || contact.ack_probe);
    }

private:
    struct GroupKey {
        ContactTarget part;
        Shape shape = Shape::service;
        friend bool operator==(const GroupKey&, const GroupKey&) = default;
    };
    struct Hash {
        HashKey secret;
        std::size_t operator()(const ContactTarget& target) const noexcept;
        std::size_t operator()(const GroupKey& key) const noexcept {
            return (*this)(key.part) ^ static_cast<std::size_t>(key.shape);
        }
    };

    Contact& at(std::uint64_t number) noexcept { return contacts_[number - begin_number_]; }
    std::uint64_t end_number() const noexcept { return begin_number_ + contacts_.size(); }
    static GroupKey group_key(const ContactTarget& target, Shape shape);
    static bool is_counted(const Contact& contact, Shape shape) noexcept {
        return (contact.state == Contact::State::answered || contact.state == Contact::State::failed) &&
               !contact.spent && is_in_group(contact, shape);
    }

    template <class Act>
    void walk(const ContactGroup& group, Shape shape, std::uint64_t begin, Act&& act) const {
        for (auto i = group.newest; i >= begin; i = (*this)[i].older[static_cast<std::size_t>(shape)])
            if (is_counted((*this)[i], shape)) act(i, (*this)[i]);
    }

    bool make_room();
    std::size_t room() const noexcept;
    void retry(std::uint64_t number, FlowId id, std::int64_t epoch_s);
    void hold(Contact& contact, FlowId id);
    void fold(Contact& contact, std::int64_t ended_before_ns);
    void look_at_flows(Contact& contact) const;
    void revise(Contact& judged, const Contact& revised);
    void count(const Contact& contact, Shape shape, Scale scale, bool add);
    void count_in(const Contact& contact, Scale scale, bool add);
    void leave(Contact& contact, Scale scale);
    void go(std::uint64_t number);
    void drop_oldest();

    HostId host_;
    Parts parts_;
    Leaves leaves_;
    std::deque<Contact> contacts_;      // by epoch, then time; numbered from begin_number_
    std::uint64_t begin_number_ = 1;    // 0 is no contact
    std::uint64_t waiting_number_ = 1;  // contacts before this one are decided
    std::uint64_t looked_number_ = 1;   // … have been looked at again
    std::uint64_t settled_number_ = 0;  // … were settled last
    std::array<std::uint64_t, scales.size()> scale_begin_;  // … have left the scale
    std::uint64_t odd_slowly_ = 0;
    std::unordered_map<ContactTarget, std::uint64_t, Hash> by_target_;
    std::unordered_map<GroupKey, ContactGroup, Hash> groups_;
};

}  // namespace flowlock
