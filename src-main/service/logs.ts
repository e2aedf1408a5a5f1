import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pino } from 'pino';
import type { Logger } from 'pino';
import type { MachineLog } from '../../src-core/hypervisor/surroundings.ts';

const LARGEST_LOG_BYTES = 1024 * 1024;
/** The service's own log and one for each machine; each has one predecessor. */
const SERVICE_LOG = 'service.log';

/** A log file that never grows beyond its bound: when it is full it becomes the `.1` of a new one. */
export class BoundedLogFile {
  readonly #path: string;
  #fd: number | null = null;
  #size = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** A log that cannot be written (the disk is full) must not stop what it tells of. */
  write(line: string): void {
    try {
      const bytes = Buffer.from(line);
      if (this.#size + bytes.length > LARGEST_LOG_BYTES) this.#turnOver();
      this.#fd ??= this.#open();
      writeSync(this.#fd, bytes);
      this.#size += bytes.length;
    } catch {
      this.close();
    }
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
    this.#size = 0;
  }

  #open(): number {
    mkdirSync(dirname(this.#path), { recursive: true });
    const fd = openSync(this.#path, 'a', 0o600);
    this.#size = fstatSync(fd).size;
    return fd;
  }

  #turnOver(): void {
    this.close();
    renameSync(this.#path, `${this.#path}.1`);
  }
}

/** All logs of a data directory, below `logs/`, as JSON lines. */
export class Logs implements MachineLog {
  readonly service: Logger;
  readonly #directory: string;
  readonly #files = new Map<string, BoundedLogFile>();
  readonly #machines = new Map<string, Logger>();

  constructor(dataDirectory: string) {
    this.#directory = join(dataDirectory, 'logs');
    this.service = this.#logger(SERVICE_LOG);
  }

  info(machine: string, message: string, data: Readonly<Record<string, unknown>> = {}): void {
    this.#machine(machine).info(data, message);
    this.service.info({ machine, ...data }, message);
  }

  warn(machine: string, message: string, data: Readonly<Record<string, unknown>> = {}): void {
    this.#machine(machine).warn(data, message);
    this.service.warn({ machine, ...data }, message);
  }

  /** A machine is gone for good, and its log with it. */
  forget(machine: string): void {
    const name = machineLog(machine);
    this.#files.get(name)?.close();
    this.#files.delete(name);
    this.#machines.delete(machine);
    for (const suffix of ['', '.1']) rmSync(join(this.#directory, name + suffix), { force: true });
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
  }

  #machine(id: string): Logger {
    const known = this.#machines.get(id);
    if (known) return known;
    const logger = this.#logger(machineLog(id));
    this.#machines.set(id, logger);
    return logger;
  }

  #logger(name: string): Logger {
    const file = new BoundedLogFile(join(this.#directory, name));
    this.#files.set(name, file);
    const options = {
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.err },
    };
    return pino(options, file);
  }
}

function machineLog(id: string): string {
  return join('machines', `${id}.log`);
}
