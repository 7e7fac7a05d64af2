// SPDX-License-Identifier: BSD-3-Clause
#include "telemetry.hpp"

#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>

#include <rte_telemetry.h>

namespace flowlock {
namespace {

// DPDK calls back without an argument to find an object by.
std::mutex mutex;
std::optional<Summary> shown;

// The answer is an object of JSON. DPDK takes letters, digits, "_" and "/" in names, and cuts long texts.
class Object {
public:
    explicit Object(rte_tel_data* data) : data_(data) { rte_tel_data_start_dict(data_); }
    void add(const std::string& name, std::uint64_t value) {
        rte_tel_data_add_dict_u64(data_, name.c_str(), value);
    }
    void add(const std::string& name, const std::string& value) {
        rte_tel_data_add_dict_string(data_, name.c_str(), value.c_str());
    }
    // `fill` makes an object within this one, under a number.
    template <class Fill>
    void add_object(std::size_t number, Fill fill) {
        rte_tel_data* inner = rte_tel_data_alloc();
        if (inner == nullptr) return;
        Object object(inner);
        fill(object);
        rte_tel_data_add_dict_container(data_, std::to_string(number).c_str(), inner, 0);
    }

private:
    rte_tel_data* data_;
};

template <class Fill>
int answer(rte_tel_data* data, Fill fill) {
    const std::lock_guard lock(mutex);
    if (!shown || !shown->live) return -1;
    Object object(data);
    fill(object, *shown, *shown->live);
    return 0;
}

int status(const char*, const char*, rte_tel_data* data) {
    return answer(data, [](Object& object, const Summary& summary, const LiveSummary& live) {
        object.add("packets", summary.tally.packets().value);
        object.add("bytes", summary.tally.wire_bytes.value);
        object.add("flows", summary.flows.value);
        object.add("open_cases", live.open_cases);
        object.add("locks", summary.locks);
        object.add("reports_waiting", live.reports_waiting);
        object.add("reports_lost", live.reports_lost);
        object.add("reloads", live.reloads);
        object.add("started", iso8601(live.started));
        object.add("written", iso8601(live.written));
        object.add("clock_offset_us", std::to_string(live.clock_offset.count() / 1000));
    });
}

int loss(const char*, const char*, rte_tel_data* data) {
    return answer(data, [](Object& object, const Summary& summary, const LiveSummary&) {
        for (const auto& [cause, count] : summary.loss) object.add(cause, count.value);
    });
}

int ports(const char*, const char*, rte_tel_data* data) {
    return answer(data, [](Object& object, const Summary&, const LiveSummary& live) {
        for (std::size_t i = 0; i < live.ports.size(); ++i)
            object.add_object(i, [&](Object& of_port) {
                const PortSummary& port = live.ports[i];
                of_port.add("name", port.name);
                of_port.add("driver", port.driver);
                of_port.add("state", port.present ? (port.up ? "up" : "down") : "vanished");
                of_port.add("mbit_per_second", port.mbit_per_second);
                of_port.add("queues", port.queues);
                of_port.add("received", port.received.value);
                of_port.add("missed", port.missed.value);
                of_port.add("errors", port.errors.value);
                of_port.add("no_mbuf", port.no_buffer.value);
                of_port.add("loss_counter", port.counts_loss ? "available" : "unavailable");
            });
    });
}

int workers(const char*, const char*, rte_tel_data* data) {
    return answer(data, [](Object& object, const Summary&, const LiveSummary& live) {
        for (std::size_t i = 0; i < live.workers.size(); ++i)
            object.add_object(i, [&](Object& of_worker) {
                const WorkerSummary& worker = live.workers[i];
                of_worker.add("packets", worker.packets.value);
                of_worker.add("cpu", worker.cpu ? std::to_string(*worker.cpu) : "any");
                of_worker.add("state", worker.stalled ? "stalled" : "polling");
                of_worker.add("stalls", worker.stalls);
            });
    });
}

struct CommandOfTelemetry {
    const char* name;
    telemetry_cb callback;
    const char* help;
};
constexpr CommandOfTelemetry commands[] = {
    {"/flowlock/status", status, "Packets, flows, cases and reports of this monitor. Takes no parameters"},
    {"/flowlock/loss", loss, "What was not seen or not counted, by cause. Takes no parameters"},
    {"/flowlock/ports", ports, "State and counters of each port. Takes no parameters"},
    {"/flowlock/workers", workers, "State and packets of each worker. Takes no parameters"},
};

}  // namespace

Telemetry::Telemetry() {
    for (const CommandOfTelemetry& command : commands)
        if (rte_telemetry_register_cmd(command.name, command.callback, command.help) < 0)
            throw std::runtime_error(std::string("telemetry: DPDK refuses the command ") + command.name);
}

Telemetry::~Telemetry() {
    const std::lock_guard lock(mutex);
    shown.reset();
}

void Telemetry::show(const Summary& summary) {
    const std::lock_guard lock(mutex);
    shown = summary;
}

}  // namespace flowlock
