/**
 * Lets a stream of small messages run ahead of the socket. grpc-js hands the next message over
 * only when the one before it has left for the socket, which costs one turn and one write each.
 * Answering its callback early, within a bound, lets Node's HTTP/2 stream gather what waits into
 * one write. The order and the back-pressure stay as they are.
 */

import { ServerInterceptingCall, type ServerInterceptingCallInterface, type ServerInterceptor }
  from "@grpc/grpc-js";

/** Messages given to the HTTP/2 stream that it has not written yet; events are small. */
export const writeAheadMax = 64;

class WriteAhead implements ServerInterceptingCallInterface {
  readonly #call: ServerInterceptingCallInterface;
  readonly #held: (() => void)[] = [];
  #inFlight = 0;

  constructor(call: ServerInterceptingCallInterface) {
    this.#call = call;
  }

  sendMessage(message: unknown, callback: () => void): void {
    this.#inFlight += 1;
    this.#call.sendMessage(message, () => {
      this.#inFlight -= 1;
      this.#held.shift()?.();
    });
    if (this.#inFlight < writeAheadMax) queueMicrotask(callback);
    else this.#held.push(callback);
  }

  start: ServerInterceptingCallInterface["start"] = (listener) => { this.#call.start(listener); };
  sendMetadata: ServerInterceptingCallInterface["sendMetadata"] =
    (metadata) => { this.#call.sendMetadata(metadata); };
  sendStatus: ServerInterceptingCallInterface["sendStatus"] =
    (status) => { this.#call.sendStatus(status); };
  startRead: ServerInterceptingCallInterface["startRead"] = () => { this.#call.startRead(); };
  getPeer: ServerInterceptingCallInterface["getPeer"] = () => this.#call.getPeer();
  getDeadline: ServerInterceptingCallInterface["getDeadline"] = () => this.#call.getDeadline();
  getHost: ServerInterceptingCallInterface["getHost"] = () => this.#call.getHost();
  getAuthContext: ServerInterceptingCallInterface["getAuthContext"] =
    () => this.#call.getAuthContext();
  getConnectionInfo: ServerInterceptingCallInterface["getConnectionInfo"] =
    () => this.#call.getConnectionInfo();
  getMetricsRecorder: ServerInterceptingCallInterface["getMetricsRecorder"] =
    () => this.#call.getMetricsRecorder();
}

/** For the methods with these paths ("/package.Service/Method") only. */
export function writeAhead(paths: ReadonlySet<string>): ServerInterceptor {
  return (method, call) => new ServerInterceptingCall(
    paths.has(method.path) ? new WriteAhead(call) : call);
}
