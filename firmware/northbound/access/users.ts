/** The users: who may sign in with a password. Kept in memory, written through to the store. */

import * as z from "zod";
import { done, fail, ok } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import { put, remove } from "../../store/store.js";
import type { Store } from "../../store/store.js";
import { jsonSpace } from "./json-space.js";
import { roles } from "./roles.js";
import type { Role } from "./roles.js";

export const usersMax = 1_000;

const userShape = z.object({
  name: z.string(), role: z.enum(roles), disabled: z.boolean(), createdAtMs: z.number(),
  signedInAtMs: z.number().optional(), mustChangePassword: z.boolean(),
  /** PHC string over the peppered password. */
  hash: z.string(),
});
export type User = Readonly<z.infer<typeof userShape>>;

export const userSpace = jsonSpace("users", 1, userShape);

/** What others may see of a user. */
export interface UserView {
  readonly name: string;
  readonly role: Role;
  readonly disabled: boolean;
  readonly createdAtMs: number;
  readonly signedInAtMs: number | undefined;
  readonly mustChangePassword: boolean;
}

export function userView(user: User): UserView {
  return { name: user.name, role: user.role, disabled: user.disabled,
    createdAtMs: user.createdAtMs, signedInAtMs: user.signedInAtMs,
    mustChangePassword: user.mustChangePassword };
}

/** The form in which names are kept and compared. */
export function userName(name: string): string {
  return name.normalize("NFKC").trim().toLowerCase();
}

export function checkUserName(name: string): Result<void> {
  if (/^[a-z0-9._@-]{1,64}$/.test(name)) return done;
  const message = "A user's name is 1 to 64 of a-z, 0-9, \".\", \"_\", \"-\" and \"@\".";
  return fail("argument-invalid", message, { fields: [{ path: "name", message }] });
}

/** Callers run one change at a time; `Access` does. */
export class Users {
  readonly #store: Store;
  readonly #users = new Map<string, User>();

  constructor(store: Store) {
    this.#store = store;
  }

  get count(): number {
    return this.#users.size;
  }

  async load(): Promise<void> {
    this.#users.clear();
    for await (const [name, user] of this.#store.range(userSpace, {})) this.#users.set(name, user);
  }

  get(name: string): User | undefined {
    return this.#users.get(name);
  }

  names(): Iterable<string> {
    return this.#users.keys();
  }

  /** By name. */
  list(): readonly UserView[] {
    return [...this.#users.values()].map(userView)
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  async create(user: User): Promise<Result<void>> {
    if (this.#users.has(user.name)) {
      return fail("already-exists", `There is a user ${user.name} already.`);
    }
    if (this.#users.size >= usersMax) {
      return fail("precondition", `There are ${usersMax} users already, which is the most.`);
    }
    return this.#write(user);
  }

  /** Refuses with `precondition` what would leave no admin who can sign in. */
  async change(name: string, change: Partial<Omit<User, "name">>): Promise<Result<User>> {
    const user = this.#users.get(name);
    if (user === undefined) return fail("not-found", `There is no user ${name}.`);
    const next = { ...user, ...change };
    const lost = this.#keepsAnAdmin(name, next);
    if (!lost.ok) return lost;
    const written = await this.#write(next);
    return written.ok ? ok(next) : written;
  }

  async remove(name: string): Promise<Result<void>> {
    if (!this.#users.has(name)) return fail("not-found", `There is no user ${name}.`);
    const lost = this.#keepsAnAdmin(name, undefined);
    if (!lost.ok) return lost;
    const written = await this.#store.commit([remove(userSpace, name)]);
    if (!written.ok) return written;
    this.#users.delete(name);
    return done;
  }

  #keepsAnAdmin(name: string, next: User | undefined): Result<void> {
    const isAdmin = (user: User | undefined): boolean =>
      user !== undefined && user.role === "admin" && !user.disabled;
    if (!isAdmin(this.#users.get(name)) || isAdmin(next)) return done;
    for (const user of this.#users.values()) {
      if (user.name !== name && isAdmin(user)) return done;
    }
    return fail("precondition", `${name} is the last admin who can sign in: make another first.`);
  }

  async #write(user: User): Promise<Result<void>> {
    const written = await this.#store.commit([put(userSpace, user.name, user)]);
    if (!written.ok) return written;
    this.#users.set(user.name, user);
    return done;
  }
}
