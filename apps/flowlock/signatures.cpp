// SPDX-License-Identifier: BSD-3-Clause
#include "signatures.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>

#include "content/inspector.hpp"
#include "content/signature_check.hpp"
#include "content/signature_file.hpp"

namespace flowlock {
namespace {

constexpr const char* local_folder = "/etc/flowlock/signatures";
constexpr int status_failed = 1, status_mistake = 2;

// Beside the program, where it is installed or built.
std::vector<std::string> default_folders() {
    std::error_code error;
    const auto here = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
    std::vector<std::string> folders;
    for (const auto& folder : {here / "../share/flowlock/signatures", here / "../../lib/content/signatures"})
        if (folders.empty() && std::filesystem::is_directory(folder, error))
            folders.push_back(folder.lexically_normal().string());
    if (std::filesystem::is_directory(local_folder, error)) folders.emplace_back(local_folder);
    return folders;
}

// The service manager's for it, or the user's; "": there is none.
std::string cache_folder() {
    const auto from = [](const char* variable, const char* below) -> std::string {
        const char* folder = std::getenv(variable);
        return folder == nullptr || *folder != '/' ? "" : std::string(folder) + below;
    };
    for (const auto& folder :
         {from("CACHE_DIRECTORY", ""), from("XDG_CACHE_HOME", "/flowlock"), from("HOME", "/.cache/flowlock")})
        if (!folder.empty()) return folder;
    return "";
}

SignatureFiles read_folders(const std::vector<std::string>& folders) {
    SignatureFiles files;
    for (const std::string& folder : folders) read_signature_folder(folder, files);
    return files;
}

void list(const SignatureSet& set) {
    for (const Signature& signature : set.signatures())
        fmt::print("{:<14} {:<36} {}\n", name_of(signature.category), signature.id, signature.words);
}

std::string counted(std::size_t count, const char* one) {
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

}  // namespace

LoadedSignatures load_signatures(const Config& config) {
    if (!config.signatures.enabled || !config.abuse.enabled) return {};
    const auto& configured = config.signatures.folders;
    SignatureFiles files = read_folders(configured.empty() ? default_folders() : configured);
    LoadedSignatures loaded{
        .set = std::make_shared<const SignatureSet>(std::move(files.signatures), cache_folder()),
        .mistakes = std::move(files.mistakes)};
    loaded.mistakes.insert(loaded.mistakes.end(), loaded.set->refused().begin(), loaded.set->refused().end());
    return loaded;
}

int signatures(const SignaturesCommand& command) {
    SignatureFiles files = read_folders(command.folders.empty() ? default_folders() : command.folders);
    const auto begin = std::chrono::steady_clock::now();
    const auto set = std::make_shared<const SignatureSet>(std::move(files.signatures));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    for (const auto& mistakes : {files.mistakes, set->refused()})
        for (const std::string& mistake : mistakes) fmt::print(stderr, "{}\n", mistake);
    const std::size_t mistakes = files.mistakes.size() + set->refused().size();
    if (command.list) {
        list(*set);
        return mistakes > 0 ? status_mistake : 0;
    }
    const SignatureCheck check = check_signatures(set);
    for (const std::string& failure : check.failures) fmt::print("{}\n", failure);
    fmt::print("{}, {}: {} failed, {}; compiled in {:.2f} s to {} kB\n",
               counted(set->signatures().size(), "signature"), counted(check.payloads, "test payload"),
               check.failures.size(), counted(mistakes, "mistake"), took.count(),
               set->database_bytes() / 1000);
    if (mistakes > 0) return status_mistake;
    return check.failures.empty() ? 0 : status_failed;
}

}  // namespace flowlock
