// SPDX-License-Identifier: BSD-3-Clause
// What the data path may not do, where it looks at payloads.
#include <cstdlib>
#include <random>

#include <catch2/catch.hpp>

#include "../dataplane/witness.hpp"
#include "signature_texts.hpp"

using namespace flowlock;
using namespace flowlock::test;

TEST_CASE("to look at a payload allocates nothing, takes no lock and throws nothing") {
    const char* folder = std::getenv("FLOWLOCK_SIGNATURES");
    REQUIRE(folder != nullptr);
    SignatureFiles files;
    read_signature_folder(folder, files);
    const auto set = std::make_shared<const SignatureSet>(std::move(files.signatures));
    Inspector inspector(set);

    std::vector<std::vector<std::byte>> payloads;
    for (const Signature& signature : set->signatures())
        payloads.insert(payloads.end(), signature.matches.begin(), signature.matches.end());
    std::mt19937 random(1);
    for (int i = 0; i < 1'000; ++i) {
        payloads.emplace_back(random() % 1'500);
        for (std::byte& byte : payloads.back()) byte = static_cast<std::byte>(random());
    }

    std::array<SignatureIndex, 8> found{};
    std::uint64_t matches = 0;
    begin_to_watch();
    for (const auto& payload : payloads)
        for (const std::uint16_t port : {21, 53, 80, 123, 445, 3333, 5060, 40'000})
            for (const std::uint8_t protocol : {tcp, udp})
                if (inspector.may_match(protocol, 50'000, port))
                    matches += inspector.inspect(protocol, 50'000, port, payload, found);
    const Witnessed seen = end_to_watch();
    CHECK(matches > 1'000);
    CHECK(seen.allocations == 0);
    CHECK(seen.locks == 0);
    CHECK(seen.exceptions == 0);
}
