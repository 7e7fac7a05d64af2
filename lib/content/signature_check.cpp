// SPDX-License-Identifier: BSD-3-Clause
#include "content/signature_check.hpp"

#include <algorithm>

#include "content/inspector.hpp"

namespace flowlock {
namespace {

constexpr std::uint8_t tcp = 6, udp = 17;
constexpr std::uint16_t client_port = 50'000;

// As it would be sent: to the signature's first port, or from it.
bool is_matched(Inspector& inspector, SignatureIndex index, std::span<const std::byte> payload) {
    const Signature& signature = inspector.set().signatures()[index];
    const std::uint16_t service = signature.ports.empty() ? 40'000 : signature.ports.front().first;
    const bool answers = signature.sender == PayloadSender::responder;
    std::vector<SignatureIndex> found(inspector.set().signatures().size());
    for (const std::uint8_t protocol : {tcp, udp}) {
        const PayloadProtocol other = protocol == tcp ? PayloadProtocol::udp : PayloadProtocol::tcp;
        if (signature.protocol == other) continue;
        const std::size_t count = inspector.inspect(protocol, answers ? service : client_port,
                                                    answers ? client_port : service, payload, found);
        if (!std::binary_search(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), index))
            return false;
    }
    return true;
}

}  // namespace

SignatureCheck check_signatures(const std::shared_ptr<const SignatureSet>& set) {
    SignatureCheck check;
    Inspector inspector(set);
    for (std::size_t i = 0; i < set->signatures().size(); ++i) {
        const Signature& signature = set->signatures()[i];
        const auto try_all = [&](const char* list, const auto& payloads, bool wanted) {
            for (std::size_t k = 0; k < payloads.size(); ++k) {
                ++check.payloads;
                if (is_matched(inspector, static_cast<SignatureIndex>(i), payloads[k]) == wanted) continue;
                check.failures.push_back(signature.file + ":" + std::to_string(signature.line) + ": " +
                                         signature.id + ": " + list + "[" + std::to_string(k + 1) +
                                         "]: " + (wanted ? "is not matched" : "is matched"));
            }
        };
        try_all("matches", signature.matches, true);
        try_all("differs", signature.differs, false);
    }
    return check;
}

}  // namespace flowlock
