import { z } from 'zod';
import { Emitter } from '../../base/emitter.ts';
import { createClient } from '../client.ts';
import { call, stream } from '../define.ts';
import type { ServerStream } from '../define.ts';
import type { ServiceEvent } from '../events.ts';
import { serve } from '../server.ts';
import { channelPair } from './channel-pair.ts';
import type { ChannelPair } from './channel-pair.ts';

/** A contract of one of each kind, to test what is derived from a contract. */
export const smallContract = {
  sums: {
    add: call(z.object({ a: z.number(), b: z.number().default(1) }), z.object({ sum: z.number() })),
    fail: call(z.object({}), z.object({})),
  },
  pipes: {
    open: stream({
      input: z.object({ name: z.string() }),
      opened: z.object({ welcome: z.string() }),
      control: z.object({ resize: z.number() }),
      result: z.object({ total: z.number() }),
    }),
  },
  events: { subscribe: call(z.object({}), z.object({})) },
};

export type PipeEnd = ServerStream<{ resize: number }, { total: number }>;
export type PipeHandler = (input: { name: string }, stream: PipeEnd) => Promise<{ welcome: string }>;

export interface Setup {
  readonly pipe?: PipeHandler;
  readonly fail?: () => Promise<object>;
  readonly snapshot?: readonly ServiceEvent[];
}

/** Both ends of one connection over the small contract, with what the service was told. */
export function connectSmall(setup: Setup = {}, channels: ChannelPair = channelPair()) {
  const events = new Emitter<ServiceEvent>();
  const defects: unknown[] = [];
  const violations: string[] = [];
  serve(
    smallContract,
    {
      sums: { add: ({ a, b }) => Promise.resolve({ sum: a + b }), fail: setup.fail ?? (() => Promise.resolve({})) },
      pipes: { open: setup.pipe ?? (() => Promise.resolve({ welcome: 'hello' })) },
    },
    channels.server,
    {
      onEvent: (listener) => events.on(listener),
      snapshotEvents: () => setup.snapshot ?? [],
      onDefect: (error) => defects.push(error),
      onViolation: (what) => violations.push(what),
    },
  );
  return { channels, events, defects, violations };
}

export function smallClient(setup: Setup = {}, channels: ChannelPair = channelPair()) {
  const connection = connectSmall(setup, channels);
  return { ...connection, client: createClient(smallContract, connection.channels.client) };
}

/** Lets every message that is under way arrive. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}
