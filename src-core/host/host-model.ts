import { machineLimits } from './admission.ts';
import type { MachineLimits } from './admission.ts';
import type { HostMeasurement, HostMeter } from './measurement.ts';
import { PortLeases } from './port-leases.ts';
import type { HostPort } from './port-leases.ts';

/** What one guest was promised and uses now. A guest that does not run is promised only its disk. */
export interface GuestShare {
  readonly guest: string;
  readonly guestName: string;
  readonly running: boolean;
  readonly processors: { readonly promised: number; readonly used: number };
  readonly memoryBytes: { readonly promised: number; readonly used: number };
  readonly diskBytes: { readonly promised: number; readonly used: number };
}

export interface ResourceAccount {
  readonly total: number;
  readonly promised: number;
  readonly used: number;
  readonly usedByAll: number;
  readonly shares: { guest: string; guestName: string; promised: number; used: number }[];
}

/** The four shared resources at one moment. */
export interface HostAccount {
  readonly takenAt: number;
  readonly name: string;
  readonly system: string;
  readonly processorModel: string;
  readonly processor: ResourceAccount;
  readonly memory: ResourceAccount;
  readonly disk: ResourceAccount & { readonly path: string };
  readonly network: { readonly ports: HostPort[] };
  readonly limits: MachineLimits;
}

/** This computer: what it has, what is promised to whom, what is used and by whom. */
export class HostModel {
  readonly meter: HostMeter;
  readonly ports = new PortLeases();

  constructor(meter: HostMeter) {
    this.meter = meter;
  }

  /** Looks at the computer now and lays what the guests have beside it. */
  async account(guests: readonly GuestShare[]): Promise<HostAccount> {
    const measured = await this.meter.measure();
    const { facts } = this.meter;
    return {
      takenAt: measured.takenAt,
      name: facts.name,
      system: facts.system,
      processorModel: facts.processorModel,
      ...accounts(guests, measured, facts.processors, facts.memoryBytes),
      network: { ports: [...this.ports.list()] },
      limits: machineLimits(facts),
    };
  }
}

function accounts(
  guests: readonly GuestShare[],
  measured: HostMeasurement,
  processors: number,
  memoryBytes: number,
): Pick<HostAccount, 'processor' | 'memory' | 'disk'> {
  const running = guests.filter((guest) => guest.running);
  const { path, totalBytes, usedBytes } = measured.disk;
  return {
    processor: sum(running, 'processors', processors, measured.processorUsed),
    memory: sum(running, 'memoryBytes', memoryBytes, memoryBytes - measured.memoryAvailableBytes),
    disk: { path, ...sum(guests, 'diskBytes', totalBytes, usedBytes) },
  };
}

function sum(
  guests: readonly GuestShare[],
  resource: 'processors' | 'memoryBytes' | 'diskBytes',
  total: number,
  usedByAll: number,
): ResourceAccount {
  const shares = guests.map(({ guest, guestName, [resource]: share }) => ({ guest, guestName, ...share }));
  return {
    total,
    promised: shares.reduce((all, share) => all + share.promised, 0),
    used: shares.reduce((all, share) => all + share.used, 0),
    usedByAll: Math.max(0, usedByAll),
    shares: shares.sort((a, b) => b.used - a.used),
  };
}
