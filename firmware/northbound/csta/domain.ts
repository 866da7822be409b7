/**
 * The switching function that one server shows: its links as one, under the names that
 * applications use, in one encoding.
 */

import type { CstaConfig } from "../../config/schema.js";
import type { LinkId } from "../../model/identifiers.js";
import type { NumberedEvent } from "../../switching/switch.js";
import type { CstaEvent, SystemStatus } from "../../wire/csta/message.js";
import type { GatewayView, LinkView } from "../api/gateway-view.js";
import { DeviceNames } from "./device-names.js";
import { eventReport, type Naming } from "./event-report.js";
import { eventTail, privateEncoding } from "./event-tail.js";
import type { Feed } from "./feed.js";

export type DomainGateway = Pick<GatewayView, "world" | "switch" | "links" | "audit" | "access"
  | "system" | "routeing" | "privateData" | "records">;

export class Domain {
  readonly gateway: DomainGateway;
  readonly feed: Feed;
  readonly config: CstaConfig;
  readonly devices: DeviceNames;
  readonly naming: Naming;
  /** Monitors of all applications of this server. */
  monitors = 0;
  #reported: { readonly entry: NumberedEvent; readonly report: CstaEvent | undefined } | undefined;

  constructor(gateway: DomainGateway, feed: Feed, config: CstaConfig) {
    this.gateway = gateway;
    this.feed = feed;
    this.config = config;
    this.devices = new DeviceNames(feed, config.links);
    this.naming = {
      callName: (link, call) => feed.calls.nameOf(link, call),
      deviceName: (link, device) => this.devices.nameOf(link, device),
    };
  }

  links(): readonly LinkView[] {
    return this.gateway.links().filter(({ status }) => this.devices.serves(status.id));
  }

  /** Links whose private data can be written in this server's encoding. */
  get privateLinks(): readonly LinkId[] {
    const encoding = privateEncoding(this.config.protocol);
    return this.links().filter(({ status }) => status.declared.privateData === encoding)
      .map(({ status }) => status.id);
  }

  /** Of links that are switched off on purpose nothing is expected. */
  get status(): SystemStatus {
    const states = this.links().map(({ status }) => status.state.name)
      .filter((state) => state !== "disabled");
    const up = states.filter((state) => state === "up" || state === "degraded").length;
    if (up === 0) return "disabled";
    return up === states.length ? "normal" : "partiallyDisabled";
  }

  /** The report of an event; all watchers of an event get it one after the other. */
  report(entry: NumberedEvent): CstaEvent | undefined {
    if (this.#reported?.entry !== entry) {
      const report = eventReport(entry, this.naming);
      this.#reported = { entry,
        report: report && { ...report, ...eventTail(entry, this.config.protocol) } };
    }
    return this.#reported.report;
  }
}
