import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createService } from '../service.ts';
import type { Service } from '../service.ts';
import { execScript, logLines, request, runScript, TestStream, untilContainer } from './testing/container-client.ts';
import { containerHome } from './testing/container-home.ts';

const MIB = 1024 * 1024;
/** Answers every connection with a page, as a web server does. */
const WEB_SERVER = `mkdir /www; echo 'hello from $0' > /www/index.html; exec httpd -f -p 80 -h /www`;

let directory: string;
let service: Service;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'innkeeper-containers-'));
  await containerHome(join(directory, 'data'));
  service = await open();
}, 300_000);
afterAll(async () => {
  await service.dispose();
  await rm(directory, { recursive: true });
});

function open(): Promise<Service> {
  return createService({ dataDirectory: join(directory, 'data'), host: 'background', version: 'test' });
}

async function untilPrinted(container: string, text: string): Promise<void> {
  const stream = new TestStream<{ reason: string }>();
  await service.handlers.containers.logs({ container, follow: true }, stream as never);
  await stream.hears(text);
  stream.close();
}

/** What a web server says that is just being started. */
async function page(port: number): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/`).catch(() => null);
    if (answer?.ok) return answer.text();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the web server does not answer');
}

describe('a container', () => {
  it('is created, runs, prints, is entered, stopped and removed', async () => {
    const { containers } = service.handlers;
    const made = await containers.create(
      request({ name: 'web', command: ['sh', '-c', 'echo up; echo oops >&2; exec sleep 1000'] }),
    );
    expect(made).toMatchObject({ name: 'web', state: 'running', node: { name: 'node-1' } });
    expect(await execScript(service, 'web', 'echo $HOSTNAME; cat /etc/hostname')).toEqual({
      text: `${made.id.slice(0, 12)}\n${made.id.slice(0, 12)}\n`,
      exitStatus: 0,
    });
    expect((await execScript(service, 'web', 'exit 7')).exitStatus).toBe(7);
    expect((await logLines(service, 'web')).map(({ stream, text }) => `${stream} ${text}`).sort()).toEqual([
      'stderr oops',
      'stdout up',
    ]);
    const { processes } = await containers.top({ container: 'web' });
    expect(processes.map(({ command }) => command)).toContain('sleep 1000');
    // Process 1 of a container hears only signals that it has a handler for.
    expect(await containers.stop({ container: 'web', timeoutMs: 500 })).toMatchObject({
      state: 'exited',
      lastEnd: { kind: 'killed', exitStatus: 137 },
    });
    expect(JSON.parse((await containers.runtimeConfig({ container: 'web' })).json)).toHaveProperty('process.args');
    await containers.remove({ container: 'web', force: false });
    expect(await containers.list({})).toEqual([]);
  });

  it('tells its status and all that it printed, whole and in order', async () => {
    const { text, exitStatus, end } = await runScript(service, 'seq 1 20000; exit 3');
    expect(text).toBe(Array.from({ length: 20_000 }, (_, n) => `${n + 1}\n`).join(''));
    expect(exitStatus).toBe(3);
    expect(end).toMatchObject({ kind: 'exited', exitStatus: 3 });
    expect(await service.handlers.containers.list({})).toEqual([]);
  });

  it('reads what is typed, to its end', async () => {
    const stream = new TestStream<{ exitStatus: number | null }>();
    await service.handlers.containers.run(
      request({ command: ['sh', '-c', 'wc -c'], interactive: true, removeAtEnd: true }),
      stream,
    );
    stream.type('hello');
    stream.finish();
    await stream.result;
    expect(stream.text.trim()).toBe('5');
  });

  it('has a terminal of the size that its client has', async () => {
    const stream = new TestStream<{ exitStatus: number | null }>();
    await service.handlers.containers.run(
      {
        ...request({ command: ['sh'], interactive: true, terminal: true, removeAtEnd: true }),
        size: { columns: 101, rows: 33 },
      },
      stream,
    );
    stream.type('stty size\n');
    await stream.hears('33 101');
    stream.control({ resize: { columns: 90, rows: 20 } });
    stream.type('sleep 1; stty size\n');
    await stream.hears('20 90');
    stream.type('exit 5\n');
    expect(await stream.result).toMatchObject({ exitStatus: 5 });
  });

  it('keeps what it wrote over a restart, and tells what that is', async () => {
    const { containers } = service.handlers;
    await containers.create(
      request({ name: 'keeper', command: ['sh', '-c', 'echo x >> /kept; rm -f /etc/group; exec sleep 1000'] }),
    );
    await containers.restart({ container: 'keeper' });
    const twice = 'until [ $(wc -l < /kept) -ge 2 ]; do sleep 0.1; done; cat /kept';
    expect((await execScript(service, 'keeper', twice)).text).toBe('x\nx\n');
    const changes = await containers.diff({ container: 'keeper' });
    expect(changes).toEqual(
      expect.arrayContaining([
        { kind: 'added', path: '/kept' },
        { kind: 'changed', path: '/etc' },
        { kind: 'removed', path: '/etc/group' },
      ]),
    );
    await containers.remove({ container: 'keeper', force: true });
  });

  it('that cannot be started says why, and stays', async () => {
    const { containers } = service.handlers;
    await expect(containers.create(request({ name: 'bad', user: 'nosuchuser' }))).rejects.toMatchObject({
      code: 'invalid-input',
    });
    expect(await containers.inspect({ container: 'bad' })).toMatchObject({
      state: 'exited',
      lastEnd: { kind: 'not-started' },
    });
    await containers.remove({ container: 'bad', force: false });
  });

  it('that uses more memory than it may is ended, and told as that', async () => {
    const { end } = await runScript(service, 'x=x; while true; do x=$x$x; done', { limits: { memoryBytes: 16 * MIB } });
    expect(end).toMatchObject({ kind: 'out-of-memory', exitStatus: 137 });
  });

  it('is started again by its policy after its process ended', async () => {
    const { containers } = service.handlers;
    const script = 'trap "exit 1" TERM; echo ready; while true; do sleep 0.1; done';
    const restart = { policy: 'always' } as const;
    await containers.create(request({ name: 'phoenix', command: ['sh', '-c', script], restart }));
    await untilPrinted('phoenix', 'ready');
    await containers.kill({ container: 'phoenix', signal: 'TERM' });
    const view = await untilContainer(
      service,
      'phoenix',
      ({ restarts, state }) => restarts === 1 && state === 'running',
    );
    expect(view.lastEnd).toMatchObject({ kind: 'exited', exitStatus: 1 });
    await containers.remove({ container: 'phoenix', force: true });
  });

  it('is paused and goes on', async () => {
    const { containers } = service.handlers;
    await containers.create(
      request({ name: 'sleeper', command: ['sh', '-c', 'while true; do echo tick; sleep 0.2; done'] }),
    );
    await containers.pause({ container: 'sleeper' });
    const before = (await logLines(service, 'sleeper')).length;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await logLines(service, 'sleeper')).length - before).toBeLessThanOrEqual(1);
    const stream = new TestStream<{ reason: string }>();
    await containers.logs({ container: 'sleeper', tail: 0, follow: true }, stream as never);
    await containers.resume({ container: 'sleeper' });
    await stream.hears('tick');
    await containers.remove({ container: 'sleeper', force: true });
    expect(await stream.result).toEqual({ reason: 'removed' });
  });
});

describe('containers on a network', () => {
  it('are reached through published ports, and reach each other by name', async () => {
    const { containers, networks } = service.handlers;
    const { ports } = await containers.create(
      request({ name: 'site', command: ['sh', '-c', WEB_SERVER], ports: [{ containerPort: 80 }] }),
    );
    const port = ports[0]?.port ?? 0;
    expect(await page(port)).toContain('hello');
    const { text, exitStatus } = await runScript(service, 'wget -q -O - http://site.inn/');
    expect([text, exitStatus]).toEqual([expect.stringContaining('hello'), 0]);
    const network = (await networks.list({})).find(({ name }) => name === 'default');
    expect(network?.containers).toMatchObject([{ name: 'site', running: true }]);
    await expect(
      containers.create(request({ name: 'rival', ports: [{ port, containerPort: 80 }] })),
    ).rejects.toMatchObject({ code: 'already-exists' });
    await containers.remove({ container: 'rival', force: true });
    await containers.remove({ container: 'site', force: true });
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  });

  it('are on the networks that they were made for, and on no other', async () => {
    const { networks, containers } = service.handlers;
    await networks.create({ name: 'inner', internal: true, reachesHost: false });
    const script = WEB_SERVER.replace('exec', 'echo ready; exec');
    await containers.create(request({ name: 'inside', command: ['sh', '-c', script], network: 'inner' }));
    await untilPrinted('inside', 'ready');
    expect((await runScript(service, 'wget -q -T 2 -O - http://inside.inn/')).exitStatus).not.toBe(0);
    expect((await runScript(service, 'wget -q -O - http://inside.inn/', { network: 'inner' })).exitStatus).toBe(0);
    expect((await runScript(service, 'ip addr; ls /sys/class/net', { network: null })).text).not.toContain('eth0');
    await expect(networks.remove({ network: 'inner' })).rejects.toMatchObject({ code: 'wrong-state' });
    await containers.remove({ container: 'inside', force: true });
    await networks.remove({ network: 'inner' });
  });
});

describe('what containers share', () => {
  it('volumes outlive them, and go when they are removed', async () => {
    const { volumes } = service.handlers;
    const mounts = [{ kind: 'volume', volume: 'data', destination: '/data' } as const];
    await runScript(service, 'echo kept > /data/file', { mounts });
    expect((await runScript(service, 'cat /data/file', { mounts })).text).toBe('kept\n');
    expect(await volumes.list({})).toMatchObject([{ name: 'data', usedBy: [] }]);
    await volumes.remove({ volume: 'data' });
    expect((await runScript(service, 'ls /data', { mounts })).text).toBe('');
    await volumes.remove({ volume: 'data' });
  });

  it('folders of this computer are seen by them, as they may', async () => {
    await writeFile(join(directory, 'note.txt'), 'from the host\n');
    const shared = await mkdtemp(join(tmpdir(), 'innkeeper-shared-'));
    await writeFile(join(shared, 'note.txt'), 'from the host\n');
    const mount = { kind: 'folder', directory: shared, destination: '/work' } as const;
    const { text } = await runScript(service, 'cat /work/note.txt; echo new > /work/made; echo $?', {
      mounts: [mount],
    });
    expect(text).toBe('from the host\n0\n');
    const readOnly = await runScript(service, 'cat /work/made; echo no > /work/made', {
      mounts: [{ ...mount, readOnly: true }],
    });
    expect(readOnly.text).toContain('new\n');
    expect(readOnly.exitStatus).not.toBe(0);
    await rm(shared, { recursive: true });
  });
});

describe('nodes', () => {
  it('that fail end what runs on them, and what has a policy starts again with what it wrote', async () => {
    const { containers, nodes } = service.handlers;
    const restart = { policy: 'always' } as const;
    await containers.create(request({ name: 'plain', command: ['sleep', '1000'] }));
    await containers.create(
      request({ name: 'kept', command: ['sh', '-c', 'echo x >> /kept; sync; echo written; exec sleep 1000'], restart }),
    );
    await untilPrinted('kept', 'written');
    const [node] = await nodes.list({});
    // Its kernel panics when it is told to.
    const stream = new TestStream<{ exitStatus: number }>();
    const command = ['sh', '-c', 'sync; echo 1 > /proc/sys/kernel/sysrq; echo c > /proc/sysrq-trigger'];
    await service.handlers.machines.exec({ machine: node?.id ?? '', command, environment: {} }, stream);
    const plain = await untilContainer(service, 'plain', ({ state }) => state === 'exited');
    expect(plain.lastEnd).toMatchObject({
      kind: 'node-lost',
      exitStatus: null,
      cause: expect.stringContaining('Kernel panic'),
    });
    const kept = await untilContainer(service, 'kept', ({ restarts, state }) => restarts > 0 && state === 'running');
    expect(kept.node?.name).toBe(node?.name);
    const twice = 'until [ $(wc -l < /kept) -ge 2 ]; do sleep 0.1; done; cat /kept';
    expect((await execScript(service, 'kept', twice)).text).toBe('x\nx\n');
    await containers.remove({ container: 'plain', force: false });
    await containers.remove({ container: 'kept', force: true });
  });

  it('sleep when nothing runs on them, and wake up with everything on them', async () => {
    const { nodes, containers } = service.handlers;
    await containers.create(request({ name: 'left', command: ['sh', '-c', 'echo here > /left'] }));
    await untilContainer(service, 'left', ({ state }) => state === 'exited');
    await nodes.change({ idleMs: 1000 });
    await new Promise<void>((resolve) => {
      const subscription = service.onEvent((event) => {
        if (event.type !== 'node' || event.node.state !== 'asleep') return;
        subscription.dispose();
        resolve();
      });
      void runScript(service, 'true');
    });
    const stream = new TestStream<object>();
    expect(await containers.readFiles({ container: 'left', path: '/left' }, stream as never)).toMatchObject({
      kind: 'file',
      name: 'left',
    });
    await stream.result;
    expect(stream.text).toContain('here');
    await nodes.change({ idleMs: 60_000 });
    await containers.remove({ container: 'left', force: false });
  });
});
