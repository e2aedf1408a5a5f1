/** What this computer is; does not change while the service runs. */
export interface HostFacts {
  readonly name: string;
  /** "Linux 6.1.0 (x64)". */
  readonly system: string;
  readonly processorModel: string;
  readonly processors: number;
  readonly memoryBytes: number;
}

/** What is used on this computer at one moment, by everything on it. */
export interface HostMeasurement {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly takenAt: number;
  /** In processors: 1.5 means one and a half cores busy since the measurement before. */
  readonly processorUsed: number;
  /** Memory that a new program could have without anything being swapped out. */
  readonly memoryAvailableBytes: number;
  /** The file system that holds the data directory. */
  readonly disk: {
    readonly path: string;
    readonly totalBytes: number;
    readonly usedBytes: number;
    /** What may still be written: less than the rest where some is kept for the system. */
    readonly freeBytes: number;
  };
}

/** Looks at the real operating system. */
export interface HostMeter {
  readonly facts: HostFacts;
  measure(): Promise<HostMeasurement>;
}
