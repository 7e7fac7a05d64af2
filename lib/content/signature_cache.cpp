// SPDX-License-Identifier: BSD-3-Clause
#include "content/signature_cache.hpp"

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <hs/hs.h>
#include <openssl/evp.h>
#include <unistd.h>

namespace flowlock {
namespace {

constexpr std::string_view magic = "flowlock signatures 1\n";
constexpr std::size_t digest_bytes = 32;
constexpr std::uintmax_t file_bytes_max = std::uintmax_t{1} << 30;

std::string sha256(std::string_view text) {
    std::string digest(digest_bytes, '\0');
    unsigned length = 0;
    EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(digest.data()), &length,
               EVP_sha256(), nullptr);
    return digest;
}

void add_number(std::string& text, std::uint64_t number) {
    text.append(reinterpret_cast<const char*>(&number), sizeof number);
}

// All that decides what is compiled.
std::string key_of(const std::vector<Signature>& signatures) {
    std::string text = hs_version();
    for (const Signature& signature : signatures) {
        add_number(text, signature.patterns.size());
        for (const std::string& pattern : signature.patterns) {
            add_number(text, pattern.size());
            text += pattern;
        }
        add_number(text, signature.end_max);
        for (const bool flag :
             {signature.caseless, signature.dotall, signature.multiline, signature.ports.empty()})
            text += flag ? '1' : '0';
        text += static_cast<char>('0' + static_cast<int>(signature.protocol));
    }
    return sha256(text);
}

std::filesystem::path file_in(const std::string& folder) {
    return std::filesystem::path(folder) / "signatures.hs";
}

std::optional<std::string> content_of(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) return std::nullopt;
    const std::uintmax_t size = std::filesystem::file_size(path, error);
    if (error || size > file_bytes_max) return std::nullopt;
    std::string text(size, '\0');
    std::ifstream file(path, std::ios::binary);
    if (!file.read(text.data(), static_cast<std::streamsize>(size))) return std::nullopt;
    return text;
}

}  // namespace

SignatureCache::SignatureCache(const std::string& folder, const std::vector<Signature>& signatures)
    : folder_(folder), key_(folder.empty() ? std::string{} : key_of(signatures)) {}

std::optional<SignatureCache::Databases> SignatureCache::read() const {
    if (folder_.empty()) return std::nullopt;
    const auto text = content_of(file_in(folder_));
    if (!text || text->size() < magic.size() + 2 * digest_bytes) return std::nullopt;
    std::string_view rest(*text);
    const std::string_view sum = rest.substr(rest.size() - digest_bytes);
    rest.remove_suffix(digest_bytes);
    if (sha256(rest) != sum || !rest.starts_with(magic) || rest.substr(magic.size(), digest_bytes) != key_)
        return std::nullopt;
    rest.remove_prefix(magic.size() + digest_bytes);
    Databases databases;
    for (auto& database : databases) {
        std::uint64_t size = 0;
        if (rest.size() < sizeof size) return std::nullopt;
        std::memcpy(&size, rest.data(), sizeof size);
        rest.remove_prefix(sizeof size);
        if (rest.size() < size) return std::nullopt;
        hs_database_t* made = nullptr;
        if (size > 0 && hs_deserialize_database(rest.data(), size, &made) != HS_SUCCESS) return std::nullopt;
        database.reset(made);
        rest.remove_prefix(size);
    }
    return databases;
}

void SignatureCache::write(const std::array<const hs_database*, 4>& databases) const {
    if (folder_.empty()) return;
    std::string text(magic);
    text += key_;
    for (const hs_database* database : databases) {
        char* bytes = nullptr;
        std::size_t size = 0;
        if (database != nullptr && hs_serialize_database(database, &bytes, &size) != HS_SUCCESS) return;
        add_number(text, size);
        text.append(bytes == nullptr ? "" : bytes, size);
        std::free(bytes);
    }
    text += sha256(text);
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    const auto path = file_in(folder_);
    auto part = path;
    part += ".part" + std::to_string(::getpid());
    {
        std::ofstream file(part, std::ios::binary);
        file.write(text.data(), static_cast<std::streamsize>(text.size()));
        if (!file.flush()) {
            std::filesystem::remove(part, error);
            return;
        }
    }
    std::filesystem::rename(part, path, error);
    if (error) std::filesystem::remove(part, error);
}

}  // namespace flowlock
