import { z } from 'zod';
import { serviceEventSchema } from './events.ts';
import { failureSchema } from './failures.ts';

/**
 * The messages that every transport carries. Over a MessagePort they are structured clones; over a socket or a
 * WebSocket `data` is a binary frame and the rest is JSON. Bytes are never text.
 */

/** Bytes that each side may have unacknowledged on one stream and channel before it must wait. */
export const STREAM_CREDIT_BYTES = 128 * 1024;

const id = z.number().int().nonnegative();
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array, 'Not bytes');

export const clientMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), id, method: z.string(), input: z.unknown() }),
  z.object({ kind: z.literal('open'), stream: id, method: z.string(), input: z.unknown() }),
  z.object({ kind: z.literal('control'), stream: id, value: z.unknown() }),
  z.object({ kind: z.literal('data'), stream: id, channel: id, bytes }),
  z.object({ kind: z.literal('credit'), stream: id, channel: id, bytes: id }),
  z.object({ kind: z.literal('finish'), stream: id, channel: id }),
  z.object({ kind: z.literal('close'), stream: id }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

export const serverMessageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('response'), id, output: z.unknown() }),
  z.object({ kind: z.literal('failure'), id, failure: failureSchema }),
  z.object({ kind: z.literal('event'), event: serviceEventSchema }),
  z.object({ kind: z.literal('opened'), stream: id, output: z.unknown() }),
  z.object({ kind: z.literal('data'), stream: id, channel: id, bytes }),
  z.object({ kind: z.literal('credit'), stream: id, channel: id, bytes: id }),
  z.object({ kind: z.literal('ended'), stream: id, result: z.unknown() }),
  z.object({ kind: z.literal('broken'), stream: id, failure: failureSchema }),
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;

/** A connection as one side sees it: ordered, reliable, whole messages. */
export interface MessageChannel<Out, In> {
  send(message: Out): void;
  onMessage(handler: (message: In) => void): void;
  onClose(handler: () => void): void;
  close(): void;
}
