/**
 * The health and reflection services of gRPC itself, from their own packages, behind the same
 * door as everything else.
 */

import { create, toBinary, type DescFile } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import type { sendUnaryData, Server, ServerUnaryCall, ServiceDefinition, ServerWritableStream,
  UntypedHandleCall, UntypedServiceImplementation } from "@grpc/grpc-js";
import { loadFileDescriptorSetFromBuffer } from "@grpc/proto-loader";
import { ReflectionService } from "@grpc/reflection";
import { HealthImplementation } from "grpc-health-check";
import { fail, type Fault } from "../../base/result.js";
import type { Api } from "../api/api.js";
import type { Door } from "../api/door.js";
import { failureOf } from "./carrier.js";
import type { CallerReader, SurfaceCall } from "./caller.js";

type AnyCall = ServerUnaryCall<unknown, unknown> & ServerWritableStream<unknown, unknown>;
type AnyHandler = (call: AnyCall, callback?: sendUnaryData<unknown>) => void;
type Registrar = Pick<Server, "addService">;

/** All files of the API with what they import, each after its imports. */
export function descriptorSet(api: Api): Uint8Array {
  const files = new Map<string, DescFile>();
  const visit = (file: DescFile): void => {
    if (files.has(file.name)) return;
    for (const dependency of file.dependencies) visit(dependency);
    files.set(file.name, file);
  };
  for (const { service } of api.services) visit(service.file);
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema,
    { file: [...files.values()].map((file) => file.proto) }));
}

/** Puts the door before every method that a package registers. */
function guarded(server: Server, api: Api, door: Door, callers: CallerReader): Registrar {
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
  return {
    addService(service: ServiceDefinition, implementation: UntypedServiceImplementation) {
      const wrapped: Record<string, UntypedHandleCall> = {};
      for (const [name, method] of Object.entries(service)) {
        const handler = implementation[name] ?? implementation[method.originalName ?? name];
        if (handler !== undefined) {
          wrapped[name] = wrap(method.path, handler as AnyHandler) as UntypedHandleCall;
        }
      }
      server.addService(service, wrapped);
    },
  };
}

/** Ends a stream of a package when the credential or the server does. */
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
  /** Tells the watchers of the health service; "" is the whole server. */
  setServing(serving: boolean): void;
}

export function addStandardServices(
  server: Server, api: Api, door: Door, callers: CallerReader,
): StandardServices {
  const registrar = guarded(server, api, door, callers);
  const names = ["", ...api.services.map(({ service }) => service.typeName)];
  const health = new HealthImplementation(
    Object.fromEntries(names.map((name) => [name, "NOT_SERVING"])));
  health.addToServer(Object.assign(Object.create(server), registrar));
  const packages = loadFileDescriptorSetFromBuffer(Buffer.from(descriptorSet(api)));
  new ReflectionService(packages).addToServer(registrar);
  let known: boolean | undefined;
  return {
    setServing(serving) {
      if (serving === known) return;
      known = serving;
      for (const name of names) health.setStatus(name, serving ? "SERVING" : "NOT_SERVING");
    },
  };
}
