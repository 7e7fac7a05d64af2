// SPDX-License-Identifier: BSD-3-Clause
#include "content/inspector.hpp"

#include <algorithm>
#include <cstring>
#include <hs/hs.h>
#include <stdexcept>

namespace flowlock {
namespace {

// What a scan has found so far.
struct Finds {
    const std::vector<Signature>& signatures;
    std::uint16_t source;
    std::uint16_t destination;
    std::span<SignatureIndex> found;
    std::size_t count = 0;
};

int on_match(unsigned id, unsigned long long, unsigned long long, unsigned, void* context) noexcept {
    auto& finds = *static_cast<Finds*>(context);
    if (!finds.signatures[id].has_port(finds.source, finds.destination)) return 0;
    if (finds.count < finds.found.size()) finds.found[finds.count] = static_cast<SignatureIndex>(id);
    ++finds.count;
    return 0;
}

}  // namespace

void Inspector::FreeScratch::operator()(hs_scratch* scratch) const noexcept {
    hs_free_scratch(scratch);
}

Inspector::Inspector(std::shared_ptr<const SignatureSet> set) : set_(std::move(set)) {
    for (const auto& by_ports : set_->groups())
        for (const SignatureSet::Group& group : by_ports) {
            if (!group.database) continue;
            hs_scratch_t* scratch = scratch_.release();
            const hs_error_t status = hs_alloc_scratch(group.database.get(), &scratch);
            scratch_.reset(scratch);
            if (status != HS_SUCCESS) throw std::runtime_error("no memory to look at payloads");
        }
}

std::size_t Inspector::scratch_bytes() const noexcept {
    std::size_t bytes = 0;
    return scratch_ && hs_scratch_size(scratch_.get(), &bytes) == HS_SUCCESS ? bytes : 0;
}

std::size_t Inspector::inspect(std::uint8_t protocol, std::uint16_t source, std::uint16_t destination,
                               std::span<const std::byte> payload, std::span<SignatureIndex> found) noexcept {
    Finds finds{
        .signatures = set_->signatures(), .source = source, .destination = destination, .found = found};
    const auto size = static_cast<unsigned>(std::min(payload.size(), payload_bytes_max));
    if (size > 0) std::memcpy(copy_.data(), payload.data(), size);
    // What was there before belongs to another flow.
    std::memset(copy_.data() + size, 0, read_beyond_max);
    const auto scan = [&](const SignatureSet::Group& group) {
        hs_scan(group.database.get(), reinterpret_cast<const char*>(copy_.data()), size, 0, scratch_.get(),
                on_match, &finds);
    };
    const auto& groups = set_->groups()[protocol == udp ? 1 : 0];
    if (applies<0>(protocol, source, destination)) scan(groups[0]);
    if (applies<1>(protocol, source, destination)) scan(groups[1]);
    std::sort(found.begin(),
              found.begin() + static_cast<std::ptrdiff_t>(std::min(finds.count, found.size())));
    return finds.count;
}

}  // namespace flowlock
