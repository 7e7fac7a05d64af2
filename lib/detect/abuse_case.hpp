// SPDX-License-Identifier: BSD-3-Clause
// What is known of one host and one kind of abuse: the sightings of the rule's window, and, while there is a case, all
// of the case. Owned by AbuseDetector.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "detect/abuse_options.hpp"
#include "detect/signature_note.hpp"
#include "flow/merge.hpp"

namespace flowlock {

struct Sighting {
    std::int64_t time_ns = 0;
    FlowKey key;
    FlowId flow = no_flow;
    SignatureNumber signature;
    std::uint8_t inside = 0;  // the internal endpoint
    bool decisive = true;     // counts for the rule

    const IpAddress& external() const noexcept { return key.address[1 - inside]; }
};

class AbuseCase {
public:
    // Of the window; older ones make room, so that its figures are then lower bounds.
    static constexpr std::size_t sightings_max = 10'000;
    // Flows of a case with figures of their own.
    static constexpr std::size_t flows_max = 20'000;

    struct Flow {
        FlowId flow = no_flow;
        std::uint8_t inside = 0;
        std::uint16_t first_ip_bytes = 0;
        std::int64_t first_ns = 0;
        std::int64_t last_ns = 0;
        Traffic traffic{};  // both directions
    };

    // Sightings come nearly in the order of time.
    void add(const Sighting& sighting, const FlowStore& flows);
    // Those before this time leave the window.
    void forget_before(std::int64_t time_ns);
    bool is_idle() const noexcept { return window_.empty() && !is_open(); }
    std::size_t size() const noexcept { return window_.size() + flows_.size(); }

    struct Sum {
        std::uint32_t matches = 0;
        std::uint32_t externals = 0;
    };
    // Of the decisive sightings of the window.
    Sum sum() const;
    std::size_t decisive() const noexcept { return decisive_; }

    bool is_open() const noexcept { return opened_.has_value(); }
    // What is in the window becomes the case.
    void open(Finding opened_as, const FlowStore& flows);
    const Finding& opened_as() const noexcept { return *opened_; }
    void close() noexcept;
    std::int64_t last_ns() const noexcept { return last_ns_; }  // of a sighting that keeps the case open
    // The window's sum was so high.
    void note_peak(std::uint64_t value) noexcept;

    // Takes the flows' figures as they are now.
    void update(const FlowStore& flows);
    // All flows of the case, by their key, and how often each signature matched.
    const std::map<FlowKey, Flow>& flows() const noexcept { return flows_; }
    const std::map<SignatureNumber, SignatureCount>& counts() const noexcept { return counts_; }
    bool is_cut() const noexcept { return cut_; }  // flows or sightings are missing

private:
    void keep(const Sighting& sighting, const FlowStore& flows);
    static void take_figures(Flow& flow, const FlowKey& key, const FlowStore& flows);

    std::deque<Sighting> window_;
    std::size_t decisive_ = 0;  // of the window
    std::int64_t last_ns_ = 0;
    bool cut_ = false;
    std::optional<Finding> opened_;
    std::map<FlowKey, Flow> flows_;
    std::map<SignatureNumber, SignatureCount> counts_;
};

}  // namespace flowlock
