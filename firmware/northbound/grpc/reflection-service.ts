/** The reflection service of gRPC (grpc.reflection.v1): the API as the server itself knows it. */

import { createRegistry, toBinary, type DescFile, type DescService, type MessageInitShape }
  from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { status, type handleBidiStreamingCall, type UntypedServiceImplementation }
  from "@grpc/grpc-js";
import { drained } from "../api/drained.js";
import type { ServerReflectionRequest, ServerReflectionResponseSchema }
  from "../../../proto/gen/grpc/reflection/v1/reflection_pb.js";

type Response = MessageInitShape<typeof ServerReflectionResponseSchema>;
type Handler = handleBidiStreamingCall<ServerReflectionRequest, Response>;
type Answer = NonNullable<Response["messageResponse"]>;

/** The file, then what it imports, each once. */
function withImports(file: DescFile, found = new Set<DescFile>()): ReadonlySet<DescFile> {
  found.add(file);
  for (const each of file.dependencies) if (!found.has(each)) withImports(each, found);
  return found;
}

const missing = (what: string): Answer => ({ case: "errorResponse",
  value: { errorCode: status.NOT_FOUND, errorMessage: `There is no ${what} in this API.` } });

const filesAnswer = (file: DescFile): Answer => ({ case: "fileDescriptorResponse",
  value: { fileDescriptorProto: [...withImports(file)].map((each) =>
    toBinary(FileDescriptorProtoSchema, each.proto)) } });

export class ReflectionService {
  readonly #services: readonly DescService[];

  constructor(services: readonly DescService[]) {
    this.#services = services;
  }

  get implementation(): UntypedServiceImplementation {
    const serverReflectionInfo: Handler = (call) => {
      const gone = new AbortController();
      call.on("cancelled", () => { gone.abort(); });
      // Reading a call that was cancelled or refused fails: its end has been told already.
      this.#converse(call, gone.signal).catch(() => undefined);
    };
    return { serverReflectionInfo };
  }

  /** Reads the next question when the answer before it has gone. */
  async #converse(call: Parameters<Handler>[0], gone: AbortSignal): Promise<void> {
    for await (const request of call as AsyncIterable<ServerReflectionRequest>) {
      const sent = call.write({ validHost: request.host, originalRequest: request,
        messageResponse: this.#answer(request) });
      if (!sent) await drained(call, gone);
      if (gone.aborted) return;
    }
    call.end();
  }

  #answer({ messageRequest: asked }: ServerReflectionRequest): Answer {
    switch (asked.case) {
      case "listServices": return { case: "listServicesResponse",
        value: { service: this.#services.map(({ typeName }) => ({ name: typeName })) } };
      case "fileByFilename": {
        const file = [...this.#files()].find(({ proto }) => proto.name === asked.value);
        return file === undefined ? missing(`file "${asked.value}"`) : filesAnswer(file);
      }
      case "fileContainingSymbol": {
        const file = this.#fileOf(asked.value);
        return file === undefined ? missing(`symbol "${asked.value}"`) : filesAnswer(file);
      }
      case "fileContainingExtension":
        return missing(`extension ${asked.value.extensionNumber} of `
          + `"${asked.value.containingType}"`);
      case "allExtensionNumbersOfType": return this.#fileOf(asked.value) === undefined
        ? missing(`type "${asked.value}"`)
        : { case: "allExtensionNumbersResponse", value: { baseTypeName: asked.value } };
      case undefined: return { case: "errorResponse",
        value: { errorCode: status.INVALID_ARGUMENT, errorMessage: "The request asks nothing." } };
    }
  }

  #files(): ReadonlySet<DescFile> {
    const found = new Set<DescFile>();
    for (const { file } of this.#services) withImports(file, found);
    return found;
  }

  /** A method, field or value is declared where its parent is. */
  #fileOf(symbol: string): DescFile | undefined {
    const registry = createRegistry(...this.#files());
    for (let name = symbol; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
      const found = registry.get(name);
      if (found !== undefined) return found.file;
    }
    return undefined;
  }
}
