import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CallList } from '../../../src-core/containers/node/calls/call-list.ts';
import { syscallProgram } from '../../../src-core/guest/syscall-program.ts';
import { endOf, NodeBench, untilUp, type Wanted } from './testing/node-bench.ts';

/**
 * What containers must not be able to do: published ways out of a container, tried from inside, one by one. What they
 * would have changed on the node is looked at there afterwards.
 */
let bench: NodeBench;
let neighbour: Awaited<ReturnType<NodeBench['start']>>;
/** A layer with the program that makes any system call, and with links that lead out. */
let tools: string;
let atFirst: string;

/** What no container may ever change. */
const WATCHED =
  'sha256sum /usr/bin/crun /usr/lib/innkeeper/* /etc/passwd /etc/hosts; cat /proc/sys/kernel/core_pattern ' +
  '/proc/sys/kernel/hostname /proc/sys/kernel/modprobe /proc/sys/vm/overcommit_memory; ls /tmp /etc /root';

beforeAll(async () => {
  bench = await NodeBench.open(256 * 1024 * 1024);
  tools = await bench.addLayer([
    { path: 'calls', type: 'file', content: syscallProgram() },
    { path: 'crun-itself', type: 'file', content: '#!/proc/self/exe\n' },
    { path: 'out', type: 'symlink', target: '../../../../../../../run/innkeeper' },
    { path: 'tmp-out', type: 'symlink', target: '/proc/1/root/tmp' },
  ]);
  neighbour = await bench.start('echo secret >/tmp/secret; echo up; exec sleep 99999', { network: bench.network() });
  await untilUp(neighbour.session);
  atFirst = (await bench.onNode(WATCHED)).stdout;
});
afterAll(async () => {
  await bench.close();
});

async function nothingChanged(): Promise<void> {
  expect((await bench.onNode(WATCHED)).stdout).toBe(atFirst);
}

/** Tries something as root of a container. @returns what it printed on either output */
async function attempt(script: string, wanted: Wanted = {}): Promise<string> {
  const { stdout, stderr } = await bench.once(script, { layers: [...bench.layers, tools], ...wanted });
  return stdout + stderr;
}

describe('a container sees nothing of', () => {
  test("others' processes, and cannot reach them by number", async () => {
    const node = (await bench.onNode('cat /sys/fs/cgroup/innkeeper/*/*/cgroup.procs | head -1')).stdout.trim();
    const said = await attempt(`ps -o pid= | wc -l; kill -9 ${node}; ls /proc/${node}`);
    // The shell and ps, and what the shell has begun by then to count them with.
    expect(said).toMatch(/^[2-6]\n/);
    expect(said).toContain('No such process');
    expect((await bench.exec(neighbour.id, 'echo alive')).stdout).toBe('alive\n');
  });

  test("others' files, and the node's", async () => {
    const said = await attempt('find / -xdev -name secret; ls -d /run/innkeeper /opt/innkeeper /usr/lib/innkeeper');
    expect(said).not.toContain('secret\n');
    expect(said.match(/No such file/g)).toHaveLength(3);
  });

  test("others' sockets, cards and memory that is shared by name", async () => {
    await bench.exec(neighbour.id, 'echo x >/dev/shm/shared');
    const said = await attempt(
      'cat /proc/net/unix | wc -l; ls /sys/class/net; ls /dev/shm; ls /proc/sys/fs/mqueue; ipcs 2>/dev/null | grep -c 0x',
    );
    expect(said).toMatch(/^1\nlo\n/);
    expect(said).not.toContain('shared');
  });

  test("the node's devices", async () => {
    const said = await attempt('ls /dev; ls /sys/kernel/debug /sys/fs/bpf /sys/kernel/tracing 2>&1 | wc -l');
    for (const name of ['vda', 'mem', 'hvc0', 'vport', 'rtc0', 'kmsg'])
      expect(said).not.toMatch(new RegExp(`^${name}`, 'm'));
  });

  test('descriptors that were left open', async () => {
    // The fourth is the directory that the shell itself reads. With a pipe it would have that's ends open for a moment too.
    expect(await attempt('cd /proc/1/fd; echo *')).toBe('0 1 2 3\n');
  });
});

test('its process has few capabilities, a filter of system calls and can get nothing more', async () => {
  const said = await attempt('grep -E "^(Cap(Eff|Bnd|Amb)|NoNewPrivs|Seccomp):" /proc/1/status');
  expect(said).toContain('NoNewPrivs:\t1');
  expect(said).toContain('Seccomp:\t2');
  const bounding = BigInt(`0x${/CapBnd:\s*(\w+)/.exec(said)?.[1] ?? 'f'}`);
  // DAC_READ_SEARCH, NET_ADMIN, SYS_MODULE, SYS_RAWIO, SYS_PTRACE, SYS_ADMIN, SYS_BOOT, SYS_RESOURCE, SYS_TIME, BPF
  for (const bit of [2n, 12n, 16n, 17n, 19n, 21n, 22n, 24n, 25n, 39n]) expect(bounding & (1n << bit)).toBe(0n);
});

describe('a way out that was published before is none:', () => {
  const REFUSED = /not permitted|denied|Read-only|Invalid argument|No such|can't|cannot|Function not implemented/i;
  const COMMANDS: readonly (readonly [what: string, script: string])[] = [
    ['a handler of crashes', 'echo "|/bin/sh" >/proc/sys/kernel/core_pattern'],
    ['a handler of hot-plug events', 'echo /x >/sys/kernel/uevent_helper'],
    ["the kernel's loader of modules", 'echo /x >/proc/sys/kernel/modprobe'],
    ['a magic key', 'echo c >/proc/sysrq-trigger'],
    ['formats of programs', 'mount -t binfmt_misc x /mnt || echo ":a:M::x::/x:" >/proc/sys/fs/binfmt_misc/register'],
    ['an agent of cgroups of version 1', 'mkdir /cg && mount -t cgroup -o rdma cgroup /cg'],
    ['cgroups of version 2', 'mkdir /cg; mount -t cgroup2 x /cg && echo max >/cg/memory.max'],
    ['its own limits', 'echo max >/sys/fs/cgroup/memory.max'],
    ['leaving its cgroup', 'echo 1 >/sys/fs/cgroup/../cgroup.procs'],
    ["the node's disk as a file system", 'mknod /d b 254 0; mkdir /m; mount -t ext4 /d /m'],
    ["the node's disk as a device", 'mknod /d b 254 0; head -c 4096 </d'],
    ['a device made in /dev', 'mknod /dev/d b 254 0; head -c 4096 </dev/d'],
    ['memory of the kernel', 'mknod /dev/m c 1 1; head -c 16 </dev/m'],
    ["the kernel's core", 'head -c 16 </proc/kcore | grep .'],
    ['mounting proc anew', 'mkdir /p; mount -t proc proc /p && echo 0 >/p/sys/kernel/sysrq'],
    ['making what is read only writable', 'mount -o remount,rw /sys && mount -o remount,rw,bind /proc/sys'],
    ['taking a mask off', 'umount /proc/kcore'],
    [
      'file systems for finding faults',
      'mount -t debugfs x /mnt || mount -t tracefs x /mnt || mount -t securityfs x /mnt',
    ],
    ['a file system of the layers', 'mount -t virtiofs innkeeper-layers /mnt'],
    ['a namespace of users', 'unshare -U true'],
    ['a namespace of mounts', 'unshare -m true'],
    ["the first process's namespaces", 'nsenter -t 1 -m -u -n true'],
    ['another root', 'mkdir /r; pivot_root /r /r'],
    ['a module', 'insmod /calls'],
    ['swapping', 'head -c 65536 /dev/zero >/s; mkswap /s; swapon /s'],
    ['the clock', 'date -s 2001-01-01 | grep -v 2001; [ $(date +%Y) = 2001 ]'],
    ['its host name', 'hostname other'],
    ['a restart', 'reboot -f'],
    ['addresses of others', 'ip link set lo address 02:00:00:00:00:01; ip addr add 10.86.9.1/24 dev lo'],
    ['messages of the kernel', 'dmesg | grep .'],
    ['priorities above the others', 'nice -n -19 true; renice -n -19 1'],
  ];

  test.each(COMMANDS)('%s', async (_, script) => {
    const said = await attempt(`${script} && echo OUT`);
    expect(said).not.toMatch(/^OUT$/m);
    if (!/kcore|dmesg/.test(script)) expect(said).toMatch(REFUSED);
    await nothingChanged();
  });

  /** Numbers of asm-generic/unistd.h, with arguments that would be taken where the call is allowed. */
  const CALLS: readonly (readonly [what: string, number: number, values: readonly (number | string)[]])[] = [
    ['files by their number (shocker)', 265, [-100, 'handle', 0]],
    ['a module of the kernel', 105, [0, 0, '']],
    ['another kernel', 104, [0, 0, 0, 0]],
    ['a program in the kernel', 280, [0, 0, 0]],
    ['counters of the processor', 241, [0, 0, -1, -1, 0]],
    ['faults of pages that it handles itself', 282, [0]],
    ['rings of requests', 425, [8, 'params']],
    ['keys of others', 219, [0, -3, 0]],
    ['a key', 217, ['user', 'name', 'x', 1, -3]],
    ['a socket to whoever runs the machine', 198, [40, 1, 0]],
    ['frames in the name of others', 198, [17, 3, 0x0300]],
    ['a namespace of users by clone', 220, [0x1000_0011, 0, 0, 0, 0]],
    ['a namespace by clone3', 435, ['arguments', 88]],
    ['a tree of mounts', 428, [-100, '/', 1]],
    ['a file system that is not mounted', 430, ['ext4', 0]],
    ['namespaces of the first process', 268, [0, 0]],
    ['quotas', 60, [0x80000702, '/dev/vda', 0, 0]],
    ['accounts of processes', 89, ['/acct']],
    ['the time', 112, [0, 'time']],
    ["messages of the kernel, and its console's level", 116, [8, 0, 1]],
    ['another layout of memory', 92, [0x0400000]],
  ];

  test('%s'.replace('%s', 'system calls that would change the node are refused, each of them'), async () => {
    const list = new CallList();
    const made = CALLS.map(([, number, values]) => list.try(number, ...values));
    const { bytes, answerBytes } = list.encode();
    const { id, session } = await bench.start(['/calls'], { layers: [...bench.layers, tools] });
    const answer = new Uint8Array(answerBytes);
    let at = 0;
    const whole = new Promise<void>((resolve) =>
      session.onData((piece, _, done) => {
        answer.set(piece, at);
        at += piece.length;
        done();
        if (at >= answerBytes) resolve();
      }),
    );
    void session.write(bytes);
    await Promise.race([whole, session.result.then(() => undefined)]);
    session.finish();
    await session.result;
    await bench.runtime.release(id);
    await bench.runtime.remove(id);
    const view = new DataView(answer.buffer);
    const results = made.map(({ index }, number) => [
      CALLS[number]?.[0],
      Number(view.getBigInt64(32 + 64 * index + 56, true)),
    ]);
    const EPERM = -1;
    const ENOSYS = -38;
    expect(results.filter(([, result]) => result !== EPERM && result !== ENOSYS)).toEqual([]);
    await nothingChanged();
  });

  test('a program that is the runtime itself (CVE-2019-5736)', async () => {
    const said = await attempt('echo never');
    expect(said).toBe('never\n');
    const overwrite = 'for pid in /proc/[0-9]*; do echo x >>$pid/exe; done 2>&1; /crun-itself --version';
    await attempt(overwrite);
    const { id, session } = await bench.start(['/crun-itself'], { layers: [...bench.layers, tools] });
    await endOf(session);
    await bench.runtime.release(id);
    await bench.runtime.remove(id);
    await nothingChanged();
  });

  test('a directory that is a descriptor of the runtime (CVE-2024-21626)', async () => {
    for (let fd = 3; fd < 12; fd++) {
      const workingDirectory = `/proc/self/fd/${fd}`;
      const container = bench.container('cat ../../../../../etc/debian_version ../../../etc/debian_version; ls', {
        process: { workingDirectory },
      });
      const text = await bench.runtime
        .prepare(container)
        .then(async () => (await endOf(await bench.runtime.run(container.id, null))).stdout)
        .catch(() => '');
      await bench.runtime.release(container.id).catch(() => undefined);
      await bench.runtime.remove(container.id);
      expect(text).not.toMatch(/^13|innkeeper|cgroup/m);
    }
  });

  test('links of an image at the places of mounts, files and directories', async () => {
    const links = await bench.addLayer([
      { path: 'etc/hosts', type: 'symlink', target: '/tmp/hosts' },
      { path: 'etc/resolv.conf', type: 'symlink', target: '../../../../../../etc/debian_version' },
      { path: 'sneaky', type: 'symlink', target: '../../../../../../../../tmp' },
    ]);
    await bench.runtime.makeVolume('linked');
    const said = await attempt('echo x >/sneaky/vol/x; ls -d /tmp/vol /tmp/made; cat /etc/hosts; true', {
      layers: [...bench.layers, links],
      mounts: [{ kind: 'volume', volume: 'linked', destination: '/sneaky/vol', readOnly: false }],
      process: { workingDirectory: '/sneaky/made' },
    });
    expect(said).toContain('/tmp/made\n/tmp/vol');
    await bench.runtime.removeVolume('linked');
    // By way of a process's root: it is not entered, so that nothing is run at all.
    const magic = await bench.addLayer([{ path: 'etc/hostname', type: 'symlink', target: '/proc/1/root/etc/passwd' }]);
    expect(await attempt('cat /etc/hostname', { layers: [...bench.layers, magic] })).not.toContain('root:');
    await nothingChanged();
  });

  test("accounts that are a link to the node's", async () => {
    const links = await bench.addLayer([
      { path: 'etc/passwd', type: 'symlink', target: '../../../../../../etc/passwd' },
    ]);
    const node = await bench.addLayer([{ path: 'etc/passwd', type: 'symlink', target: '/proc/1/root/etc/passwd' }]);
    for (const layer of [links, node]) {
      const container = bench.container('true', { layers: [...bench.layers, layer], process: { user: 'nobody' } });
      await expect(bench.runtime.prepare(container)).rejects.toThrow('no user');
    }
  });

  test('copying from and to links that lead out', async () => {
    const container = await bench.start(
      'ln -s /etc/debian_version /version; ln -s /proc/1/root /root-of-all; mkdir /d; ln -s /tmp /d/tmp; ' +
        'ln -s ../../../../../../tmp /d/up; echo up; sleep 1000',
      { layers: [...bench.layers, tools] },
    );
    await untilUp(container.session);
    for (const path of ['/out/netns', '/root-of-all/opt', '/tmp-out/x', '/../../opt/innkeeper']) {
      await expect(bench.runtime.readFiles(container.id, path)).rejects.toThrow();
    }
    // A link itself is copied as a link.
    const link = await bench.runtime.readFiles(container.id, '/version');
    expect(link).toMatchObject({ kind: 'other', name: 'version' });
    link.archive.close();
    await bench.stop(container);
    await nothingChanged();
  });

  test('a container that another has the volume of, with links in it', async () => {
    await bench.runtime.makeVolume('shared');
    const mounts = [{ kind: 'volume' as const, volume: 'shared', destination: '/v', readOnly: false }];
    await attempt('ln -s / /v/root; ln -s /run/innkeeper /v/node', { mounts });
    const said = await attempt('ls /v/node /v/root/opt/innkeeper', { mounts });
    expect(said.match(/No such file/g)).toHaveLength(2);
    await bench.runtime.removeVolume('shared');
    await nothingChanged();
  });
});
