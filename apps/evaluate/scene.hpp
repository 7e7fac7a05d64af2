// SPDX-License-Identifier: BSD-3-Clause
// A network with hosts of many classes, all of whose traffic follows from a seed. Owned by one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "actor.hpp"
#include "calendar.hpp"
#include "host_class.hpp"

namespace flowlock::evaluate {

struct SceneKind {
    const char* name = "";
    std::int64_t seconds = 90;
    bool innocents = true;
    std::vector<const Pace*> paces{};  // every scanner at each of these
    double scale = 1;                  // of the innocents' contacts per second
    bool one_way = false;              // what comes in takes another path, past the tap
    // Each class in a network of its own; else all in one.
    bool alone = false;
};

struct SceneHost {
    const HostClass* type = nullptr;
    const Pace* pace = nullptr;  // none: an innocent
    IpAddress address;
    // What it has sent, filled in while the scene runs.
    std::uint64_t packets = 0;
    std::uint64_t probes = 0;
    std::int64_t first_probe_ns = -1;
    std::vector<std::uint32_t> probes_until{};  // by second: at its end
};

class Scene {
public:
    // After its last contact a scene goes on for so long, so that answers, and verdicts, come to an end.
    static constexpr std::int64_t quiet_end_s = 15;

    Scene(const SceneKind& kind, const std::vector<const HostClass*>& classes, std::uint64_t seed);

    // Calls see(second, packets) for one second after the other.
    void run(const std::function<void(std::int64_t, const std::vector<Packet>&)>& see);
    const std::vector<SceneHost>& hosts() const noexcept { return hosts_; }
    std::vector<IpAddress> addresses() const;

private:
    void add(const HostClass& type, const Pace* pace);
    void add_scanner_life(std::uint32_t host);
    void add_actor(Dialler dialler, std::uint32_t host, double scale);
    void note(std::int64_t second, const std::vector<Packet>& packets);

    SceneKind kind_;
    scene::Random random_;
    std::vector<SceneHost> hosts_;
    std::vector<Actor> actors_;
    Calendar calendar_;
};

}  // namespace flowlock::evaluate
