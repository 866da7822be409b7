/** Which number of the Switch is which metric. */

import type { OwnedMetric } from "../supervisor/metric-table.js";
import type { SwitchingFunction } from "./switching-function.js";

/** What others own is named; all the rest is the Switch's. */
type SwitchMetric = Exclude<OwnedMetric, "jackfield_alarms"
  | `jackfield_store_${string}` | `jackfield_csta_${string}`>;

export function switchNumbers(
  sw: Pick<SwitchingFunction, "counters" | "gauges">,
): Readonly<Record<SwitchMetric, number>> {
  const { counters, gauges } = sw;
  return {
    jackfield_events_total: counters.events,
    jackfield_events_illegal_total: counters.illegal,
    jackfield_events_healed_total: counters.healed,
    jackfield_resyncs_failed_total: counters.resyncsFailed,
    jackfield_watchers: gauges.monitors,
    jackfield_watcher_gaps_total: counters.gaps,
    jackfield_watcher_events_lost_total: counters.eventsLost,
    jackfield_watcher_queue_worst: gauges.monitorQueueWorst,
    jackfield_calls: gauges.calls,
    jackfield_calls_stale: gauges.callsStale,
    jackfield_devices: gauges.devices,
    jackfield_requests_in_flight: gauges.requestsInFlight,
    jackfield_records_pending: gauges.recordsPending,
    jackfield_records_dropped_total: counters.recordsDropped,
  };
}
