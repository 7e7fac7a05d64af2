// SPDX-License-Identifier: BSD-3-Clause
// Signatures compiled by Hyperscan: block mode, for any processor (a "generic platform", which costs no speed and lets
// a set be passed from one machine to another). A set never changes once it is made, so any number of threads may
// read it; whoever uses it holds it.
//
// Four databases: TCP and UDP, each with and without ports. A payload is only looked at with those in which something
// can apply to it, so that what is only said of a service costs nothing on other ports.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "content/signature.hpp"

struct hs_database;

namespace flowlock {

using SignatureIndex = std::uint16_t;  // of a signature in its set

class SignatureSet {
public:
    // Throws std::runtime_error when the machine cannot run Hyperscan, or memory is short. `cache`: the folder in which
    // what was compiled is kept for the next time (signature_cache.hpp); "": nowhere.
    explicit SignatureSet(std::vector<Signature> signatures, const std::string& cache = {});

    // Those that Hyperscan takes.
    const std::vector<Signature>& signatures() const noexcept { return signatures_; }
    // The others: "mining.toml:12: mining-x: pattern: …".
    const std::vector<std::string>& refused() const noexcept { return refused_; }
    std::size_t database_bytes() const;

    // For Inspector.
    struct Group {
        struct Free {
            void operator()(hs_database* database) const noexcept;
        };
        using Database = std::unique_ptr<hs_database, Free>;

        Database database;  // none: no signature is in it
        // Ports that one of its signatures names, as whose it says: of who sends an answer, and of whom a request is
        // sent to. All, in a group without ports.
        std::bitset<65536> sources;
        std::bitset<65536> destinations;
    };
    // [protocol: tcp, udp][has ports]
    const std::array<std::array<Group, 2>, 2>& groups() const noexcept { return groups_; }

private:
    void compile_all(const std::string& cache);
    void compile(bool udp, bool has_ports);
    std::vector<unsigned> ids_in(bool udp, bool has_ports) const;
    void note_ports(Group& group, const std::vector<unsigned>& ids, bool has_ports);

    std::vector<Signature> signatures_;
    std::vector<std::string> refused_;
    std::array<std::array<Group, 2>, 2> groups_;
};

}  // namespace flowlock
