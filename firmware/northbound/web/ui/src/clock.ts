/** The only file of the page that reads the clock, sets timers or draws random ids. */

export function nowMs(): number {
  return Date.now();
}

export function dateOf(ms: number): Date {
  return new Date(ms);
}

/** Runs once after the delay unless cancelled. */
export function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  return () => { clearTimeout(timer); };
}

export function every(periodMs: number, run: () => void): () => void {
  const timer = setInterval(run, periodMs);
  return () => { clearInterval(timer); };
}

/** A fresh request_id: a repetition of the same action gets the first answer. */
export function requestId(): string {
  return crypto.randomUUID();
}
