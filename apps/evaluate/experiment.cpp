// SPDX-License-Identifier: BSD-3-Clause
#include "experiment.hpp"

#include <atomic>
#include <exception>
#include <thread>

#include <fmt/format.h>

#include "addresses.hpp"
#include "peer_rules.hpp"

namespace flowlock::evaluate {
namespace {

struct Work {
    SceneKind kind;
    std::vector<const HostClass*> classes;
    std::uint64_t seed = 0;
};

std::vector<const HostClass*> chosen(const Experiment& experiment, bool scanners, bool innocents) {
    std::vector<const HostClass*> classes;
    const auto add = [&](const std::vector<HostClass>& all) {
        for (const HostClass& type : all)
            if (experiment.classes.empty() || experiment.classes.contains(type.name))
                classes.push_back(&type);
    };
    if (scanners) add(scanner_classes());
    if (innocents) add(innocent_classes());
    return classes;
}

bool is_for(const Experiment& experiment, const SceneKind& kind, std::uint64_t seed) {
    if (!experiment.kinds.empty()) return experiment.kinds.contains(kind.name);
    const std::string name = kind.name;
    return name == "mixed" || (name != "innocents" && seed % 10 == 1);
}

// The longest first, so that no thread is left with one at the end.
std::vector<Work> all_work(const Experiment& experiment) {
    std::vector<Work> all;
    for (const SceneKind& kind : scene_kinds()) {
        const auto classes = chosen(experiment, !kind.paces.empty(), kind.innocents);
        for (std::uint32_t i = 0; i < experiment.seeds; ++i) {
            const std::uint64_t seed = experiment.first_seed + i;
            if (!is_for(experiment, kind, seed)) continue;
            SceneKind now = kind;
            if (std::string(kind.name) == "mixed" && seed % 10 == 1) now.seconds = 400;
            if (kind.alone)
                for (const HostClass* type : classes) all.push_back({now, {type}, seed});
            else if (!classes.empty())
                all.push_back({now, classes, seed});
        }
    }
    return all;
}

void run_scene(const Work& work, const Experiment& experiment, Tally& tally) {
    Scene scene(work.kind, work.classes, work.seed);
    std::vector<std::unique_ptr<Judge>> flowlocks;
    for (const Contender& contender : experiment.contenders)
        flowlocks.push_back(
            std::make_unique<FlowlockJudge>(contender.settings, internal_networks(), scene.addresses()));
    PeerRules peers(scene.hosts().size());
    scene.run([&](std::int64_t second, const std::vector<Packet>& packets) {
        for (const auto& judge : flowlocks) judge->see(second, packets);
        if (experiment.peers) peers.see(packets);
    });
    peers.end();
    std::vector<const Judge*> judges;
    for (const auto& judge : flowlocks) {
        judge->end();
        judges.push_back(judge.get());
    }
    if (experiment.peers)
        for (const Judge* judge : peers.judges()) judges.push_back(judge);
    tally.add(work.kind, scene.hosts(), judges);
}

std::vector<std::string> judge_names(const Experiment& experiment) {
    std::vector<std::string> names;
    for (const Contender& contender : experiment.contenders) names.push_back(contender.name);
    if (experiment.peers)
        for (const char* name : PeerRules::names()) names.emplace_back(name);
    return names;
}

}  // namespace

const std::vector<SceneKind>& scene_kinds() {
    static const Pace* const fast = &paces()[0];
    static const Pace* const minutes = &paces()[1];
    static const Pace* const slow = &paces()[2];
    static const std::vector<SceneKind> all{
        {.name = "slow", .seconds = 7'200, .paces = {slow, slow}, .scale = 0.02},
        {.name = "mixed", .seconds = 90, .paces = {fast, minutes}},
        {.name = "alone", .seconds = 90, .paces = {fast, minutes}, .alone = true},
        {.name = "innocents", .seconds = 60},
        {.name = "one-way", .seconds = 90, .paces = {fast, minutes}, .one_way = true},
    };
    return all;
}

Tally run(const Experiment& experiment) {
    const std::vector<Work> all = all_work(experiment);
    const std::vector<std::string> names = judge_names(experiment);
    std::vector<Tally> tallies(experiment.jobs, Tally(names));
    std::vector<std::exception_ptr> errors(experiment.jobs);
    std::atomic<std::size_t> next = 0;
    const auto work = [&](unsigned job) {
        try {
            for (std::size_t i = next++; i < all.size(); i = next++) {
                run_scene(all[i], experiment, tallies[job]);
                if (all.size() > 20 && i % (all.size() / 20) == 0)
                    fmt::print(stderr, "flowlock-evaluate: {} of {} scenes\n", i, all.size());
            }
        } catch (...) {
            errors[job] = std::current_exception();
        }
    };
    {
        std::vector<std::jthread> threads;
        for (unsigned job = 1; job < experiment.jobs; ++job) threads.emplace_back(work, job);
        work(0);
    }
    Tally sum(names);
    for (unsigned job = 0; job < experiment.jobs; ++job) {
        if (errors[job]) std::rethrow_exception(errors[job]);
        sum.add(tallies[job]);
    }
    return sum;
}

}  // namespace flowlock::evaluate
