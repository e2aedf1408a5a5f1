import { AppError } from '../base/errors.ts';
import { formatBytes } from '../base/format-bytes.ts';
import type { HostFacts, HostMeasurement } from './measurement.ts';

const MIB = 1024 * 1024;

/**
 * A WebAssembly memory ends at 4 GiB, and the core's own state lies in it too: what is left for RAM is rounded
 * down generously, so that the limit does not change with every table that the core gains.
 */
const LARGEST_WASM_RAM = 4096 * MIB - 128 * MIB;

/** Kept for this computer's own system and for Innkeeper, so that no machine can push it into swapping. */
const KEPT_FOR_HOST = 256 * MIB;

/** Also on computers that have fewer: then they take turns. */
const LARGEST_PROCESSORS = 8;

export interface MachineLimits {
  readonly processors: number;
  readonly memoryBytes: number;
}

/** What is asked for, and what the request is called in a failure: "create machine web". */
export interface ResourceRequest {
  readonly doing: string;
  readonly processors: number;
  readonly memoryBytes: number;
}

/** The largest machine that can be made on this computer. */
export function machineLimits(facts: HostFacts): MachineLimits {
  const memory = Math.min(LARGEST_WASM_RAM, facts.memoryBytes - KEPT_FOR_HOST);
  return {
    processors: LARGEST_PROCESSORS,
    memoryBytes: Math.max(0, Math.floor(memory / MIB) * MIB),
  };
}

/**
 * Whether such a machine could ever run here.
 * @throws AppError 'not-supported' for several processors, 'no-room' with the figures for memory
 */
export function admitDefinition(request: ResourceRequest, facts: HostFacts): void {
  const limits = machineLimits(facts);
  if (request.processors > limits.processors) {
    throw new AppError({
      code: 'not-supported',
      doing: request.doing,
      because: `it asks for ${request.processors} processors and a machine can have at most ${limits.processors}`,
      hint: `Give it at most ${limits.processors} processors.`,
      data: { processors: request.processors, limit: limits.processors },
    });
  }
  if (request.memoryBytes > limits.memoryBytes) {
    throw new AppError({
      code: 'no-room',
      doing: request.doing,
      because:
        `it asks for ${formatBytes(request.memoryBytes)} of memory and the largest machine here has ` +
        `${formatBytes(limits.memoryBytes)} (this computer has ${formatBytes(facts.memoryBytes)})`,
      hint: `Give it at most ${formatBytes(limits.memoryBytes)}.`,
      data: { memoryBytes: request.memoryBytes, limitBytes: limits.memoryBytes, hostBytes: facts.memoryBytes },
    });
  }
}

/**
 * Whether such a machine can start now. A guest takes its memory only as it touches it, so the promises of all
 * may exceed what there is; but each must fit by itself into what is available when it starts.
 * @throws AppError as `admitDefinition`, and 'no-room' when too little memory is available now
 */
export function admitStart(request: ResourceRequest, facts: HostFacts, now: HostMeasurement): void {
  admitDefinition(request, facts);
  const free = Math.max(0, now.memoryAvailableBytes - KEPT_FOR_HOST);
  if (request.memoryBytes <= free) return;
  throw new AppError({
    code: 'no-room',
    doing: request.doing,
    because:
      `it needs ${formatBytes(request.memoryBytes)} of memory and ${formatBytes(free)} of this computer's ` +
      `${formatBytes(facts.memoryBytes)} can be given now`,
    hint: 'Stop another machine or close other programs, or give this machine less memory.',
    data: { memoryBytes: request.memoryBytes, freeBytes: free, hostBytes: facts.memoryBytes },
  });
}
