import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../host/testing/memory-files.ts';
import { tarEnd, tarHeader } from '../../images/formats/tar-writer.ts';
import type { Hasher } from '../../images/workshop.ts';
import type { Step as RunStep } from '../engine/step-runner.ts';
import type { ContainerImages } from '../oci/container-images.ts';
import { BuildCache } from './build-cache.ts';
import type { BuildRequest, BuildSurroundings } from './build-surroundings.ts';
import { buildImage } from './builder.ts';
import { FakeImages } from './testing/fake-images.ts';
import { MemoryTree } from './testing/memory-tree.ts';

function sha256(): Hasher {
  const hash = createHash('sha256');
  return { update: (bytes) => void hash.update(bytes), digest: () => hash.digest('hex') };
}

let images: FakeImages;
let files: MemoryFiles;
let ran: RunStep[];
let exitStatus: number;
let said: string;

beforeEach(async () => {
  images = new FakeImages();
  files = new MemoryFiles();
  ran = [];
  exitStatus = 0;
  said = '';
  await images.base('debian:13', ['PATH=/usr/bin', 'LANG=C']);
});

function around(): BuildSurroundings {
  return {
    images: images as unknown as ContainerImages,
    ensure: (name) => images.ensure(name),
    steps: {
      run: async (step) => {
        ran.push(step);
        step.output(new TextEncoder().encode('working\n'), 'stdout');
        if (exitStatus === 0) {
          const path = `made-by-${ran.length}`;
          const item = {
            path,
            type: 'file',
            mode: 0o644,
            owner: 0,
            group: 0,
            modifiedAt: 0,
            sizeBytes: 0,
            target: '',
          } as const;
          await step.changes(pieces(tarHeader(item), tarEnd()));
        }
        return { exitStatus, outOfMemory: false };
      },
    },
    cache: new BuildCache(files, '/build-cache.json', sha256),
    clock: { now: () => 1000, after: () => ({ dispose: () => undefined }) },
    sha256,
    tree: (diffIds) =>
      new MemoryTree(Object.assign({}, ...diffIds.map((id) => images.filesOf(id))) as Record<string, string>),
    unpack: ({ directory }) =>
      pieces(
        tarHeader({
          ...{ path: `${directory}/unpacked`, type: 'file', mode: 0o644, owner: 0, group: 0 },
          ...{ modifiedAt: 0, sizeBytes: 0, target: '' },
        }),
      ),
  };
}

async function* pieces(...all: Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  await Promise.resolve();
  yield* all;
}

function build(containerfile: string, options: Partial<BuildRequest> = {}) {
  const request = {
    ...{ containerfile, context: new MemoryTree({ 'site/index.html': 'hello', a: 'A', 'b.tar': 'x' }) },
    ...{ tags: ['web:1'], arguments: {}, target: null, noCache: false, renew: false },
    ...options,
  };
  said = '';
  const output = (bytes: Uint8Array): void => void (said += new TextDecoder().decode(bytes));
  return buildImage(request, around(), { signal: new AbortController().signal, progress: () => undefined, output });
}

describe('a build', () => {
  it('makes an image of a base, commands and files, with how it is run', async () => {
    const made = await build(
      'ARG V=13\nFROM debian:$V\nENV A=1 B="$A 2"\nRUN make $A\nCOPY site /srv\nWORKDIR /srv\nUSER 1000\nEXPOSE 80\n' +
        'LABEL a="b c"\nVOLUME /data\nSTOPSIGNAL SIGQUIT\nHEALTHCHECK CMD true\nENTRYPOINT ["serve"]\nCMD -p 80\n',
    );
    expect(made.settings).toEqual({
      entrypoint: ['serve'],
      command: ['/bin/sh', '-c', '-p 80'],
      environment: ['PATH=/usr/bin', 'LANG=C', 'A=1', 'B= 2'],
      workingDirectory: '/srv',
      user: '1000',
      ports: [{ protocol: 'tcp', port: 80 }],
      volumes: ['/data'],
      labels: { a: 'b c' },
      stopSignal: 'SIGQUIT',
      healthCheck: {
        ...{ command: ['/bin/sh', '-c', 'true'], intervalMs: 30_000, timeoutMs: 30_000 },
        ...{ retries: 3, startPeriodMs: 0 },
      },
    });
    expect(ran[0]).toMatchObject({
      command: ['/bin/sh', '-c', 'make $A'],
      workingDirectory: '/',
      user: '',
      network: 'default',
    });
    expect(ran[0]?.environment).toEqual(['PATH=/usr/bin', 'LANG=C', 'A=1', 'B= 2']);
    expect(images.filesOf(made.layers[1]?.diffId)).toEqual({ 'srv/': '', 'srv/index.html': 'hello' });
    expect(made.layers).toHaveLength(2);
    expect(made.history.filter(({ emptyLayer }) => !emptyLayer).map(({ createdBy }) => createdBy)).toEqual([
      'RUN make $A',
      'COPY site /srv',
    ]);
    expect(images.images.get('web:1')).toBe(made);
    expect(said).toContain('Step 3 of 13: RUN make $A\nworking\n');
  });

  it('makes each layer to lie upon those before it', async () => {
    const { layers } = await build('FROM debian:13\nRUN one\nCOPY a /etc/\nWORKDIR /srv/new\nRUN two\n');
    const diffIds = layers.map(({ diffId }) => diffId);
    expect(diffIds.map((diffId) => images.upon.get(diffId))).toEqual(diffIds.map((_, at) => diffIds.slice(0, at)));
  });

  it('takes layers that it made before, until something of them is another', async () => {
    const text = 'FROM debian:13\nRUN one\nCOPY a /etc/\nRUN two\n';
    const first = await build(text);
    const again = await build(text);
    expect(ran).toHaveLength(2);
    expect(again.layers).toEqual(first.layers);
    expect(said).toContain('as it was made before');
    await build(text, { context: new MemoryTree({ a: 'other' }) });
    expect(ran.map(({ command }) => command[2])).toEqual(['one', 'two', 'two']);
    await build(text, { noCache: true });
    expect(ran).toHaveLength(5);
    await build('FROM debian:13\nENV X=1\nRUN one\n');
    expect(ran).toHaveLength(6);
  });

  it('does a step again whose layer is gone', async () => {
    const text = 'FROM debian:13\nRUN one\n';
    await build(text);
    images.layers.clear();
    await build(text);
    expect(ran).toHaveLength(2);
  });

  it('copies from stages and images, and leaves out stages that nothing comes from', async () => {
    const made = await build(
      'FROM debian:13 AS tools\nRUN one\nFROM debian:13 AS unused\nRUN never\nFROM scratch\nCOPY --from=tools made-by-1 /bin/\nCOPY --from=0 made-by-1 /x\n',
    );
    expect(ran.map(({ command }) => command[2])).toEqual(['one']);
    expect(made.settings.environment).toEqual([]);
    expect(made.layers.map(({ diffId }) => Object.keys(images.filesOf(diffId)))).toEqual([
      ['bin/', 'bin/made-by-1'],
      ['x'],
    ]);
  });

  it('builds up to a stage', async () => {
    const text = 'FROM debian:13 AS one\nENV A=1\nFROM one AS two\nENV B=2\n';
    expect((await build(text, { target: 'one' })).settings.environment).toContain('A=1');
    expect((await build(text, { target: 'one' })).settings.environment).not.toContain('B=2');
    expect((await build(text)).settings.environment).toEqual(['PATH=/usr/bin', 'LANG=C', 'A=1', 'B=2']);
    await expect(build(text, { target: 'three' })).rejects.toThrow('there is no stage three');
  });

  it('has arguments: given, preset, of before the first FROM; the image does not keep them', async () => {
    const made = await build('ARG G=global\nFROM debian:13\nARG G\nARG P=preset\nARG V=not\nRUN x\nENV E=$G$P$V\n', {
      arguments: { V: 'given', http_proxy: 'http://p' },
    });
    expect(ran[0]?.environment).toEqual([
      'http_proxy=http://p',
      'G=global',
      'P=preset',
      'V=given',
      'PATH=/usr/bin',
      'LANG=C',
    ]);
    expect(made.settings.environment).toContain('E=globalpresetgiven');
    expect(made.settings.environment).not.toContain('V=given');
  });

  it('keeps a CMD of its own at an ENTRYPOINT, and drops that of its base', async () => {
    expect((await build('FROM debian:13\nENTRYPOINT ["a"]\n')).settings.command).toEqual([]);
    expect((await build('FROM debian:13\nCMD ["b"]\nENTRYPOINT ["a"]\n')).settings.command).toEqual(['b']);
    expect((await build('FROM debian:13\n')).settings.command).toEqual(['sh']);
  });

  it('unpacks archives at ADD, with another shell where that is said', async () => {
    const made = await build('FROM debian:13\nADD b.tar /opt\nSHELL ["/bin/bash", "-c"]\nRUN x\n');
    expect(Object.keys(images.filesOf(made.layers[0]?.diffId))).toEqual(['opt/', 'opt/unpacked']);
    expect(ran[0]?.command).toEqual(['/bin/bash', '-c', 'x']);
  });

  it('makes the directories of WORKDIR', async () => {
    const made = await build('FROM debian:13\nWORKDIR /a/b\nWORKDIR c\nWORKDIR /a\n');
    expect(made.layers.map(({ diffId }) => Object.keys(images.filesOf(diffId)))).toEqual([['a/', 'a/b/'], ['a/b/c/']]);
    expect(made.settings.workingDirectory).toBe('/a');
  });

  it('fails with the line, and keeps what was made for the next try', async () => {
    exitStatus = 0;
    const text = 'FROM debian:13\nRUN one\nRUN two\n';
    await build('FROM debian:13\nRUN one\n');
    exitStatus = 7;
    await expect(build(text)).rejects.toThrow('line 3: "RUN two" ended with status 7');
    exitStatus = 0;
    await build(text);
    expect(ran.map(({ command }) => command[2])).toEqual(['one', 'two', 'two']);
    await expect(build('FROM nowhere\n')).rejects.toThrow('line 1: no registry has nowhere');
    await expect(build('FROM debian:13\nRUN ${A\nENV X=${A\n')).rejects.toThrow('line 3: ');
    await expect(build('ARG X\nFROM $X\n')).rejects.toThrow('line 2: $X is empty');
  });

  it('ends when it is cancelled', async () => {
    const abort = new AbortController();
    abort.abort();
    const request = {
      ...{ containerfile: 'FROM debian:13\nRUN x\n', context: new MemoryTree({}), tags: [] },
      ...{ arguments: {}, target: null, noCache: false, renew: false },
    };
    const work = { signal: abort.signal, progress: () => undefined, output: () => undefined };
    await expect(buildImage(request, around(), work)).rejects.toThrow('cancelled');
    expect(ran).toEqual([]);
  });
});
