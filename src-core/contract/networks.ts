import { z } from 'zod';
import { call, stream } from './define.ts';
import { failureSchema } from './failures.ts';
import { bytesSchema, nameSchema, referenceSchema, timeSchema } from './names.ts';

/** The network that is always there, and that machines are connected to unless they say otherwise. */
export const DEFAULT_NETWORK = 'default';
/** Network cards that one machine can have. */
export const MOST_CARDS = 4;
export const MOST_FORWARDS = 64;

const portSchema = z
  .number()
  .int('A port is a whole number')
  .min(1, 'Ports are 1 to 65535')
  .max(65_535, 'Ports are 1 to 65535');
/** "10.86.0.0/24": private (RFC 1918), 16 to 29 bits. */
export const subnetSchema = z.string().regex(/^\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}$/, 'Write a subnet as 10.86.0.0/24');
const macSchema = z
  .string()
  .regex(/^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/, 'Write a card address as 52:54:00:12:34:56, in small letters');
const addressSchema = z.string().min(2).max(45);

/** How the lines of a network behave, to and from each card the same. */
export const linkConditionsSchema = z.object({
  delayMs: z.number().min(0).max(10_000).default(0),
  /** Percent of frames that do not arrive. */
  lossPercent: z.number().min(0).max(100).default(0),
  bitsPerSecond: z.number().int().min(8_000).max(100_000_000_000).nullable().default(null),
});
export type LinkConditionsView = z.infer<typeof linkConditionsSchema>;

/** A way from a port of this computer to a port of a guest. */
export const forwardSchema = z.object({
  protocol: z.enum(['tcp', 'udp']).default('tcp'),
  /** Of this computer: only it can use 127.0.0.1; 0.0.0.0 is for everybody who reaches it. */
  address: addressSchema.default('127.0.0.1'),
  port: portSchema,
  guestPort: portSchema,
});
export type Forward = z.infer<typeof forwardSchema>;

export const forwardViewSchema = forwardSchema.extend({
  /** waiting: its machine does not run. */
  state: z.enum(['waiting', 'active', 'failed']),
  /** Why it does not work. */
  failure: failureSchema.nullable(),
});
export type ForwardView = z.infer<typeof forwardViewSchema>;

/** A network card of a machine, with a cable to a network. */
export const cardSchema = z.object({
  /** Its name in this machine, 0 to 3: stays its own while others come and go. */
  slot: z
    .number()
    .int()
    .min(0)
    .max(MOST_CARDS - 1),
  mac: macSchema,
  /** Id of its network. */
  network: z.string().regex(/^[0-9a-f]{16}$/),
  /** The cable is in. */
  connected: z.boolean().default(true),
});
export type Card = z.infer<typeof cardSchema>;

export const trafficSchema = z.object({
  sentBytes: bytesSchema,
  sentFrames: bytesSchema,
  receivedBytes: bytesSchema,
  receivedFrames: bytesSchema,
  /** That had no room, or that the link's conditions lost. */
  droppedFrames: bytesSchema,
});
export type Traffic = z.infer<typeof trafficSchema>;

export const cardViewSchema = cardSchema.extend({
  networkName: z.string(),
  /** What DHCP gives it on its network; null where the network is not there any more. */
  address: z.string().nullable(),
  /** Since the machine was started; null while it does not run. */
  traffic: trafficSchema.nullable(),
});
export type CardView = z.infer<typeof cardViewSchema>;

export const networkViewSchema = z.object({
  id: z.string(),
  name: nameSchema,
  subnet: z.string(),
  gateway: z.string(),
  subnet6: z.string(),
  gateway6: z.string(),
  /** It has no way out. */
  internal: z.boolean(),
  /** Its guests reach this computer, by the name host.inn. */
  reachesHost: z.boolean(),
  conditions: linkConditionsSchema,
  createdAt: timeSchema,
  guests: z.array(
    z.object({
      machine: z.string(),
      machineName: z.string(),
      running: z.boolean(),
      card: cardViewSchema,
      /** That the card was seen to use, IPv4 and IPv6. */
      seenAddresses: z.array(z.string()),
      forwards: z.array(forwardViewSchema),
    }),
  ),
  /** Containers that are on it, running or about to be started again. */
  containers: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        address: z.string(),
        mac: macSchema,
        running: z.boolean(),
        forwards: z.array(forwardViewSchema),
      }),
    )
    .optional(),
  /** Connections and exchanges that its gateway carries now; null while none of its machines runs. */
  flows: z.object({ tcp: z.number().int(), udp: z.number().int(), echo: z.number().int() }).nullable(),
  /** Why it carries nothing although machines are on it. */
  failure: failureSchema.nullable().optional(),
});
export type NetworkView = z.infer<typeof networkViewSchema>;

/** A packet as a list shows it: one line of the stream `packets`. */
export const packetSummarySchema = z.object({
  number: z.number().int(),
  /** Milliseconds since 1970-01-01 UTC. */
  at: timeSchema,
  /** Key of the card that sent it, empty for the gateway. */
  from: z.string(),
  source: z.string(),
  destination: z.string(),
  /** "TCP", "DNS", "ARP". */
  protocol: z.string(),
  bytes: z.number().int(),
  /** "49152 → 80 [SYN] seq 0 win 64240". */
  info: z.string(),
});
export type PacketSummary = z.infer<typeof packetSummarySchema>;

const networkReference = z.object({ network: referenceSchema });
const captureInput = networkReference.extend({
  /** Only what this machine's cards on the network send and receive. */
  machine: referenceSchema.optional(),
  /** "tcp and port 80", "host 10.86.0.2", "not arp". */
  filter: z.string().max(500).optional(),
});
const captured = z.object({ packets: z.number().int(), droppedPackets: z.number().int() });

export const networksTopic = {
  list: call(z.object({}), z.array(networkViewSchema)),
  inspect: call(networkReference, networkViewSchema),
  create: call(
    z.object({
      name: nameSchema,
      /** One that nothing here uses is chosen when it is left out. */
      subnet: subnetSchema.optional(),
      internal: z.boolean().default(false),
      reachesHost: z.boolean().default(false),
    }),
    networkViewSchema,
  ),
  /** At once, also for machines that run. What is left out stays as it is. */
  change: call(
    networkReference.extend({
      name: nameSchema.optional(),
      reachesHost: z.boolean().optional(),
      conditions: linkConditionsSchema.optional(),
    }),
    networkViewSchema,
  ),
  /** 'wrong-state' while a machine has a card on it; the default network stays. */
  remove: call(networkReference, z.object({})),
  /** A pcap file on channel 0, until the client finishes channel 0 (then the result follows) or closes the stream. */
  capture: stream({ input: captureInput, opened: z.object({}), control: z.object({}), result: captured }),
  /** Lines of JSON on channel 0, each a `PacketSummary`; ends likewise. */
  packets: stream({ input: captureInput, opened: z.object({}), control: z.object({}), result: captured }),
};

const machineReference = z.object({ machine: referenceSchema });
const cardReference = machineReference.extend({ slot: cardSchema.shape.slot });

/** The network cards and forwarded ports of a machine; each answers with all of them. */
export const connectionsSchema = z.object({ cards: z.array(cardViewSchema), forwards: z.array(forwardViewSchema) });
export type Connections = z.infer<typeof connectionsSchema>;

export const connectionsTopic = {
  list: call(machineReference, connectionsSchema),
  /** Gives it a card, at once if it runs. */
  addCard: call(machineReference.extend({ network: referenceSchema, mac: macSchema.optional() }), connectionsSchema),
  removeCard: call(cardReference, connectionsSchema),
  /** Moves a card's cable to another network, pulls it or puts it back; at once if it runs. */
  changeCard: call(
    cardReference.extend({ network: referenceSchema.optional(), connected: z.boolean().optional() }),
    connectionsSchema,
  ),
  /** 'already-exists' with who has the port, and in `data.free` the next free one. */
  addForward: call(machineReference.extend(forwardSchema.shape), connectionsSchema),
  removeForward: call(
    machineReference.extend({
      protocol: forwardSchema.shape.protocol,
      address: forwardSchema.shape.address,
      port: portSchema,
    }),
    connectionsSchema,
  ),
};
