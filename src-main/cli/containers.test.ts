import { PassThrough } from 'node:stream';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../src-core/base/errors.ts';
import type { ContainerView, LogLine } from '../../src-core/contract/containers.ts';
import { collect } from '../../src-core/images/formats/byte-source.ts';
import { readTar } from '../../src-core/images/formats/tar.ts';
import { tarEnd, tarHeader, tarPadding } from '../../src-core/images/formats/tar-writer.ts';
import { FakeIo } from './testing/fake-io.ts';
import { FakeService } from './testing/fake-service.ts';

const digest = `sha256:${'a'.repeat(64)}`;
const web: ContainerView = {
  id: '0123456789abcdef',
  name: 'web',
  image: 'nginx:1.27',
  imageId: digest,
  state: 'running',
  command: ['nginx', '-g', 'daemon off;'],
  createdAt: 0,
  startedAt: 1,
  lastEnd: null,
  restarts: 0,
  nextStartAt: null,
  health: 'healthy',
  healthOutput: null,
  terminal: false,
  interactive: false,
  limits: { memoryBytes: 64 * 1024 * 1024, cpus: 0.5, pids: 100, diskBytes: null },
  restart: { policy: 'always', mostRetries: null },
  ports: [{ protocol: 'tcp', address: '127.0.0.1', port: 8080, guestPort: 80, state: 'active', failure: null }],
  mounts: [{ kind: 'volume', volume: 'data', destination: '/srv', readOnly: true }],
  network: { id: 'n', name: 'default', address: '10.86.0.5', mac: '52:54:00:00:00:09' },
  labels: {},
  removeAtEnd: false,
  node: { id: 'm', name: 'node-1' },
  stats: null,
  failure: null,
};
const ended: ContainerView = {
  ...web,
  ...{ name: 'job', state: 'exited', startedAt: null, health: 'none', ports: [] },
  lastEnd: { kind: 'out-of-memory', at: 0, exitStatus: 137, cause: 'it needed more than 64 MiB' },
};

type Parts = NonNullable<ConstructorParameters<typeof FakeService>[0]>;

function open(parts: Parts = {}): { io: FakeIo; service: FakeService } {
  const give = () => Promise.resolve(web);
  const service = new FakeService({
    ...parts,
    containers: {
      list: () => Promise.resolve([web, ended]),
      inspect: give,
      create: give,
      start: give,
      stop: give,
      kill: give,
      update: give,
      remove: () => Promise.resolve({}),
      diff: () => Promise.resolve([{ kind: 'added', path: '/etc/\u001b[2Jmotd' }]),
      ...parts.containers,
    },
  });
  return { io: new FakeIo(service), service };
}

const inputOf = (service: FakeService, method: string) =>
  service.calls.find((each) => each.method === method)?.input as Record<string, unknown> | undefined;

describe('inn ctr ls', () => {
  it('lists what runs, and with -a what ended', async () => {
    const { io } = open();
    expect(await io.run('ctr ls')).toBe(0);
    expect(io.out).toMatch(/^web +nginx:1\.27 +running \(healthy\) +10\.86\.0\.5 +127\.0\.0\.1:8080->80\/tcp +node-1/m);
    expect(io.out).not.toContain('job');
    const all = open().io;
    await all.run('ctr ls -a');
    expect(all.out).toMatch(/^job +nginx:1\.27 +exited \(out of memory\)/m);
  });

  it('lets no file name of a guest steer the terminal', async () => {
    const { io } = open();
    expect(await io.run('ctr diff web')).toBe(0);
    expect(io.out).toBe('A /etc/ [2Jmotd\n');
  });
});

describe('inn ctr run', () => {
  const ran = (exitStatus: number | null, said = ''): Parts => ({
    containers: {
      run: (_input, stream) => {
        setTimeout(() => {
          void stream
            .write(Buffer.from(said), 1)
            .then(() => stream.end({ exitStatus, end: { kind: 'exited', at: 0, exitStatus, cause: null } }));
        }, 0);
        return Promise.resolve({ container: web });
      },
    },
  });

  it('prints what the command prints and ends with its status', async () => {
    const { io } = open(ran(3, 'hi\n'));
    expect(await io.run('ctr run --rm busybox echo hi')).toBe(3);
    expect(io.out).toBe('hi\n');
  });

  it('leaves the options behind the image to the command', async () => {
    const { io, service } = open(ran(0));
    expect(await io.run('ctr run -e A=1 busybox ls -l --rm /tmp')).toBe(0);
    expect(inputOf(service, 'containers.run')).toMatchObject({
      image: 'busybox',
      command: ['ls', '-l', '--rm', '/tmp'],
      environment: ['A=1'],
      removeAtEnd: false,
    });
  });

  it('hands on everything that it is told', async () => {
    const { io, service } = open();
    const line =
      'ctr run -d --name web -p 8080:80 -p 0.0.0.0:53:53/udp -p 81 -v data:/srv:ro -v ./site:/www --tmpfs /run:16M ' +
      '--memory 64M --cpus 0.5 --restart on-failure:3 --health-cmd true --health-interval 5s --read-only ' +
      '--network lab -u 1000:1000 -w /srv --init --cap-drop ALL nginx:1.27';
    expect(await io.run(line)).toBe(0);
    expect(io.out).toBe(`${web.id}\n`);
    expect(inputOf(service, 'containers.create')).toMatchObject({
      image: 'nginx:1.27',
      name: 'web',
      ports: [
        { protocol: 'tcp', address: '127.0.0.1', port: 8080, containerPort: 80 },
        { protocol: 'udp', address: '0.0.0.0', port: 53, containerPort: 53 },
        { protocol: 'tcp', address: '127.0.0.1', containerPort: 81 },
      ],
      mounts: [
        { kind: 'volume', volume: 'data', destination: '/srv', readOnly: true },
        { kind: 'folder', directory: '/home/me/site', destination: '/www', readOnly: false },
        { kind: 'tmpfs', destination: '/run', sizeBytes: 16 * 1024 * 1024 },
      ],
      limits: { memoryBytes: 64 * 1024 * 1024, cpus: 0.5, pids: 2048, diskBytes: null },
      restart: { policy: 'on-failure', mostRetries: 3 },
      healthCheck: { command: ['/bin/sh', '-c', 'true'], intervalMs: 5000, retries: 3 },
      ...{ readOnlyRoot: true, network: 'lab', user: '1000:1000', workingDirectory: '/srv', init: true },
      dropCapabilities: ['ALL'],
      start: true,
    });
  });

  it('ends with 125 when the engine fails, and says why', async () => {
    const refuse = (): never => {
      const hint = 'Publish 8081 instead.';
      throw new AppError({ code: 'already-exists', doing: 'run nginx', because: 'port 8080 is taken', hint });
    };
    const { io } = open({ containers: { run: refuse, create: refuse } });
    expect(await io.run('ctr run nginx')).toBe(125);
    expect(io.err).toBe('inn: failed to run nginx: port 8080 is taken\nPublish 8081 instead.\n');
    expect(await open({ containers: { create: refuse } }).io.run('ctr run -d nginx')).toBe(125);
  });

  it('tells an end by lack of memory', async () => {
    const { io } = open({
      containers: {
        run: (_input, stream) => {
          const cause = 'it needed more than 64 MiB';
          setTimeout(
            () => stream.end({ exitStatus: 137, end: { kind: 'out-of-memory', at: 0, exitStatus: 137, cause } }),
            0,
          );
          return Promise.resolve({ container: web });
        },
      },
    });
    expect(await io.run('ctr run busybox hog')).toBe(137);
    expect(io.err).toBe('inn: it needed more than 64 MiB\n');
  });

  it.each([
    ['-p', 'http:80'],
    ['-p', '70000:80'],
    ['-v', 'nothing'],
    ['--memory', 'much'],
    ['--restart', 'sometimes'],
    ['--cpus', '0'],
  ])('refuses %s %s as wrong usage', async (option, value) => {
    const { io, service } = open();
    expect(await io.run(`ctr run ${option} ${value} busybox`)).toBe(2);
    expect(service.calls).toEqual([]);
  });

  it('lets go of a container at Ctrl-P Ctrl-Q, which goes on', async () => {
    const typed: string[] = [];
    const { io } = open({
      containers: {
        attach: (_input, stream) => {
          stream.onData((bytes, _channel, done) => {
            typed.push(Buffer.from(bytes).toString());
            done();
          });
          return Promise.resolve({ terminal: true, interactive: true });
        },
      },
    });
    io.becomeTerminal();
    const end = io.run('ctr attach web');
    io.stdin.write('a\u0010');
    await new Promise((resolve) => setTimeout(resolve, 20));
    io.stdin.write('b');
    await new Promise((resolve) => setTimeout(resolve, 20));
    io.stdin.write('c\u0010\u0011d');
    expect(await end).toBe(0);
    expect(typed.join('')).toBe('a\u0010bc');
    expect(io.rawModes).toEqual([true, false]);
  });
});

describe('inn ctr update', () => {
  it('changes what is named only, and takes limits away', async () => {
    const { io, service } = open();
    const status = await io.run('ctr update web --memory none --restart no --unpublish');
    expect(io.err).toBe('');
    expect(status).toBe(0);
    expect(inputOf(service, 'containers.update')).toEqual({
      container: 'web',
      limits: { memoryBytes: null },
      restart: { policy: 'no', mostRetries: null },
      ports: [],
    });
    expect(await open().io.run('ctr update web')).toBe(2);
  });
});

describe('inn ctr logs', () => {
  const lines: LogLine[] = [
    { at: 0, stream: 'stdout', text: 'on', goesOn: true },
    { at: 1000, stream: 'stderr', text: 'twö' },
    { at: 2000, stream: 'stdout', text: 'e' },
  ];
  const cut = Buffer.byteLength(JSON.stringify(lines[2])) + 5;
  const parts: Parts = {
    containers: {
      logs: async (_input, stream) => {
        const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
        setTimeout(() => {
          // Cut inside a letter.
          void stream
            .write(bytes.subarray(0, bytes.length - cut))
            .then(() => stream.write(bytes.subarray(bytes.length - cut)))
            .then(() => stream.end({ reason: 'end' }));
        }, 0);
        return Promise.resolve({});
      },
    },
  };

  it('prints each line where it was printed, also one that is kept in pieces', async () => {
    const { io } = open(parts);
    expect(await io.run('ctr logs -t -n 2 web')).toBe(0);
    expect(io.out).toBe('1970-01-01T00:00:00.000Z one\n');
    expect(io.err).toBe('1970-01-01T00:00:01.000Z twö\n');
  });

  it('prints JSON', async () => {
    const { io } = open(parts);
    await io.run('ctr logs --json web');
    expect(
      io.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(lines);
  });
});

describe('inn ctr cp', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inn-ctr-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const archive = (path: string, text: string): Buffer => {
    const content = Buffer.from(text);
    const item = { path, type: 'file', target: '', mode: 0o644, owner: 0, group: 0, modifiedAt: 0 } as const;
    return Buffer.concat([
      tarHeader({ ...item, sizeBytes: content.length }),
      content,
      tarPadding(content.length),
      tarEnd(),
    ]);
  };

  it('brings a file of a container here', async () => {
    const { io } = open({
      containers: {
        readFiles: (_input, stream) => {
          setTimeout(() => void stream.write(archive('motd', 'hello')).then(() => stream.end({})), 0);
          return Promise.resolve({ kind: 'file', name: 'motd' });
        },
      },
    });
    expect(await io.run(`ctr cp web:/etc/motd ${folder}`)).toBe(0);
    expect(await readFile(join(folder, 'motd'), 'utf8')).toBe('hello');
    expect(io.out).toBe('Copied 1 file, 5\n');
  });

  it('takes a file there, under the name that is asked for', async () => {
    const taken = new PassThrough();
    const { io, service } = open({
      containers: {
        readFiles: () => Promise.reject(new AppError({ code: 'not-found', doing: 'x', because: 'it is not there' })),
        writeFiles: (_input, stream) => {
          stream.onData((bytes, _channel, done) => void taken.write(bytes, () => done()));
          stream.onFinish(() => {
            taken.end();
            stream.end({});
          });
          return Promise.resolve({});
        },
      },
    });
    await writeFile(join(folder, 'here'), 'content');
    expect(await io.run(`ctr cp ${folder}/here web:/etc/there`)).toBe(0);
    expect(inputOf(service, 'containers.writeFiles')).toEqual({ container: 'web', directory: '/etc' });
    const found: Record<string, string> = {};
    for await (const entry of readTar(taken, 'the archive')) {
      found[entry.path] = Buffer.from(await collect(entry.content, 1000, 'it')).toString();
    }
    expect(found).toEqual({ there: 'content' });
  });

  it('wants one side to be a container', async () => {
    const { io } = open();
    expect(await io.run('ctr cp web:/a other:/b')).toBe(1);
    expect(io.err).toContain('both are in containers');
  });
});

describe('inn ctr login', () => {
  it('reads the password from standard input, never from the command line', async () => {
    const { io, service } = open({ containerImages: { login: () => Promise.resolve({}) } });
    io.stdin.end('secret\n');
    expect(await io.run('ctr login registry.example -u ada')).toBe(0);
    expect(inputOf(service, 'containerImages.login')).toEqual({
      registry: 'registry.example',
      user: 'ada',
      password: 'secret',
    });
    const { io: silent } = open();
    silent.stdin.end('');
    expect(await silent.run('ctr login registry.example -u ada')).toBe(1);
  });
});
