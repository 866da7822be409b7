/** Who may do what. Every method of every service has exactly one row; a test proves it. */

import type { Actor } from "../../switching/switch.js";

/** Each role includes the ones before it. */
export const roles = ["viewer", "operator", "admin"] as const;
export type Role = (typeof roles)[number];

/** `anyone`: no sign-in needed. `self`: every signed-in caller, also one that must change its
 * password. */
export type Requirement = Role | "anyone" | "self";

/** Who calls, how it proved it, and from where. */
export interface Identity extends Actor {
  readonly role: Role;
  /** `address`: a CSTA application that the configuration lets in by where it is. */
  readonly method: "password" | "token" | "certificate" | "address";
  /** Must choose a new password before anything else. */
  readonly mustChangePassword: boolean;
  /** The session's or token's id, for signing out and for ending streams on revocation. */
  readonly credential: string;
}

export function includes(held: Role, needed: Role): boolean {
  return roles.indexOf(held) >= roles.indexOf(needed);
}
