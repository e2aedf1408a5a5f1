import { createService } from '../service.ts';
import { act, say } from './announced-acts.ts';
import { pick, seeded } from './seeded.ts';

/**
 * A process of its own that opens a data directory and makes, starts, changes and deletes machines until it is
 * killed. It says what it is about to do and what was done: `try VERB NAME [NEW]`, `did VERB NAME [NEW]`.
 * Arguments: data directory, kernel, seed.
 */
const [directory = '', kernel = '', seed = '0'] = process.argv.slice(2);
const random = seeded(Number(seed));
const service = await createService({ dataDirectory: directory, host: 'background', version: 'test' });
const { machines } = service.handlers;
const MIB = 1024 * 1024;
const MOST = 5;
let made = 0;

async function create(): Promise<void> {
  const name = `m${seed}-${++made}`;
  const source = { kind: 'files', kernel } as const;
  const start = random() < 0.5;
  await act(`create ${name}`, () => machines.create({ name, source, memoryBytes: 64 * MIB, disks: [], start }));
}

async function change(): Promise<void> {
  const machine = pick(await machines.list({}), random);
  if (!machine) return create();
  const { id, name, state } = machine;
  if (state === 'starting') return;
  if (state === 'running') return act(`kill ${name}`, () => machines.kill({ machine: id }));
  const dice = random();
  if (dice < 0.3) return act(`start ${name}`, () => machines.start({ machine: id }));
  if (dice < 0.6) {
    const renamed = `r${seed}-${++made}`;
    return act(`rename ${name} ${renamed}`, () => machines.rename({ machine: id, name: renamed }));
  }
  await act(`remove ${name}`, () => machines.remove({ machine: id, purge: dice < 0.8 }));
  if (dice >= 0.9) await act(`restore ${name}`, () => machines.restore({ id }));
}

say('open');
for (;;) {
  const { length } = await machines.list({});
  await (length < 2 || (length < MOST && random() < 0.5) ? create() : change());
}
