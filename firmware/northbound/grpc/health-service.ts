/** The health service of gRPC (grpc.health.v1): who watches is told of each change. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { status, type handleServerStreamingCall, type handleUnaryCall,
  type UntypedServiceImplementation } from "@grpc/grpc-js";
import { HealthCheckResponse_ServingStatus as Serving, type HealthCheckRequest,
  type HealthCheckResponseSchema, type HealthListRequest, type HealthListResponseSchema }
  from "../../../proto/gen/grpc/health/v1/health_pb.js";

type Answer = MessageInitShape<typeof HealthCheckResponseSchema>;

export class HealthService {
  readonly #names: ReadonlySet<string>;
  readonly #watchers = new Set<(answer: Answer) => void>();
  #status = Serving.NOT_SERVING;

  /** `names` are the services' full names, and "" for the whole server. */
  constructor(names: readonly string[]) {
    this.#names = new Set(names);
  }

  /** Tells the watchers where it is news. */
  setServing(serving: boolean): void {
    const now = serving ? Serving.SERVING : Serving.NOT_SERVING;
    if (now === this.#status) return;
    this.#status = now;
    for (const tell of this.#watchers) tell({ status: now });
  }

  get implementation(): UntypedServiceImplementation {
    const check: handleUnaryCall<HealthCheckRequest, Answer> = (call, callback) => {
      const { service } = call.request;
      if (this.#names.has(service)) callback(null, { status: this.#status });
      else callback({ code: status.NOT_FOUND, details: `There is no service "${service}".` });
    };
    const list: handleUnaryCall<HealthListRequest,
      MessageInitShape<typeof HealthListResponseSchema>> = (_call, callback) => {
      callback(null, { statuses: Object.fromEntries(
        [...this.#names].map((name) => [name, { status: this.#status }])) });
    };
    const watch: handleServerStreamingCall<HealthCheckRequest, Answer> = (call) => {
      if (!this.#names.has(call.request.service)) {
        call.write({ status: Serving.SERVICE_UNKNOWN });
        return;
      }
      const tell = (answer: Answer): void => { call.write(answer); };
      this.#watchers.add(tell);
      for (const end of ["cancelled", "close", "finish"]) {
        call.on(end, () => { this.#watchers.delete(tell); });
      }
      tell({ status: this.#status });
    };
    return { check, list, watch };
  }
}
