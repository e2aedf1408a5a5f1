import type { OpeningMessage } from '../protocol.ts';
import { bringUpCards } from './cards.ts';
import { removePci, rescanPci } from './devices.ts';
import { identify } from './identity.ts';
import { mount, unmount } from './mounts.ts';
import { os } from './quickjs.ts';
import type { Failure } from './request-failure.ts';
import { canPowerOff, powerOff, setTime } from './system.ts';
import { failureOf, toolEnds } from './tool.ts';

export type RequestMessage = Exclude<OpeningMessage, { kind: 'exec' }>;

/** Throws at once when the request is none. Never rejects. */
type Handler<Kind extends RequestMessage['kind']> = (
  message: Extract<RequestMessage, { kind: Kind }>,
) => Promise<Failure>;

/** What the host asks for with one message and one answer. */
const HANDLERS: { readonly [Kind in RequestMessage['kind']]: Handler<Kind> } = {
  ping: () => Promise.resolve(undefined),
  'set-time': ({ ns }) => setTime(BigInt(ns)),
  'power-off': () => {
    // After the answer: what ends here ends the agent too.
    os.setTimeout(powerOff, 0);
    return Promise.resolve(undefined);
  },
  identify: (message) => identify(message),
  'rescan-pci': () => rescanPci(),
  'bring-up-cards': ({ cards }) => bringUpCards(cards),
  'remove-pci': ({ address }) => removePci(address),
  mount: (message) => mount(message),
  unmount: (message) => unmount(message),
  sync: async () => failureOf('sync', await toolEnds(['sync'])),
};

/** @returns undefined for a kind that this agent does not know */
export function handlerOf(message: { readonly kind: string }): (() => Promise<Failure>) | undefined {
  if (!Object.hasOwn(HANDLERS, message.kind)) return undefined;
  const handler = HANDLERS[message.kind as RequestMessage['kind']] as (message: unknown) => Promise<Failure>;
  return () => handler(message);
}

export function requestFeatures(): readonly string[] {
  return Object.keys(HANDLERS).filter((kind) => kind !== 'power-off' || canPowerOff());
}
