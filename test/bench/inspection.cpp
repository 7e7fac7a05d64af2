// SPDX-License-Identifier: BSD-3-Clause
// What the look into payloads costs: the whole data path with it and without, in one run and in turn, and Hyperscan
// alone. docs/performance.md explains and keeps the figures.
#include <chrono>
#include <random>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <rte_cycles.h>

#include "content/inspector.hpp"
#include "content/signature_file.hpp"
#include "dataplane/eal.hpp"
#include "dataplane/worker.hpp"
#include "measure.hpp"

using namespace flowlock;
using namespace flowlock::bench;

namespace {

struct Options {
    int rounds = 5;
    std::string folder;  // of signatures
};

const PrefixSet internal{{*Prefix::parse("198.18.0.0/15")}};

// The first lines of a web request: a payload that many signatures begin to match, and none matches.
const std::string request =
    "GET /wp-content/themes/news/style.css?ver=6.4.1 HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: "
    "Mozilla/5.0 "
    "(X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\nAccept: "
    "text/css,*/*;q=0.1\r\nAccept-Language: "
    "en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\nReferer: "
    "https://www.example.com/\r\nConnection: "
    "keep-alive\r\nSec-Fetch-Dest: style\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Site: same-origin\r\n\r\n";

// So many signatures of TCP or UDP for any port, half of them anchored: words of 8 letters, a quarter of them two with
// anything on the line between them.
std::shared_ptr<const SignatureSet> made_up(unsigned count) {
    std::mt19937 random(count);
    const auto word = [&] {
        std::string letters;
        for (int i = 0; i < 8; ++i) letters += static_cast<char>('a' + random() % 26);
        return letters;
    };
    std::vector<Signature> signatures;
    for (unsigned i = 0; i < count; ++i) {
        Signature signature;
        signature.id = fmt::format("made-up-{}", i);
        signature.patterns = {
            fmt::format("{}{}{}{}", i % 2 == 0 ? "^" : "", word(), i % 4 == 1 ? "[^\\r\\n]*" : " ", word())};
        signature.caseless = i % 3 == 0;
        signature.protocol = i % 5 == 0 ? PayloadProtocol::udp : PayloadProtocol::tcp;
        signatures.push_back(std::move(signature));
    }
    return std::make_shared<const SignatureSet>(std::move(signatures));
}

std::shared_ptr<const SignatureSet> shipped(const std::string& folder) {
    SignatureFiles files;
    read_signature_folder(folder, files);
    for (const std::string& mistake : files.mistakes) fmt::print("{}\n", mistake);
    return std::make_shared<const SignatureSet>(std::move(files.signatures));
}

struct Contender {
    std::string name;
    std::shared_ptr<const SignatureSet> set;  // none: payloads are not looked at
};

// A worker with one-second epochs, which the main lcore takes and clears.
struct Outcome {
    double rate = 0;
    Inspection inspection;
    Packets packets;
};

Outcome run(const SyntheticSource& source, const Contender& contender) {
    EpochChannel channel("inspection", 4, {.flows = 1 << 20, .hosts = 65'536}, internal, HashKey::random());
    channel.prefault();
    if (contender.set) {
        std::unique_ptr<InspectorOrder> order(
            new InspectorOrder{1, FlowTable::early_packets_default, Inspector(contender.set)});
        channel.send_inspector(order);
    }
    Worker worker({{source.port(), 0}}, channel);
    Outcome outcome;
    const auto take = [&] {
        Epoch* epoch = channel.take_full();
        if (epoch == nullptr) return false;
        outcome.inspection += epoch->matches.inspection;
        outcome.packets += epoch->tally.packets();
        channel.give_back(epoch);
        return true;
    };
    const Loop poll = [&](Queue, const Stop& stop) { worker.run(LiveClock::start(), stop); };
    const Loop clear = [&](Queue, const Stop& stop) {
        while (!stop.load(std::memory_order_relaxed))
            if (!take()) std::this_thread::sleep_for(std::chrono::microseconds(200));
    };
    outcome.rate = measure(source, {poll}, clear, {.warm_up_s = 2, .seconds = 3});
    while (take()) {
    }
    return outcome;
}

void measure_path(const std::string& load, const SyntheticTraffic& traffic,
                  const std::vector<Contender>& contenders, int rounds) {
    SyntheticSource source({traffic, 1});
    std::vector<std::vector<double>> rates(contenders.size());
    std::vector<Outcome> sums(contenders.size());
    for (int round = 0; round < rounds; ++round)
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            const Outcome outcome = run(source, contenders[i]);
            rates[i].push_back(outcome.rate);
            sums[i].inspection += outcome.inspection;
            sums[i].packets += outcome.packets;
        }
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        std::vector<double> ratios;
        for (std::size_t round = 0; round < rates[i].size(); ++round)
            ratios.push_back(rates[i][round] / rates[0][round]);
        const auto share = [&](Packets part) {
            return 100.0 * static_cast<double>(part.value) / static_cast<double>(sums[i].packets.value);
        };
        fmt::print("{:<34} {:<12} {:>8.1f} {:>8.2f} {:>10.2f} {:>8.2f}\n", load, contenders[i].name,
                   median(rates[i]) / 1e6, median(ratios), share(sums[i].inspection.inspected),
                   share(sums[i].inspection.shed));
    }
    std::fflush(stdout);
}

// What one look alone is measured with.
struct Look {
    const char* name;
    std::uint8_t protocol;
    std::uint16_t port;  // of whom it is sent to
    std::string payload;
};

std::string random_bytes(std::size_t size) {
    std::mt19937 random(7);
    std::string bytes;
    while (bytes.size() < size) bytes += static_cast<char>(random());
    return bytes;
}

std::vector<Look> looks() {
    constexpr std::uint8_t tcp = 6, udp = 17;
    const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
    const std::string query(
        "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03www\x07"
        "example\x03org\x00\x00\x01\x00\x01",
        33);
    return {
        {"web request", tcp, 80, request.substr(0, 18)},
        {"web request", tcp, 80, request.substr(0, 64)},
        {"web request", tcp, 80, request.substr(0, 256)},
        {"web request", tcp, 80, request},
        {"POST of JSON", tcp, 80,
         "POST /api/items HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; "
         "rv:128.0) Gecko/20100101 Firefox/128.0\r\nContent-Type: application/json\r\nContent-Length: "
         "88\r\n\r\n{\"jsonrpc\":\"2.0\",\"method\":\"items.list\",\"params\":{\"page\":1,\"name\":\"abc\"},"
         "\"id\":1}"},
        {"TLS ClientHello", tcp, 443, hello + random_bytes(506)},
        {"random, TCP", tcp, 40'000, random_bytes(1'024)},
        {"random, UDP", udp, 40'000, random_bytes(64)},
        {"random, UDP", udp, 40'000, random_bytes(512)},
        {"random, UDP port 443", udp, 443, random_bytes(1'200)},
        {"DNS query", udp, 53, query},
        {"BitTorrent DHT", udp, 6881,
         "d1:ad2:id20:abcdefghij01234567896:target20:mnopqrstuvwxyz123456e1:q9:find_node1:t2:aa1:y1:qe"},
        {"BitTorrent", tcp, 51'413,
         "\x13"
         "BitTorrent protocol" +
             random_bytes(48)}};
}

void measure_alone(const Contender& contender) {
    const auto begin = std::chrono::steady_clock::now();
    const auto again = std::make_shared<const SignatureSet>(contender.set->signatures());
    const std::chrono::duration<double> compiled = std::chrono::steady_clock::now() - begin;
    Inspector inspector(again);
    fmt::print("{}: {} signatures, compiled in {:.2f} s to {} kB, {} kB of scratch\n", contender.name,
               again->signatures().size(), compiled.count(), again->database_bytes() / 1000,
               inspector.scratch_bytes() / 1000);
    std::vector<SignatureIndex> found(16);
    for (const Look& look : looks()) {
        const std::span payload{reinterpret_cast<const std::byte*>(look.payload.data()), look.payload.size()};
        std::vector<double> times;
        for (int round = 0; round < 7; ++round) {
            constexpr int count = 100'000;
            const std::uint64_t start = rte_rdtsc();
            for (int i = 0; i < count; ++i)
                inspector.inspect(look.protocol, 40'000, look.port, payload, found);
            times.push_back(1e9 * static_cast<double>(rte_rdtsc() - start) / count /
                            static_cast<double>(rte_get_tsc_hz()));
        }
        fmt::print("  {:<22} {:>5} bytes {:>6.0f} ns a payload\n", look.name, payload.size(), median(times));
    }
}

}  // namespace

int main(int count, char** arguments) try {
    Options options;
    CLI::App app("What the look into payloads costs, on this machine");
    app.add_option("--rounds", options.rounds,
                   "Rounds on the path, medians are shown; 0: only the looks alone")
        ->capture_default_str();
    app.add_option("--signatures", options.folder, "Folder of the shipped signatures")->required();
    CLI11_PARSE(app, count, arguments);
    const Eal eal({.workers = 1, .memory_mib = 900, .hugepages = true, .cpus = usable_cpus()});
    const std::vector<Contender> contenders{{"off", nullptr},
                                            {"shipped", shipped(options.folder)},
                                            {"200", made_up(200)},
                                            {"2000", made_up(2'000)}};
    for (std::size_t i = 1; i < contenders.size(); ++i) measure_alone(contenders[i]);
    if (options.rounds == 0) return 0;
    fmt::print("{:<34} {:<12} {:>8} {:>8} {:>10} {:>8}\n", "load", "signatures", "M/s", "ratio", "looked %",
               "shed %");
    measure_path("IMIX, 95,000 flows", {.sizes = Sizes::imix, .flows = 95'000, .payload = request},
                 contenders, options.rounds);
    measure_path("IMIX, zipf, 1 M flows",
                 {.pattern = Pattern::zipf, .sizes = Sizes::imix, .flows = 1'000'000, .payload = request},
                 contenders, options.rounds);
    measure_path("UDP of 64 bytes, all new flows",
                 {.pattern = Pattern::syn_flood, .hosts = 256, .udp = true, .payload = request}, contenders,
                 options.rounds);
} catch (const std::exception& error) {
    fmt::print(stderr,
               "bench_inspection: {}\nIt needs root and 900 MiB of hugepages: echo 512 > "
               "/proc/sys/vm/nr_hugepages\n",
               error.what());
    return 1;
}
