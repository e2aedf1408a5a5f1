import { z } from 'zod';
import { linkConditionsSchema } from '../contract/networks.ts';
import type { LinkConditionsView } from '../contract/networks.ts';
import { nameSchema, timeSchema } from '../contract/names.ts';
import type { LinkConditions, NetworkSpec } from './network-runner.ts';
import { ip4Number, parseNetwork, parseSubnet6, refusalOf } from './subnet.ts';

export const NETWORK_VERSION = 1;

/** `networks/ID.json`: what a network is, and which card has which address on it. */
export const networkDocumentSchema = z.object({
  version: z.literal(NETWORK_VERSION),
  id: z.string().regex(/^[0-9a-f]{16}$/),
  name: nameSchema,
  createdAt: timeSchema,
  subnet: z.string().refine((text) => refusalOf(text) === null, 'It is no subnet for guests'),
  /** A /64 of unique local addresses. */
  subnet6: z.string().regex(/^fd[0-9a-f]{2}(?::[1-9a-f][0-9a-f]{0,3}){3}::\/64$/),
  internal: z.boolean(),
  reachesHost: z.boolean(),
  conditions: linkConditionsSchema,
  leases: z.array(
    z.object({ mac: z.string(), address: z.string().refine((text) => ip4Number(text) !== null, 'It is no address') }),
  ),
});
export type NetworkDocument = z.infer<typeof networkDocumentSchema>;

export function specOf({ id, name, subnet, subnet6, internal, reachesHost, conditions }: NetworkDocument): NetworkSpec {
  const parsed = parseNetwork(subnet) ?? { address: subnet, length: 0 };
  const linked = linkConditionsOf(conditions);
  return { id, name, subnet: parsed, subnet6: parseSubnet6(subnet6), internal, reachesHost, conditions: linked };
}

export function linkConditionsOf({ delayMs, lossPercent, bitsPerSecond }: LinkConditionsView): LinkConditions {
  return { delayMs, loss: lossPercent / 100, bitsPerSecond };
}
