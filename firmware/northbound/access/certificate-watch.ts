/** Forecast of certificates that end: an alarm at 60, 30 and 7 days before, and when they ended. */

import type { Component, Health } from "../../base/component.js";
import { done } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import type { Cancellable, World } from "../../base/world.js";
import type { Alarms } from "../../supervisor/alarms.js";

const dayMs = 86_400_000;
const checkMs = 3_600_000;
/** Days left at which the alarm is raised, and raised again. */
export const forecastDays = [60, 30, 7, 0] as const;

export interface WatchedCertificate {
  /** "server", "authority", "client billing (3f02)". */
  readonly subject: string;
  readonly expiresAtMs: number;
}

export interface Forecast {
  readonly subject: string;
  readonly expiresAtMs: number;
  /** Whole days; negative when it has ended. */
  readonly daysLeft: number;
  /** The smallest of `forecastDays` that has been reached. */
  readonly step: number;
}

/** Those that end within 60 days, soonest first. */
export function certificateForecast(
  certificates: readonly WatchedCertificate[], nowMs: number,
): readonly Forecast[] {
  return certificates.flatMap(({ subject, expiresAtMs }) => {
    const leftMs = expiresAtMs - nowMs;
    const step = forecastDays.findLast((days) => leftMs <= days * dayMs);
    return step === undefined ? []
      : [{ subject, expiresAtMs, daysLeft: Math.floor(leftMs / dayMs), step }];
  }).sort((left, right) => left.expiresAtMs - right.expiresAtMs);
}

export interface CertificateWatchParts {
  readonly world: World;
  readonly alarms: Pick<Alarms, "raise" | "clear">;
  /** Asked anew at each check. Revoked certificates are left out by the caller. */
  readonly certificates: () => readonly WatchedCertificate[];
}

export function createCertificateWatch(parts: CertificateWatchParts): Component {
  return new CertificateWatch(parts);
}

class CertificateWatch implements Component {
  readonly name = "certificates";
  readonly #parts: CertificateWatchParts;
  readonly #raised = new Map<string, number>();
  #timer: Cancellable | undefined;

  constructor(parts: CertificateWatchParts) {
    this.#parts = parts;
  }

  get health(): Health {
    return { status: "ok" };
  }

  start(): Promise<Result<void>> {
    this.#check();
    return Promise.resolve(done);
  }

  stop(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    return Promise.resolve();
  }

  #check(): void {
    const { world, alarms, certificates } = this.#parts;
    this.#timer = world.clock.after(checkMs, "access.certificates", () => { this.#check(); });
    const forecast = certificateForecast(certificates(), world.clock.wall().getTime());
    const standing = new Map(forecast.map((one) => [one.subject, one]));
    for (const subject of this.#raised.keys()) {
      if (standing.has(subject)) continue;
      this.#raised.delete(subject);
      alarms.clear("certificate-expiring", subject);
    }
    for (const { subject, step, daysLeft, expiresAtMs } of standing.values()) {
      if (this.#raised.get(subject) === step) continue;
      this.#raised.set(subject, step);
      const day = new Date(expiresAtMs).toISOString().slice(0, 10);
      alarms.raise("certificate-expiring", subject,
        step === 0 ? `ended on ${day}` : `on ${day}, ${daysLeft} days left`);
    }
  }
}
