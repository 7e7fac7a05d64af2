// SPDX-License-Identifier: BSD-3-Clause
#include "content/signature_set.hpp"

#include <algorithm>
#include <cstdlib>
#include <hs/hs.h>
#include <optional>
#include <stdexcept>

#include "content/signature_cache.hpp"

namespace flowlock {
namespace {

struct FreeError {
    void operator()(hs_compile_error_t* error) const noexcept { hs_free_compile_error(error); }
};
using CompileError = std::unique_ptr<hs_compile_error_t, FreeError>;

unsigned flags_of(const Signature& signature) {
    unsigned flags = HS_FLAG_SINGLEMATCH;
    if (signature.caseless) flags |= HS_FLAG_CASELESS;
    if (signature.dotall) flags |= HS_FLAG_DOTALL;
    if (signature.multiline) flags |= HS_FLAG_MULTILINE;
    return flags;
}

hs_expr_ext_t bounds_of(const Signature& signature) {
    hs_expr_ext_t bounds{};
    if (signature.end_max == 0) return bounds;
    bounds.flags = HS_EXT_FLAG_MAX_OFFSET;
    bounds.max_offset = signature.end_max;
    return bounds;
}

std::string refusal(const Signature& signature, std::size_t pattern, const std::string& reason) {
    const std::string number =
        signature.patterns.size() > 1 ? "[" + std::to_string(pattern + 1) + "]" : std::string{};
    return signature.file + ":" + std::to_string(signature.line) + ": " + signature.id + ": pattern" +
           number + ": " + reason;
}

// Why Hyperscan does not take it: of its first pattern that is none.
std::optional<std::string> refusal_of(const Signature& signature) {
    const hs_expr_ext_t bounds = bounds_of(signature);
    for (std::size_t i = 0; i < signature.patterns.size(); ++i) {
        hs_expr_info_t* info = nullptr;
        hs_compile_error_t* error = nullptr;
        const hs_error_t status = hs_expression_ext_info(signature.patterns[i].c_str(), flags_of(signature),
                                                         &bounds, &info, &error);
        std::free(info);
        if (status == HS_SUCCESS) continue;
        const CompileError owned(error);
        return refusal(signature, i,
                       error != nullptr && error->message != nullptr ? error->message : "is not understood");
    }
    return std::nullopt;
}

// What is compiled into one database: the patterns of these signatures. Patterns of one signature have its index, so
// Hyperscan tells of the first of them only.
struct Expressions {
    Expressions(const std::vector<Signature>& signatures, const std::vector<unsigned>& ids) {
        for (const unsigned id : ids)
            for (std::size_t i = 0; i < signatures[id].patterns.size(); ++i) {
                patterns.push_back(signatures[id].patterns[i].c_str());
                flags.push_back(flags_of(signatures[id]));
                indices.push_back(id);
                places.push_back(i);
                bounds.push_back(bounds_of(signatures[id]));
            }
        for (const hs_expr_ext_t& bound : bounds) bound_pointers.push_back(&bound);
    }

    std::vector<const char*> patterns;
    std::vector<unsigned> flags;
    std::vector<unsigned> indices;
    std::vector<std::size_t> places;  // within the signature
    std::vector<hs_expr_ext_t> bounds;
    std::vector<const hs_expr_ext_t*> bound_pointers;
};

bool is_in(const Signature& signature, bool udp, bool has_ports) {
    const PayloadProtocol other = udp ? PayloadProtocol::tcp : PayloadProtocol::udp;
    return signature.protocol != other && signature.ports.empty() != has_ports;
}

}  // namespace

void SignatureSet::Group::Free::operator()(hs_database* database) const noexcept {
    hs_free_database(database);
}

SignatureSet::SignatureSet(std::vector<Signature> signatures, const std::string& cache) {
    if (hs_valid_platform() != HS_SUCCESS)
        throw std::runtime_error("signatures need a processor with SSSE3, which this one lacks");
    for (Signature& signature : signatures) {
        if (const auto refused = refusal_of(signature))
            refused_.push_back(*refused);
        else
            signatures_.push_back(std::move(signature));
    }
    compile_all(cache);
}

void SignatureSet::compile_all(const std::string& cache) {
    const SignatureCache kept(cache, signatures_);
    auto databases = kept.read();
    std::array<const hs_database*, 4> made{};
    for (const bool udp : {false, true})
        for (const bool has_ports : {false, true}) {
            const std::size_t place = (udp ? 2 : 0) + (has_ports ? 1 : 0);
            Group& group = groups_[udp ? 1 : 0][has_ports ? 1 : 0];
            if (databases) {
                group.database = std::move((*databases)[place]);
                note_ports(group, ids_in(udp, has_ports), has_ports);
            } else {
                compile(udp, has_ports);
            }
            made[place] = group.database.get();
        }
    // What is left out while it is compiled would be missed the next time.
    if (!databases && refused_.empty()) kept.write(made);
}

std::vector<unsigned> SignatureSet::ids_in(bool udp, bool has_ports) const {
    std::vector<unsigned> ids;
    for (std::size_t i = 0; i < signatures_.size(); ++i)
        if (is_in(signatures_[i], udp, has_ports)) ids.push_back(static_cast<unsigned>(i));
    return ids;
}

void SignatureSet::note_ports(Group& group, const std::vector<unsigned>& ids, bool has_ports) {
    if (!has_ports && !ids.empty()) group.sources.set();
    for (const unsigned id : ids)
        for (const PortRange& range : signatures_[id].ports)
            for (std::uint32_t port = range.first; port <= range.last; ++port) {
                if (signatures_[id].sender != PayloadSender::initiator) group.sources.set(port);
                if (signatures_[id].sender != PayloadSender::responder) group.destinations.set(port);
            }
}

// What passes hs_expression_ext_info() may still be too large for a database; then it is named, and left out.
void SignatureSet::compile(bool udp, bool has_ports) {
    Group& group = groups_[udp ? 1 : 0][has_ports ? 1 : 0];
    std::vector<unsigned> ids = ids_in(udp, has_ports);
    while (!ids.empty()) {
        const Expressions all(signatures_, ids);
        const hs_platform_info_t generic{};
        hs_database_t* database = nullptr;
        hs_compile_error_t* error = nullptr;
        const hs_error_t status = hs_compile_ext_multi(
            all.patterns.data(), all.flags.data(), all.indices.data(), all.bound_pointers.data(),
            static_cast<unsigned>(all.patterns.size()), HS_MODE_BLOCK, &generic, &database, &error);
        if (status == HS_SUCCESS) {
            group.database.reset(database);
            break;
        }
        const CompileError owned(error);
        if (error == nullptr || error->expression < 0)
            throw std::runtime_error(std::string("signatures cannot be compiled: ") +
                                     (error != nullptr ? error->message : "no memory"));
        const auto bad = static_cast<std::size_t>(error->expression);
        refused_.push_back(refusal(signatures_[all.indices[bad]], all.places[bad], error->message));
        std::erase(ids, all.indices[bad]);
    }
    note_ports(group, ids, has_ports);
}

std::size_t SignatureSet::database_bytes() const {
    std::size_t sum = 0;
    for (const auto& by_ports : groups_)
        for (const Group& group : by_ports) {
            std::size_t bytes = 0;
            if (group.database && hs_database_size(group.database.get(), &bytes) == HS_SUCCESS) sum += bytes;
        }
    return sum;
}

}  // namespace flowlock
