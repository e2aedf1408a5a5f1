import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTar } from '../../../src-core/images/formats/tar.ts';
import { tarEnd, tarHeader, tarPadding } from '../../../src-core/images/formats/tar-writer.ts';
import { AppError } from '../../../src-core/base/errors.ts';
import { sessionBytes } from '../../../src-core/containers/engine/session-bytes.ts';
import { collect } from '../../../src-core/images/formats/byte-source.ts';
import { endOf, NodeBench, untilUp } from './testing/node-bench.ts';

/** A real node, real containers: what the engine asks of a node. */
let bench: NodeBench;
beforeAll(async () => {
  bench = await NodeBench.open();
});
afterAll(() => bench.close());

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (error: unknown) => (error instanceof AppError ? error.code : String(error)),
  );

describe('a container', () => {
  test('runs its command and ends with its status', async () => {
    const { status, stdout, stderr, outOfMemory } = await bench.once('echo hi; echo oops >&2; exit 7');
    expect({ status, stdout, stderr, outOfMemory }).toEqual({
      ...{ status: 7, stdout: 'hi\n', stderr: 'oops\n', outOfMemory: false },
    });
  });

  test('whose command is not there says so', async () => {
    expect(await codeOf(bench.once(['/bin/nothing']))).toBe('invalid-input');
  });

  test('that is killed ends with 128 and the signal', async () => {
    const container = await bench.start('trap "" TERM; echo up; sleep 100');
    await bench.runtime.signal(container.id, 9, false);
    expect((await container.session.result).exitStatus).toBe(137);
    await bench.runtime.release(container.id);
    await bench.runtime.remove(container.id);
  });

  test('reads its input, has its name, environment, directory and user', async () => {
    const process = { user: 'nobody', workingDirectory: '/made/here', environment: ['PATH=/bin', 'A=b c'] };
    const script = 'read line; echo "$line|$(hostname)|$A|$PWD|$(id -u):$(id -g)|$HOME"';
    const { id, session } = await bench.start(script, { hostName: 'named', process });
    const { stdout } = await endOf(session, new TextEncoder().encode('typed\n'));
    expect(stdout).toBe('typed|named|b c|/made/here|65534:65534|/home\n');
    await bench.runtime.release(id);
    await bench.runtime.remove(id);
  });

  test('has a terminal of the size that is asked for, and follows it', async () => {
    const container = await bench.start('stty size; tty; read x; stty size', { process: { terminal: true } });
    const first = await new Promise<string>((resolve) => {
      let text = '';
      container.session.onData((bytes, _, done) => {
        text += new TextDecoder().decode(bytes);
        done();
        if (text.includes('/dev/')) resolve(text);
      });
    });
    expect(first).toMatch(/24 80\r\n\/dev\/(?:pts\/0|console)/);
    container.session.resize({ columns: 100, rows: 30 });
    // The kernel tells of the new size by a signal, which travels through two terminals.
    await bench.onNode('sleep 0.5');
    void container.session.write(new TextEncoder().encode('\n'));
    expect((await endOf(container.session)).stdout).toContain('30 100');
    await bench.runtime.release(container.id);
    await bench.runtime.remove(container.id);
  });

  test('of a user that it does not have is refused, and nothing of it stays', async () => {
    const container = bench.container('true', { process: { user: 'eve' } });
    expect(await codeOf(bench.runtime.prepare(container))).toBe('invalid-input');
    expect(
      (
        await bench.onNode(
          `find /run/innkeeper/containers /run/innkeeper/netns /run/crun /sys/fs/cgroup | grep ${container.id}`,
        )
      ).stdout,
    ).toBe('');
  });

  test('keeps what it wrote until it is removed', async () => {
    const container = bench.container('cat /kept 2>/dev/null || echo first; echo again >/kept');
    for (const said of ['first\n', 'again\n']) {
      await bench.runtime.prepare(container);
      expect((await endOf(await bench.runtime.run(container.id, null))).stdout).toBe(said);
      await bench.runtime.release(container.id);
    }
    await bench.runtime.remove(container.id);
    await bench.runtime.remove(container.id);
    expect((await bench.runtime.open()).containers).not.toContain(container.id);
  });

  test('with a process 1 that reaps has one', async () => {
    const { stdout } = await bench.once('cat /proc/1/comm; (sleep 0.1 &) ; sleep 1; ps -o stat | grep -c Z', {
      init: true,
    });
    expect(stdout).toBe('.innkeeper-init\n0\n');
  });

  test('with a root that is read only writes nowhere but to its mounts', async () => {
    const mounts = [{ kind: 'tmpfs' as const, destination: '/scratch', sizeBytes: 1024 * 1024 }];
    const script =
      'touch /x; touch /scratch/x && echo ok; dd if=/dev/zero of=/scratch/y bs=64k count=32 2>&1 | tail -1';
    const { stdout, stderr } = await bench.once(script, { readOnlyRoot: true, mounts });
    expect(stderr).toContain('Read-only file system');
    expect(stdout).toContain('ok');
    expect((await bench.once('mount | grep " /scratch "', { mounts })).stdout).toContain('size=1024k');
  });

  test('runs others beside its command, as whom it is told', async () => {
    const container = await bench.start('sleep 1000');
    expect(await bench.exec(container.id, 'echo in; exit 3')).toEqual({ status: 3, stdout: 'in\n', stderr: '' });
    expect((await bench.exec(container.id, 'id -u', 'nobody')).stdout).toBe('65534\n');
    const processes = await bench.runtime.processes(container.id);
    expect(processes.map(({ command }) => command)).toEqual(['sleep 1000']);
    await bench.stop(container);
  });

  test('stands still and goes on', async () => {
    const container = await bench.start('while :; do echo x >>/log; sleep 0.05; done');
    await bench.runtime.pause(container.id);
    const size = 'wc -c </proc/$(cat /sys/fs/cgroup/innkeeper/*/*/cgroup.procs | head -1)/root/log';
    const before = (await bench.onNode(size)).stdout;
    await bench.onNode('sleep 0.5');
    expect((await bench.onNode(size)).stdout).toBe(before);
    await bench.runtime.resume(container.id);
    await bench.onNode('sleep 0.5');
    expect(Number((await bench.onNode(size)).stdout)).toBeGreaterThan(Number(before));
    await bench.stop(container);
  });
});

describe('volumes', () => {
  test('get what the image has there when they are empty, and keep what is written', async () => {
    const layer = await bench.addLayer([
      { path: 'data', type: 'directory', mode: 0o750, owner: 7 },
      { path: 'data/given', type: 'file', content: 'of the image', mode: 0o640, owner: 7 },
    ]);
    await bench.runtime.makeVolume('books');
    const mounts = [{ kind: 'volume' as const, volume: 'books', destination: '/data', readOnly: false }];
    const wanted = { layers: [...bench.layers, layer], mounts };
    const first = await bench.once(
      'cat /data/given; stat -c " %u %a" /data /data/given; rm /data/given; echo mine >/data/own',
      wanted,
    );
    expect(first.stdout).toBe('of the image 7 750\n 7 640\n');
    expect((await bench.once('ls /data', wanted)).stdout).toBe('own\n');
    const readOnly = [{ kind: 'volume' as const, volume: 'books', destination: '/b', readOnly: true }];
    const second = await bench.once('cat /b/own; touch /b/x', { mounts: readOnly });
    expect(second.stdout).toBe('mine\n');
    expect(second.stderr).toContain('Read-only file system');
    expect(await bench.runtime.volumes()).toEqual([{ name: 'books', usedBytes: expect.any(Number) as number }]);
    await bench.runtime.removeVolume('books');
    expect(await bench.runtime.volumes()).toEqual([]);
  });
});

describe('files', () => {
  test('of a container are read, whether it runs or not', async () => {
    const container = await bench.start('mkdir -p /a/b; echo text >/a/b/c; ln -s /a/b /link; echo up; sleep 1000');
    await untilUp(container.session);
    const names = async (path: string): Promise<[string, string, string[]]> => {
      const { kind, name, archive } = await bench.runtime.readFiles(container.id, path);
      const found: string[] = [];
      for await (const entry of readTar(sessionBytes(archive, 'read'), 'x')) found.push(entry.path);
      return [kind, name, found];
    };
    expect(await names('/a/b/c')).toEqual(['file', 'c', ['c']]);
    expect(await names('/a')).toEqual(['directory', 'a', ['a', 'a/b', 'a/b/c']]);
    expect(await names('/link/c')).toEqual(['file', 'c', ['c']]);
    expect(await codeOf(bench.runtime.readFiles(container.id, '/none'))).toBe('not-found');
    await bench.runtime.signal(container.id, 9, true);
    await container.session.result;
    await bench.runtime.release(container.id);
    expect(await names('/a/b/c')).toEqual(['file', 'c', ['c']]);
    await bench.runtime.remove(container.id);
  });

  test('are written into a container', async () => {
    const container = await bench.start('echo up; sleep 1000');
    await untilUp(container.session);
    const item = { path: 'new', type: 'file' as const, mode: 0o604, owner: 5, group: 6, modifiedAt: 1000, target: '' };
    const bytes = new TextEncoder().encode('written');
    const archive = [tarHeader({ ...item, sizeBytes: bytes.length }), bytes, tarPadding(bytes.length), tarEnd()];
    const session = await bench.runtime.writeFiles(container.id, '/tmp');
    expect(await endOf(session, Buffer.concat(archive))).toMatchObject({ status: 0 });
    const { stdout } = await bench.exec(container.id, 'cat /tmp/new; stat -c " %u %g %a %Y" /tmp/new');
    expect(stdout).toBe('written 5 6 604 1000\n');
    await bench.stop(container);
  });

  test('that a container wrote are told as overlayfs keeps them', async () => {
    const { id, session } = await bench.start('rm /etc/group; rm -r /home; mkdir /home; echo x >/new');
    await endOf(session);
    await bench.runtime.release(id);
    const archive = await collect(sessionBytes(await bench.runtime.written(id), 'read'), 1 << 20, 'x');
    const entries: string[] = [];

    for await (const { path, type } of readTar(
      (async function* () {
        yield archive;
      })(),
      'x',
    ))
      entries.push(`${path} ${type}`);
    expect(entries).toEqual(expect.arrayContaining(['new file', 'home directory', 'etc directory']));
    expect(entries.find((entry) => entry.startsWith('etc/group'))).toContain('other');
    expect(new TextDecoder('latin1').decode(archive)).toContain('trusted.overlay.opaque=y');
    await bench.runtime.remove(id);
  });
});

describe('networks', () => {
  test('containers of one network reach each other by address, and the gateway, and have their names', async () => {
    const [one, two] = [bench.network(), bench.network()];
    const server = await bench.start('echo up; while :; do echo answer | nc -l -p 80; done', { network: one });
    await untilUp(server.session);
    const script = `nc -w 5 ${one.address} 80; ping -c 1 -W 5 ${two.gateway} >/dev/null && echo pong; cat /etc/hosts /etc/resolv.conf; hostname -i`;
    const { stdout } = await bench.once(script, { network: two });
    expect(stdout).toContain('answer\n');
    expect(stdout).toContain('pong\n');
    expect(stdout).toContain(`${two.address} box.inn box`);
    expect(stdout).toContain(`nameserver ${two.gateway}`);
    await bench.stop(server);
  });

  test('one can be in the network of another', async () => {
    const one = await bench.start('echo up; nc -l -p 99 -s 127.0.0.1', { network: bench.network() });
    await untilUp(one.session);
    const { stdout } = await bench.once('echo x | nc -w 2 127.0.0.1 99; ip -4 -o addr show eth0 | wc -l', {
      network: { kind: 'of', container: one.id },
    });
    expect(stdout).toBe('1\n');
    await bench.stop(one);
  });

  test('without one there is only the loopback', async () => {
    expect((await bench.once('ls /sys/class/net; ip -o link | wc -l')).stdout).toBe('lo\n1\n');
  });
});

test('measures what containers use', async () => {
  const network = bench.network();
  const container = await bench.start(
    `x=$(head -c 4000000 /dev/zero | tr "\\0" x); head -c 2000000 /dev/zero >/big; sync; ping -c 3 ${network.gateway} >/dev/null; echo up; sleep 1000; true`,
    { network },
  );
  await untilUp(container.session);
  const { containers, ...node } = await bench.runtime.measure();
  const [own] = containers;
  expect(containers).toHaveLength(1);
  expect(own).toMatchObject({ id: container.id, pids: 2 });
  expect(own?.memoryBytes).toBeGreaterThan(4_000_000);
  expect(own?.processorNs).toBeGreaterThan(1_000_000);
  expect(own?.networkSentBytes).toBeGreaterThan(100);
  expect(own?.networkReceivedBytes).toBeGreaterThan(100);
  expect(own?.diskWrittenBytes).toBeGreaterThan(1_900_000);
  expect(node.availableMemoryBytes).toBeLessThan(node.memoryBytes);
  expect(node.freeDiskBytes).toBeLessThan(node.diskBytes);
  await bench.stop(container);
});

test('nothing of a container is left on the node when it is gone', async () => {
  const before = (await bench.onNode('mount; ls /run/innkeeper/*; ls -d /sys/fs/cgroup/innkeeper/*/; ls /run/crun'))
    .stdout;
  await bench.once('true', { network: bench.network() });
  const after = (await bench.onNode('mount; ls /run/innkeeper/*; ls -d /sys/fs/cgroup/innkeeper/*/; ls /run/crun'))
    .stdout;
  expect(after).toBe(before);
});
