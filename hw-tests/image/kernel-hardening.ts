/**
 * What kernel-hardening-checker (0.6.10 and later, x86-64) asks of a command line and of sysctl, as
 * a table. Its judgements of the kernel's own configuration are Debian's matter and stay out.
 */

/** A word of the command line: its value, or that it may not stand there. */
type Asked = string | "absent" | "present" | "not off";

const mitigations = ["spectre_v2", "spectre_v2_user", "spectre_bhi", "spec_store_bypass_disable",
  "l1tf", "mds", "tsx_async_abort", "srbds", "mmio_stale_data", "retbleed",
  "spec_rstack_overflow", "gather_data_sampling", "reg_file_data_sampling"];
const forbidden = ["nosmep", "nosmap", "nokaslr", "nopti", "nospectre_v1", "nospectre_v2",
  "nospectre_bhb", "nospec_store_bypass_disable", "dis_ucode_ldr", "slab_merge", "slub_merge",
  "slab_common.usercopy_fallback", "sysrq_always_enabled", "norandmaps", "rodata"];

export const commandLineAsked: Readonly<Record<string, Asked>> = {
  ...Object.fromEntries(mitigations.map((name) => [name, "not off"])),
  ...Object.fromEntries(forbidden.map((name) => [name, "absent"])),
  mitigations: "auto,nosmt", nosmt: "present", slab_nomerge: "present", cfi: "kcfi",
  "page_alloc.shuffle": "1", init_on_alloc: "1", init_on_free: "1", hardened_usercopy: "1",
  "kfence.sample_interval": "100", "iommu.strict": "1", "iommu.passthrough": "0", iommu: "force",
  randomize_kstack_offset: "on", pti: "on", tsx: "off", vsyscall: "none", vdso32: "0",
  debugfs: "off", bdev_allow_write_mounted: "0", ia32_emulation: "0",
};

export const sysctlAsked: Readonly<Record<string, string>> = {
  "net.core.bpf_jit_harden": "2", "kernel.oops_limit": "100", "kernel.warn_limit": "100",
  "kernel.dmesg_restrict": "1", "kernel.perf_event_paranoid": "3",
  "user.max_user_namespaces": "0", "dev.tty.ldisc_autoload": "0", "kernel.kptr_restrict": "2",
  "dev.tty.legacy_tiocsti": "0", "kernel.kexec_load_disabled": "1",
  "kernel.unprivileged_bpf_disabled": "1", "vm.unprivileged_userfaultfd": "0",
  "kernel.modules_disabled": "1", "kernel.sysrq": "0", "fs.protected_symlinks": "1",
  "fs.protected_hardlinks": "1", "fs.protected_fifos": "2", "fs.protected_regular": "2",
  "fs.suid_dumpable": "0", "kernel.randomize_va_space": "2", "kernel.yama.ptrace_scope": "3",
};

/** What we do not do, each with the reason. */
export const notDone: Readonly<Record<string, string>> = {
  "user.max_user_namespaces": "services have a user namespace of their own (PrivateUsers)",
  "kernel.modules_disabled": "an adapter that is plugged in later needs its module",
};

/** The words that are not as asked: `name: asked, found`. */
export function commandLineFailures(words: readonly string[]): string[] {
  const values = new Map(words.map((word) => {
    const at = word.indexOf("=");
    return at < 0 ? [word, ""] as const : [word.slice(0, at), word.slice(at + 1)] as const;
  }));
  return Object.entries(commandLineAsked).filter(([name, asked]) => {
    const value = values.get(name);
    switch (asked) {
      case "absent": return value !== undefined;
      case "present": return value === undefined;
      // Not named at all is as good, as long as all mitigations are asked for together.
      case "not off": return value === "off"
        || value === undefined && values.get("mitigations") !== "auto,nosmt";
      default: return value !== asked;
    }
  }).map(([name, asked]) => `${name}: ${asked}, found ${values.get(name) ?? "none"}`);
}

/** Of sysctl.d(5) files. */
export function sysctlFailures(text: string): string[] {
  const values = new Map([...text.matchAll(/^-?([a-z0-9._/-]+?)\s*=\s*(.*?)\s*$/gm)]
    .map(([, name = "", value = ""]) => [name, value]));
  return Object.entries(sysctlAsked)
    .filter(([name, asked]) => values.get(name) !== asked && !(name in notDone))
    .map(([name, asked]) => `${name}: ${asked}, found ${values.get(name) ?? "none"}`);
}
