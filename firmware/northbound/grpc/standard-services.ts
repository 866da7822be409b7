/** The health and reflection services of gRPC itself, behind the same door as everything else. */

import type { DescService } from "@bufbuild/protobuf";
import type { sendUnaryData, Server, ServerUnaryCall, ServiceDefinition, ServerWritableStream,
  UntypedHandleCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import { Health } from "../../../proto/gen/grpc/health/v1/health_pb.js";
import { ServerReflection } from "../../../proto/gen/grpc/reflection/v1/reflection_pb.js";
import { fail, type Fault } from "../../base/result.js";
import type { Api } from "../api/api.js";
import type { Door } from "../api/door.js";
import { definitionOf, failureOf } from "./carrier.js";
import type { CallerReader, SurfaceCall } from "./caller.js";
import { HealthService } from "./health-service.js";
import { ReflectionService } from "./reflection-service.js";

type AnyCall = ServerUnaryCall<unknown, unknown> & ServerWritableStream<unknown, unknown>;
type AnyHandler = (call: AnyCall, callback?: sendUnaryData<unknown>) => void;
type Add = (service: ServiceDefinition, implementation: UntypedServiceImplementation) => void;

function serviceDefinition(service: DescService, typeName = service.typeName): ServiceDefinition {
  return Object.fromEntries(service.methods.map((method) =>
    [method.localName, definitionOf(`${typeName}/${method.name}`, method)]));
}

/** Puts the door before every method. */
function guarded(server: Server, api: Api, door: Door, callers: CallerReader): Add {
  const wrap = (path: string, handler: AnyHandler): AnyHandler => (call, callback) => {
    const controller = new AbortController();
    const surface: SurfaceCall = call;
    surface.on("cancelled", () => { controller.abort(); });
    const caller = callers.read(surface, controller.signal);
    const refuse = (fault: Fault): void => {
      const failure = failureOf(fault, caller.language ?? api.gateway.language);
      if (callback !== undefined) callback(failure);
      else call.emit("error", failure);
    };
    void door.admit(path.slice(1), caller).then(({ identity, allowed }) => {
      if (!allowed.ok) {
        refuse(allowed.fault);
        return;
      }
      if (callback === undefined) endWith(call, api, door, identity?.credential, refuse);
      handler(call, callback);
    });
  };
  return (service, implementation) => {
    const wrapped: Record<string, UntypedHandleCall> = {};
    for (const [name, method] of Object.entries(service)) {
      const handler = implementation[name];
      if (handler !== undefined) {
        wrapped[name] = wrap(method.path, handler as AnyHandler) as UntypedHandleCall;
      }
    }
    server.addService(service, wrapped);
  };
}

/** Ends a stream when the credential or the server does. */
function endWith(
  call: AnyCall, api: Api, door: Door, credential: string | undefined,
  refuse: (fault: Fault) => void,
): void {
  const end = (failure: ReturnType<typeof fail>): void => {
    call.emit("cancelled");
    refuse(failure.fault);
  };
  const undo = [door.onClose(() => { end(fail("stopping", "The server is stopping.")); })];
  if (credential !== undefined) {
    undo.push(api.gateway.access.onRevoked(credential, (reason) => {
      end(fail("unauthenticated", `The credential has ended: ${reason}.`));
    }));
  }
  const release = (): void => { for (const step of undo.splice(0)) step(); };
  call.on("close", release);
  call.on("finish", release);
  call.on("cancelled", release);
}

export interface StandardServices {
  /** Tells the watchers of the health service. */
  setServing(serving: boolean): void;
}

export function addStandardServices(
  server: Server, api: Api, door: Door, callers: CallerReader,
): StandardServices {
  const add = guarded(server, api, door, callers);
  const services = api.services.map(({ service }) => service);
  const health = new HealthService(["", ...services.map(({ typeName }) => typeName)]);
  add(serviceDefinition(Health), health.implementation);
  const reflection = new ReflectionService(services).implementation;
  add(serviceDefinition(ServerReflection), reflection);
  // Older tools ask the same under the name that it had before.
  add(serviceDefinition(ServerReflection, "grpc.reflection.v1alpha.ServerReflection"), reflection);
  return health;
}
