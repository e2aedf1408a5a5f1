import type { Identity, MountMessage, OpeningMessage } from './protocol.ts';

/** One question to the agent. */
export interface AgentRequest {
  readonly opening: OpeningMessage;
  /** For errors: "ask the guest to power off". */
  readonly doing: string;
  /** How long it may take, where that is longer than any answer may. */
  readonly answerMs?: number;
}

/** Keys of an SSH server are made with it, which takes a small processor its time. */
const IDENTIFY_MS = 180_000;

/** What the agent can be asked, besides running a program. */
export const AGENT_REQUESTS = {
  ping: () => ({ opening: { kind: 'ping' }, doing: 'reach the agent in the guest' }),
  setTime: (ns: bigint) => ({ opening: { kind: 'set-time', ns: ns.toString() }, doing: "set the guest's clock" }),
  powerOff: () => ({ opening: { kind: 'power-off' }, doing: 'ask the guest to power off' }),
  identify: ({ hostName, machineId, seed, cards }: Identity) => ({
    opening: { kind: 'identify', hostName, machineId, seed, ...(cards === undefined ? {} : { cards }) },
    doing: 'give the guest an identity of its own',
    answerMs: IDENTIFY_MS,
  }),
  rescanPci: () => ({ opening: { kind: 'rescan-pci' }, doing: 'let the guest find new devices' }),
  bringUpCards: (cards: readonly string[] | undefined) => ({
    opening: { kind: 'bring-up-cards', ...(cards === undefined ? {} : { cards }) },
    doing: "bring up the guest's network cards",
  }),
  removePci: (address: string) => ({
    opening: { kind: 'remove-pci', address },
    doing: 'let the guest let go of a device',
  }),
  mount: (request: Omit<MountMessage, 'kind'>) => ({
    opening: { kind: 'mount', ...request },
    doing: `mount ${request.directory} in the guest`,
  }),
  unmount: (directory: string, lazy: boolean) => ({
    opening: { kind: 'unmount', directory, lazy },
    doing: `unmount ${directory} in the guest`,
  }),
  sync: () => ({ opening: { kind: 'sync' }, doing: "write the guest's files to its disks" }),
} satisfies Record<string, (...input: never[]) => AgentRequest>;
