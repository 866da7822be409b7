/** The management API as one thing that servers carry: its methods, and doors to them. */

import type { Registry } from "prom-client";
import { Door } from "./door.js";
import type { GatewayView } from "./gateway-view.js";
import { boundMethods, type BoundMethod, type BoundService } from "./handler.js";
import { serverMetrics } from "./metrics.js";
import { createServices } from "./services.js";

export interface Api {
  readonly gateway: GatewayView;
  readonly services: readonly BoundService[];
  /** By `package.Service/Method`. */
  readonly methods: ReadonlyMap<string, BoundMethod>;
  /** A way in for one run of one server: what it let in ends when it is closed. */
  door(server: "grpc" | "web"): Door;
}

/** `registry` takes the servers' metrics. */
export function createApi(gateway: GatewayView, registry: Registry): Api {
  const doors = new Map<string, Door>();
  const watchers = (): number =>
    [...doors.values()].reduce((sum, door) => sum + door.streamsOpen, 0);
  const services = createServices(gateway, serverMetrics(registry, "api"), watchers);
  return {
    gateway, services, methods: boundMethods(services),
    door(server) {
      const door = new Door(gateway, serverMetrics(registry, server));
      doors.set(server, door);
      return door;
    },
  };
}
