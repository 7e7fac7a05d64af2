// SPDX-License-Identifier: BSD-3-Clause
// Which signatures of a set match a payload. One for each thread: it has the memory that Hyperscan works in. inspect()
// and may_match() are data path: no allocation, no exception, bounded by the payload's first payload_bytes_max bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "content/signature_set.hpp"

struct hs_scratch;

namespace flowlock {

class Inspector {
public:
    // What names itself does so early; a longer look costs more than it finds.
    static constexpr std::size_t payload_bytes_max = 1'024;

    // Throws std::runtime_error without memory.
    explicit Inspector(std::shared_ptr<const SignatureSet> set);

    const SignatureSet& set() const noexcept { return *set_; }
    std::size_t scratch_bytes() const noexcept;

    // Whether any signature can apply to what is sent so. IANA protocol number; ports in host order.
    bool may_match(std::uint8_t protocol, std::uint16_t source, std::uint16_t destination) const noexcept {
        return applies<0>(protocol, source, destination) || applies<1>(protocol, source, destination);
    }
    // How many match; the first found.size() of them, ascending, are in `found`. Who is internal, and who began the
    // flow, is not known here: the signature's direction and sender are for whoever judges.
    std::size_t inspect(std::uint8_t protocol, std::uint16_t source, std::uint16_t destination,
                        std::span<const std::byte> payload, std::span<SignatureIndex> found) noexcept;

private:
    static constexpr std::uint8_t udp = 17;

    struct FreeScratch {
        void operator()(hs_scratch* scratch) const noexcept;
    };

    template <unsigned has_ports>
    bool applies(std::uint8_t protocol, std::uint16_t source, std::uint16_t destination) const noexcept {
        const SignatureSet::Group& group = set_->groups()[protocol == udp ? 1 : 0][has_ports];
        return group.sources[source] || group.destinations[destination];
    }

    // Hyperscan 5.4.0 reads up to a vector beyond what it is given where the processor has AVX512VBMI: a payload at the
    // end of a buffer would be a crash. So it is given a copy with room behind it.
    static constexpr std::size_t read_beyond_max = 64;

    std::array<std::byte, payload_bytes_max + read_beyond_max> copy_{};
    std::shared_ptr<const SignatureSet> set_;
    std::unique_ptr<hs_scratch, FreeScratch> scratch_;  // none: the set is empty
};

}  // namespace flowlock
