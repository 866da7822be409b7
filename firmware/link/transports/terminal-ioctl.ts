/**
 * Calls to a terminal of Linux that neither Node nor the serial library makes (ioctl_tty(2)), by
 * koffi. It is loaded when the first port is opened: other gateways do without its memory.
 */

import { getSystemErrorName } from "node:util";
import type { KoffiFunc } from "koffi";
import { attempt, type Result } from "../../base/result.js";

/** Linux's asm-generic/ioctls.h, the same on x86-64 and arm64. */
const requests = { getModemLines: 0x5415, getTermios: 0x802c542a, setTermios: 0x402c542b };

type Ioctl = KoffiFunc<(descriptor: number, request: number, argument: Uint8Array) => number>;

async function loadIoctl(): Promise<{ readonly ioctl: Ioctl; errno(): number }> {
  const { load, errno } = await import("koffi");
  // C has dots for the last one; a pointer is passed in the same way on both machines.
  return { errno, ioctl: load(null).func(
    "int ioctl(int descriptor, unsigned long request, _Inout_ uint8_t *argument)") };
}

let loading: ReturnType<typeof loadIoctl> | undefined;

/** On a thread: to a USB adapter it is a question on the bus. The argument is changed in place. */
export function callTerminal(
  descriptor: number, request: keyof typeof requests, argument: Uint8Array,
): Promise<Result<void>> {
  return attempt("service-not-supported", request, async () => {
    loading ??= loadIoctl();
    const { ioctl, errno } = await loading;
    await new Promise<void>((resolve, reject) => {
      ioctl.async(descriptor, requests[request], argument, (error: unknown, result) => {
        // Of this call only in here.
        if (result === 0) resolve();
        else reject(error instanceof Error ? error : new Error(getSystemErrorName(-errno())));
      });
    });
  });
}
