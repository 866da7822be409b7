/**
 * Completion of commands, options and of what exists on the gateway right now. The shell scripts
 * are thin: they call `ctictl __complete WORDS` and show the lines that it prints.
 */

import type { Command as Program } from "commander";
import { AccessService } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { RequestedAgentStateSchema } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { ConfigurationService } from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { LinksService } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import type { Session } from "./session.js";
import { enumChoices } from "./wording.js";

export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];
/** More candidates help nobody. */
export const candidatesMax = 500;

export function completionScript(shell: Shell): string {
  return scripts[shell];
}

const scripts: Readonly<Record<Shell, string>> = {
  bash: `_ctictl() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(ctictl __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)" \\
    -- "\${COMP_WORDS[COMP_CWORD]}"))
  [ \${#COMPREPLY[@]} -gt 0 ] || compopt -o default
}
complete -F _ctictl ctictl
`,
  zsh: `#compdef ctictl
_ctictl() {
  local -a found
  found=("\${(@f)$(ctictl __complete -- "\${words[@]:1:$((CURRENT - 1))}" 2>/dev/null)}")
  [[ -n "$found" ]] && compadd -a found || _files
}
compdef _ctictl ctictl
`,
  fish: `function __ctictl_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (ctictl __complete -- $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c ctictl -f -a '(__ctictl_complete)'
`,
};

/** The candidates for the last of `words`, which may be empty. */
export async function complete(
  program: Program, words: readonly string[], session: Session,
): Promise<readonly string[]> {
  const typed = words.at(-1) ?? "";
  let at = program;
  const given: string[] = [];
  for (let index = 0; index < words.length - 1; index += 1) {
    const word = words[index] ?? "";
    if (word.startsWith("-")) {
      const option = [...at.options, ...program.options].find(({ long }) => long === word);
      // The value of an option is no argument.
      if (option !== undefined && (option.required || option.optional)) {
        if (index === words.length - 2) return matching(option.argChoices ?? [], typed);
        index += 1;
      }
      continue;
    }
    const next = at.commands.find((command) =>
      command.name() === word || command.aliases().includes(word));
    if (next === undefined) given.push(word);
    else at = next;
  }
  if (typed.startsWith("-")) {
    return matching([...at.options, ...program.options].flatMap(({ long, hidden }) =>
      (long === undefined || long === null || hidden ? [] : [long])), typed);
  }
  if (at.commands.length > 0) {
    return matching(at.commands.map((command) => command.name())
      .filter((name) => !name.startsWith("_")), typed);
  }
  const name = at.registeredArguments[given.length]?.name();
  return name === undefined ? [] : matching(await candidates(name, given, session), typed);
}

function matching(all: readonly string[], typed: string): readonly string[] {
  return [...new Set(all)].filter((candidate) => candidate.startsWith(typed))
    .slice(0, candidatesMax);
}

/** What the gateway has for an argument of this name. Silent when it cannot be reached. */
async function candidates(
  name: string, given: readonly string[], session: Session,
): Promise<readonly string[]> {
  const source = sources[name];
  if (source === undefined) return [];
  try {
    return await source(session, given);
  } catch {
    return [];
  }
}

type Source = (session: Session, given: readonly string[]) => Promise<readonly string[]>;

async function devices(session: Session, given: readonly string[]): Promise<readonly string[]> {
  const response = await session.unary(LinksService.method.listDevices,
    { link: given[0] ?? "", pageSize: candidatesMax });
  return response.devices.map(({ device }) => device);
}

async function revisions(session: Session): Promise<readonly string[]> {
  const response = await session.unary(ConfigurationService.method.listRevisions, {});
  return response.revisions.map(({ number }) => String(number));
}

const sources: Readonly<Record<string, Source>> = {
  link: async (session) => {
    const response = await session.unary(LinksService.method.listLinks, {});
    return response.links.map(({ id }) => id);
  },
  device: devices,
  "ringing-device": devices,
  state: () => Promise.resolve(enumChoices(RequestedAgentStateSchema)),
  shell: () => Promise.resolve(shells),
  alarm: async (session) => {
    const response = await session.unary(SystemService.method.listAlarms, {});
    return response.alarms.map(({ id }) => id);
  },
  user: async (session) => {
    const response = await session.unary(AccessService.method.listUsers, {});
    return response.users.map((user) => user.name);
  },
  token: async (session) => {
    const response = await session.unary(AccessService.method.listTokens, {});
    return response.tokens.map(({ id }) => id);
  },
  serial: async (session) => {
    const response = await session.unary(AccessService.method.listCertificates, {});
    return response.certificates.map(({ serial }) => serial);
  },
  revision: revisions, from: revisions, to: revisions,
};
