/** Every metric the gateway offers, with the sentence that explains it. */

import type { LinkCounters } from "../link/link.js";
import type { HostReading } from "./host-health.js";

export interface MetricRow {
  readonly kind: "counter" | "gauge" | "histogram";
  readonly help: string;
  /** It is this counter of each link. */
  readonly counter?: { readonly [N in keyof LinkCounters]: LinkCounters[N] extends number
    ? N : never }[keyof LinkCounters];
  /** It is this reading of the machine. */
  readonly reading?: keyof HostReading;
  /** It is made in metrics.ts itself. Without any of the three its owner hands it over. */
  readonly here?: true;
  readonly labels?: readonly ("link" | "state" | "reason" | "destination" | "as")[];
  readonly buckets?: readonly number[];
}

export const metricTable = {
  jackfield_link_state: { kind: "gauge", labels: ["link", "state"], here: true,
    help: "1 for the state in which the link is; unless up or degraded it hears nothing." },
  jackfield_link_bytes_in_total: { kind: "counter", labels: ["link"], counter: "bytesIn",
    help: "Bytes received from the PBX." },
  jackfield_link_bytes_out_total: { kind: "counter", labels: ["link"], counter: "bytesOut",
    help: "Bytes sent to the PBX." },
  jackfield_link_events_total: { kind: "counter", labels: ["link"], counter: "events",
    help: "Call, device and agent events that the driver drew from the PBX's messages." },
  jackfield_link_records_total: { kind: "counter", labels: ["link"], counter: "records",
    help: "Finished calls that the PBX itself printed." },
  jackfield_link_garbage_bytes_total: { kind: "counter", labels: ["link"], counter: "garbageBytes",
    help: "Bytes that no frame claims: wrong speed, wrong parity, wrong driver." },
  jackfield_link_damaged_octets_total: { kind: "counter", labels: ["link"],
    counter: "damagedOctets",
    help: "Octets of a serial line that came with a framing or parity error." },
  jackfield_link_breaks_total: { kind: "counter", labels: ["link"], counter: "breaks",
    help: "Breaks of a serial line." },
  jackfield_link_rejected_total: { kind: "counter", labels: ["link", "reason"], here: true,
    help: "Lines or other pieces that are no record and nothing to be skipped." },
  jackfield_link_records_missed_total: { kind: "counter", labels: ["link"],
    counter: "recordsMissed",
    help: "Records that never came, by the PBX's own numbers." },
  jackfield_link_last_record_seconds: { kind: "gauge", labels: ["link"], here: true,
    help: "When the last record came, seconds since 1970; absent before the first." },
  jackfield_link_unkept_bytes: { kind: "gauge", labels: ["link"], here: true,
    help: "Bytes received that the store has not taken yet." },
  jackfield_link_holding: { kind: "gauge", labels: ["link"], here: true,
    help: "1 while the PBX is asked to wait because the store cannot take more." },
  jackfield_link_requests_total: { kind: "counter", labels: ["link"], counter: "requests",
    help: "Service requests sent to the PBX." },
  jackfield_link_requests_failed_total: { kind: "counter", labels: ["link"],
    counter: "requestsFailed",
    help: "Service requests that the PBX refused or left unanswered." },
  jackfield_link_resyncs_total: { kind: "counter", labels: ["link"], counter: "resyncs",
    help: "Times the picture of the link was rebuilt from the PBX's snapshot." },
  jackfield_link_opens_total: { kind: "counter", labels: ["link"], counter: "opens",
    help: "Times the link was opened; much more than one means an unstable line." },
  jackfield_destination_up: { kind: "gauge", labels: ["destination"], here: true,
    help: "1 while the destination takes what there is." },
  jackfield_destination_failures_total: { kind: "counter", labels: ["destination"], here: true,
    help: "Attempts to open a destination, or to hand something over, that failed." },
  jackfield_destination_waiting_bytes: { kind: "gauge", labels: ["destination", "link"], here: true,
    help: "Raw bytes of the link that the destination has not taken yet." },
  jackfield_destination_waiting_records: { kind: "gauge", labels: ["destination", "link"],
    here: true, help: "Records of the link that the destination has not taken yet." },
  jackfield_destination_waiting_seconds: { kind: "gauge", labels: ["destination", "link"],
    here: true, help: "For so long the oldest of them has waited." },
  jackfield_destination_taken_total: { kind: "counter", labels: ["destination", "link"], here: true,
    help: "Lines or records that the destination has taken, those sent once more among them." },
  jackfield_destination_taken_bytes_total: { kind: "counter", labels: ["destination", "link"],
    here: true, help: "Bytes of these lines or records." },
  jackfield_destination_lost_bytes_total: { kind: "counter", labels: ["destination", "link"],
    here: true, help: "Raw bytes dropped untaken, because the link's quota was full." },
  jackfield_ledger_bytes: { kind: "gauge", labels: ["link", "as"], here: true,
    help: "Bytes of this day (UTC) of the link: in, and what became of them." },
  jackfield_events_total: { kind: "counter",
    help: "Events numbered and handed to watchers." },
  jackfield_events_illegal_total: { kind: "counter",
    help: "Events that ECMA-269 does not allow in the connection's state, followed all the same." },
  jackfield_events_healed_total: { kind: "counter",
    help: "Events made from a snapshot because the PBX's own were missed." },
  jackfield_resyncs_failed_total: { kind: "counter",
    help: "Snapshots that were asked for because of a doubtful event and did not come." },
  jackfield_watchers: { kind: "gauge", help: "Applications that watch events now." },
  jackfield_watcher_gaps_total: { kind: "counter",
    help: "Times a watcher was told that it lost events by reading too slowly or coming late." },
  jackfield_watcher_events_lost_total: { kind: "counter",
    help: "Events that slow watchers lost." },
  jackfield_watcher_queue_worst: { kind: "gauge",
    help: "Events waiting for the slowest watcher." },
  jackfield_calls: { kind: "gauge", help: "Calls in the picture." },
  jackfield_calls_stale: { kind: "gauge",
    help: "Calls of links that are down: true when the link went down, not known since." },
  jackfield_devices: { kind: "gauge", help: "Devices in the picture." },
  jackfield_requests_in_flight: { kind: "gauge",
    help: "Service requests without answer yet." },
  jackfield_records_pending: { kind: "gauge",
    help: "Call records in memory that the store has not taken yet." },
  jackfield_records_dropped_total: { kind: "counter",
    help: "Call records lost because the store took none for too long." },
  jackfield_store_commits_total: { kind: "counter", here: true,
    help: "Synced writes of the store." },
  jackfield_store_commit_ms: { kind: "histogram", here: true,
    buckets: [0.5, 1, 2, 5, 10, 20, 50, 100, 250, 1_000],
    help: "Milliseconds a synced write of the store took." },
  jackfield_store_bytes: { kind: "gauge", help: "Bytes the store takes on disk." },
  jackfield_store_journal_position: { kind: "gauge",
    help: "Position of the newest journal entry." },
  jackfield_event_loop_lag_ms: { kind: "gauge", here: true,
    help: "How late the newest timer ran: above 20 ms the processor has too much to do." },
  jackfield_resident_bytes: { kind: "gauge", reading: "residentBytes",
    help: "Resident memory of the gateway." },
  jackfield_host_cpu_load: { kind: "gauge", reading: "cpuLoad",
    help: "Load of all cores, 0 to 1." },
  jackfield_host_memory_used_bytes: { kind: "gauge", reading: "memoryUsedBytes",
    help: "Memory of the machine in use." },
  jackfield_disk_free_bytes: { kind: "gauge", reading: "diskFreeBytes",
    help: "Free bytes where the store is." },
  jackfield_host_temperature_celsius: { kind: "gauge", reading: "temperatureCelsius",
    help: "Temperature of the processor." },
  jackfield_csta_sessions: { kind: "gauge",
    help: "Applications connected by CSTA, or kept until they come back." },
  jackfield_csta_monitors: { kind: "gauge", help: "Monitors of CSTA applications." },
  jackfield_csta_watched: { kind: "gauge",
    help: "Devices and calls that CSTA monitors watch: less than monitors where they are shared." },
  jackfield_alarms: { kind: "gauge", help: "Alarms that stand." },
} as const satisfies Record<string, MetricRow>;

export type MetricName = keyof typeof metricTable;

/** The metrics that their owners hand over; the compiler sees to it that none is forgotten. */
export type OwnedMetric = { readonly [N in MetricName]: (typeof metricTable)[N] extends
  { counter: string } | { reading: string } | { here: true } ? never : N }[MetricName];
