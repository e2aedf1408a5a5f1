import type { HostMeasurement, HostMeter } from '../measurement.ts';

const GIB = 1024 ** 3;

/** A computer with 4 processors and 8 GiB, of which what is available can be set. */
export class FakeMeter implements HostMeter {
  availableBytes = 6 * GIB;
  readonly facts = {
    name: 'testhost',
    system: 'Linux 6.1.0 (x64)',
    processorModel: 'Test Processor',
    processors: 4,
    memoryBytes: 8 * GIB,
  };

  measure(): Promise<HostMeasurement> {
    return Promise.resolve({
      takenAt: 1,
      processorUsed: 0.5,
      memoryAvailableBytes: this.availableBytes,
      disk: { path: '/data', totalBytes: 100 * GIB, usedBytes: 30 * GIB, freeBytes: 60 * GIB },
    });
  }
}
