// SPDX-License-Identifier: BSD-3-Clause
// Any payload between any ports, against the signatures that come with the program: nothing is read beyond it, what is
// found is in order and applies, and comes to the same twice.
#include "content/inspector.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

#include "content/signature_file.hpp"

using namespace flowlock;

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

Inspector make_inspector() {
    const char* folder = std::getenv("FLOWLOCK_SIGNATURES");
    require(folder != nullptr);
    SignatureFiles files;
    read_signature_folder(folder, files);
    require(!files.signatures.empty() && files.mistakes.empty());
    return Inspector(std::make_shared<const SignatureSet>(std::move(files.signatures)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Inspector inspector = make_inspector();
    if (size < 5) return 0;
    const std::uint8_t protocol = data[0] % 2 == 0 ? 6 : 17;
    const auto port = [&](std::size_t at) {
        return static_cast<std::uint16_t>(data[at] + 256u * data[at + 1]);
    };
    const std::uint16_t source = port(1), destination = port(3);
    // Of its own size, so that a byte beyond is seen.
    std::vector<std::byte> payload;
    for (std::size_t i = 5; i < size; ++i) payload.push_back(static_cast<std::byte>(data[i]));

    std::array<SignatureIndex, 4> found{}, again{};
    const std::size_t count = inspector.inspect(protocol, source, destination, payload, found);
    require(count == inspector.inspect(protocol, source, destination, payload, again));
    require(count == 0 || inspector.may_match(protocol, source, destination));
    const auto kept = static_cast<std::ptrdiff_t>(std::min(count, found.size()));
    require(std::is_sorted(found.begin(), found.begin() + kept));
    for (auto at = found.begin(); at != found.begin() + kept; ++at) {
        require(*at < inspector.set().signatures().size());
        const Signature& signature = inspector.set().signatures()[*at];
        require(signature.has_port(source, destination));
        require(signature.protocol != (protocol == 6 ? PayloadProtocol::udp : PayloadProtocol::tcp));
    }
    return 0;
}
