/** What keeps other pages from using a signed-in browser: cookie, origin, headers. */

import { fail, done, type Result } from "../../base/result.js";
import { authority, header, type Exchange } from "./exchange.js";

/** `__Host-`: the browser itself insists on Secure, Path=/ and no Domain (RFC 6265bis). */
export const cookieName = "__Host-jackfield";
const bearerPattern = /^Bearer +([^\s]{1,512})$/i;
const tokenPattern = /^[A-Za-z0-9_.~+/=-]{1,512}$/;

export interface PresentedToken {
  readonly token: string | undefined;
  /** Browsers send cookies by themselves, so a request that lives by one must prove its origin. */
  readonly fromCookie: boolean;
}

export function presentedToken(exchange: Exchange): PresentedToken {
  const bearer = bearerPattern.exec(header(exchange, "authorization") ?? "")?.[1];
  if (bearer !== undefined) return { token: bearer, fromCookie: false };
  for (const pair of (header(exchange, "cookie") ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (pair.slice(0, at).trim() !== cookieName) continue;
    const token = pair.slice(at + 1).trim();
    if (tokenPattern.test(token)) return { token, fromCookie: true };
  }
  return { token: undefined, fromCookie: false };
}

export function signInCookie(token: string, seconds: number): string {
  return `${cookieName}=${token}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=`
    + String(Math.max(1, Math.floor(seconds)));
}

export const signOutCookie =
  `${cookieName}=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0`;

/**
 * Refuses what another site may have made the browser send. A bearer token is never sent by
 * itself, so scripts that present one need none of this.
 */
export function sameOrigin(exchange: Exchange, presented: PresentedToken): Result<void> {
  if (presented.token !== undefined && !presented.fromCookie) return done;
  const origin = header(exchange, "origin");
  if (origin !== undefined && origin !== `https://${authority(exchange)}`) {
    return fail("permission-denied", `Requests from ${origin.slice(0, 200)} are not taken.`);
  }
  const site = header(exchange, "sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    return fail("permission-denied", `Requests from another site (${site}) are not taken.`);
  }
  if (exchange.request.method === "POST" && (header(exchange, "x-jackfield") ?? "") === "") {
    return fail("permission-denied", "The header X-Jackfield is missing.");
  }
  return done;
}

const contentPolicy = ["default-src 'none'", "script-src 'self'", "style-src 'self'",
  "img-src 'self' data:", "font-src 'self'", "connect-src 'self'", "manifest-src 'self'",
  "worker-src 'self'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'",
].join("; ");

/**
 * HSTS only with a certificate that browsers trust: with a self-signed one it would take away the
 * "go on" of the warning page, and lock people out of their unit.
 */
export function securityHeaders(hsts: boolean): Readonly<Record<string, string>> {
  return {
    "content-security-policy": contentPolicy, "x-content-type-options": "nosniff",
    "x-frame-options": "DENY", "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    ...(hsts ? { "strict-transport-security": "max-age=31536000" } : {}),
  };
}
