import { AppError } from '../../base/errors.ts';

/** Linux's, in the order of their numbers (linux/capability.h). */
// prettier-ignore
const NAMES = [
  'CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP',
  'LINUX_IMMUTABLE', 'NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_LOCK', 'IPC_OWNER', 'SYS_MODULE',
  'SYS_RAWIO', 'SYS_CHROOT', 'SYS_PTRACE', 'SYS_PACCT', 'SYS_ADMIN', 'SYS_BOOT', 'SYS_NICE', 'SYS_RESOURCE', 'SYS_TIME',
  'SYS_TTY_CONFIG', 'MKNOD', 'LEASE', 'AUDIT_WRITE', 'AUDIT_CONTROL', 'SETFCAP', 'MAC_OVERRIDE', 'MAC_ADMIN', 'SYSLOG',
  'WAKE_ALARM', 'BLOCK_SUSPEND', 'AUDIT_READ', 'PERFMON', 'BPF', 'CHECKPOINT_RESTORE',
];

/** What docker gives. */
// prettier-ignore
const PRESET = [
  'CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'NET_BIND_SERVICE', 'NET_RAW',
  'SYS_CHROOT', 'MKNOD', 'AUDIT_WRITE', 'SETFCAP',
];

/**
 * With these a container could take over its node, or get around its limits: a node is shared with others.
 * Who needs them wants a machine.
 */
const REFUSED: ReadonlySet<string> = new Set(
  'SYS_ADMIN SYS_MODULE SYS_RAWIO SYS_BOOT SYS_TIME SYS_RESOURCE DAC_READ_SEARCH BPF PERFMON MAC_ADMIN MAC_OVERRIDE SYSLOG CHECKPOINT_RESTORE LINUX_IMMUTABLE'.split(
    ' ',
  ),
);

export const LAST_CAPABILITY = NAMES.length - 1;

/** @param capabilities "CAP_CHOWN" @returns a bit for each */
export function capabilityBits(capabilities: readonly string[]): bigint {
  return capabilities.reduce((all, name) => all | (1n << BigInt(NAMES.indexOf(name.replace(/^CAP_/, '')))), 0n);
}

/** @returns "CAP_CHOWN", … @throws AppError 'invalid-input' for a name that is none, 'denied' */
export function capabilitiesOf(add: readonly string[], drop: readonly string[], doing: string): readonly string[] {
  const dropped = new Set(drop.map((name) => known(name, doing)));
  const added = new Set(add.map((name) => known(name, doing)));
  for (const name of added) {
    if (!REFUSED.has(name)) continue;
    const because = `capability ${name} would give it power over its node, which it shares with other containers`;
    throw new AppError({ code: 'denied', doing, because, hint: 'Run it in a machine of its own.' });
  }
  const kept = added.has('ALL') ? NAMES.filter((name) => !REFUSED.has(name)) : PRESET;
  const wanted = new Set(dropped.has('ALL') ? [] : kept.filter((name) => !dropped.has(name)));
  for (const name of added) if (name !== 'ALL') wanted.add(name);
  return NAMES.filter((name) => wanted.has(name)).map((name) => `CAP_${name}`);
}

function known(given: string, doing: string): string {
  const name = given.toUpperCase().replace(/^CAP_/, '');
  if (name === 'ALL' || NAMES.includes(name)) return name;
  throw new AppError({ code: 'invalid-input', doing, because: `there is no capability "${given}"` });
}
