import { decodeJson } from './ascii-json.ts';
import { FAILURE_CODES, type FailureCode, type GuestMessage } from './protocol.ts';

/**
 * What a guest says is checked by hand, field by field: nothing of it is believed.
 */

const MAX_TEXT = 500;
const MAX_FEATURES = 100;
const MAX_PID = 0x7fff_ffff;

/**
 * @returns the message with nothing but the fields we know; 'unknown' for a kind of a newer agent; undefined when it
 * is no message at all
 */
export function readGuestMessage(payload: Uint8Array): GuestMessage | 'unknown' | undefined {
  const value = decodeJson(payload);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const kind = fields['kind'];
  if (typeof kind !== 'string') return undefined;
  return Object.hasOwn(READERS, kind) ? READERS[kind]?.(fields) : 'unknown';
}

type Fields = Readonly<Record<string, unknown>>;

const READERS: Readonly<Record<string, (fields: Fields) => GuestMessage | undefined>> = {
  about: ({ agent, features }) =>
    isText(agent) && Array.isArray(features) && features.length <= MAX_FEATURES && features.every(isText)
      ? { kind: 'about', agent, features }
      : undefined,
  started: ({ pid }) => (isWhole(pid, MAX_PID) ? { kind: 'started', pid } : undefined),
  ended: ({ status }) => (isWhole(status, 255) ? { kind: 'ended', status } : undefined),
  done: () => ({ kind: 'done' }),
  failed: ({ code, because }) => {
    const known = FAILURE_CODES.find((each): each is FailureCode => each === code);
    return known && isText(because) ? { kind: 'failed', code: known, because: printable(because) } : undefined;
  },
  unknown: ({ of }) => (isText(of) ? { kind: 'unknown', of } : undefined),
};

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT;
}

function isWhole(value: unknown, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most;
}

/** A sentence of a guest is shown to people, also in terminals: no control characters. */
function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
