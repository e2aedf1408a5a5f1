import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeIo } from '../testing/fake-io.ts';
import { FakeService, machineView } from '../testing/fake-service.ts';

const warnings = ['line 2: colour is not known here and passed over'];
let folder: string;

beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'innkeeper-user-data-'))));
afterEach(() => rm(folder, { recursive: true }));

function setUp(): { io: FakeIo; service: FakeService } {
  const configuration = { state: 'waiting' as const, step: null, failure: null, warnings };
  const machine = machineView({ name: 'web', configuration });
  const service = new FakeService({ machines: { create: () => Promise.resolve(machine) } });
  return { io: new FakeIo(service), service };
}

describe('inn vm create --user-data', () => {
  it('sends what is in the file, and tells what of it is passed over', async () => {
    const { io, service } = setUp();
    const path = join(folder, 'web.yaml');
    await writeFile(path, '#cloud-config\ncolour: grün\n');
    expect(await io.run(`vm create web --user-data ${path}`)).toBe(0);
    expect(service.calls.at(-1)).toMatchObject({ input: { name: 'web', userData: '#cloud-config\ncolour: grün\n' } });
    expect(io.err).toBe('User-data, line 2: colour is not known here and passed over\n');
  });

  it('makes no machine when the file cannot be read', async () => {
    const { io, service } = setUp();
    expect(await io.run('vm create web --user-data no-such-file')).toBe(1);
    expect(io.err).toMatch(/^inn: failed to create machine web \(read no-such-file\): there is no such file/);
    expect(service.calls).toEqual([]);
  });
});

describe('inn vm inspect', () => {
  it('tells how the configuration went', async () => {
    const { io, service } = setUp();
    const configuration = { state: 'failed' as const, step: 'Install p', failure: 'E: no p', warnings: [] };
    service.machines.push(machineView({ name: 'web', configuration }));
    await io.run('vm inspect web');
    expect(io.out).toMatch(/^configuration: +failed: Install p$/m);
    expect(io.out).toMatch(/^configuration failure: +E: no p$/m);
  });
});
