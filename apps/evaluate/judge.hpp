// SPDX-License-Identifier: BSD-3-Clause
// Who looks at a scene's packets and says which internal hosts scan: flowlock, and the rules of others. Owned by one
// thread.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "packet.hpp"

namespace flowlock::evaluate {

constexpr std::int64_t never = std::numeric_limits<std::int64_t>::max();

// What a judge says of one host.
struct Judgement {
    std::int64_t locked_ns = never;  // when it first called it a scanner
    bool exonerated = false;         // it explained why a suspect is innocent
};

class Judge {
public:
    explicit Judge(std::size_t hosts) : judgements_(hosts) {}
    virtual ~Judge() = default;

    // All packets of a second, by time; seconds come in order, those without packets may be left out.
    virtual void see(std::int64_t second, const std::vector<Packet>& packets) = 0;
    // No more will come.
    virtual void end() {}
    const std::vector<Judgement>& judgements() const noexcept { return judgements_; }

protected:
    void lock(std::uint32_t host, std::int64_t time_ns) {
        judgements_[host].locked_ns = std::min(judgements_[host].locked_ns, time_ns);
    }
    bool is_locked(std::uint32_t host) const { return judgements_[host].locked_ns != never; }

    std::vector<Judgement> judgements_;
};

}  // namespace flowlock::evaluate
