/** Who is signed in, and what the browser remembers for them. */

import { AccessService, Role, type WhoAmIResponse } from
  "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { onSignedOut, request } from "../api/client.js";
import { language, type Language, preferredLanguage } from "../text/language.js";
import { cell } from "./cell.js";
import type { PopScope } from "./pops.js";

export type Session =
  | { readonly name: "asking" }
  | { readonly name: "unreachable" }
  | { readonly name: "out"; readonly ended: boolean }
  | { readonly name: "in"; readonly who: WhoAmIResponse };

export interface MyDevice { readonly link: string; readonly device: string }

export const session = cell<Session>({ name: "asking" });
export const myDevice = cell<MyDevice | undefined>(undefined);
/** What was chosen; undefined: my device once there is one, all devices until then. */
export const popScope = cell<PopScope | undefined>(undefined);

export function popScopeInForce(): PopScope {
  return popScope.get() ?? (myDevice.get() === undefined ? "all" : "mine");
}

const keys = { language: "jackfield.language", device: "jackfield.my-device",
  scope: "jackfield.pop-scope" } as const;

/** Storage can be forbidden or full; the page works without it. */
function remembered(key: string): string | undefined {
  try { return localStorage.getItem(key) ?? undefined; } catch { return undefined; }
}

function remember(key: string, value: string): void {
  try { localStorage.setItem(key, value); } catch { /* The choice lasts until the page closes. */ }
}

export function setLanguage(next: Language): void {
  language.set(next);
  document.documentElement.lang = next;
  remember(keys.language, next);
}

export function setMyDevice(device: MyDevice | undefined): void {
  myDevice.set(device);
  remember(keys.device, device === undefined ? "" : `${device.link}\n${device.device}`);
}

export function setPopScope(scope: PopScope): void {
  popScope.set(scope);
  remember(keys.scope, scope);
}

export function restorePreferences(): void {
  const spoken = remembered(keys.language);
  language.set(preferredLanguage(spoken === undefined ? navigator.languages : [spoken]));
  document.documentElement.lang = language.get();
  const [link, device] = (remembered(keys.device) ?? "").split("\n");
  if (link !== undefined && link !== "" && device !== undefined) myDevice.set({ link, device });
  const scope = remembered(keys.scope);
  if (scope === "all" || scope === "mine" || scope === "off") popScope.set(scope);
}

export async function askWhoIAm(): Promise<void> {
  const answer = await request(AccessService.method.whoAmI, {});
  if (answer.ok) session.set({ name: "in", who: answer.value });
  else if (answer.fault.reason === "unauthenticated") session.set({ name: "out", ended: false });
  else session.set({ name: "unreachable" });
}

onSignedOut(() => {
  session.set({ name: "out", ended: session.get().name === "in" });
});

export async function signOut(): Promise<void> {
  await request(AccessService.method.signOut, {});
  session.set({ name: "out", ended: false });
}

/** What the role may do; each role includes the ones before it. */
export function may(role: Role): boolean {
  const now = session.get();
  return now.name === "in" && now.who.role >= role;
}
