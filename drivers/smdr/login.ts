/**
 * The sign-in that network models ask for before they print: a prompt, a name, a password.
 * Assumed: the prompt ends with `-`, `>` or `:`, the second one names the password, and a prompt
 * shown again after the password is a refusal.
 */

export type LoginStep =
  | { readonly do: "nothing" }
  | { readonly do: "send"; readonly what: "user" | "password" }
  | { readonly do: "refused" };

export class Login {
  #stage: "user" | "password" | "settling" | "done" = "user";

  get finished(): boolean {
    return this.#stage === "done";
  }

  /** Looks at the unfinished line; a prompt has no end of line. */
  see(pending: string): LoginStep {
    const isPassword = /pass ?word\s*[:>?-]?\s*$/i.test(pending);
    const isPrompt = isPassword || /[->:]\s*$/.test(pending);
    if (!isPrompt || this.#stage === "done") return { do: "nothing" };
    if (this.#stage === "user" && !isPassword) return this.#userSent();
    if (this.#stage === "settling") return { do: "refused" };
    if (!isPassword) return { do: "nothing" };
    this.#stage = "settling";
    return { do: "send", what: "password" };
  }

  /** The PBX stays silent: some print no prompt until the name is typed. */
  silent(): LoginStep {
    if (this.#stage === "user") return this.#userSent();
    // Without a prompt for the password nothing is known; the link's own deadline ends the wait.
    if (this.#stage === "settling") this.#stage = "done";
    return { do: "nothing" };
  }

  /** A record came: whoever prints has let us in. */
  record(): void {
    this.#stage = "done";
  }

  #userSent(): LoginStep {
    this.#stage = "password";
    return { do: "send", what: "user" };
  }
}
