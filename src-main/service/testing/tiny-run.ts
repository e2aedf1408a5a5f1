import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AgentClient } from '../../../src-core/guest/agent-client.ts';
import type { OwnAgent } from '../../../src-core/guest/agent-renewal.ts';
import type { ExecRequest } from '../../../src-core/guest/exec-request.ts';
import { bootFromImage } from '../../../src-core/hypervisor/life/boot-files.ts';
import { GuestDuplex } from '../../../src-core/hypervisor/pipes/guest-duplex.ts';
import type { MachineRun, RunSpec } from '../../../src-core/hypervisor/runner.ts';
import type { ImageRecord } from '../../../src-core/images/image.ts';
import { buildAgent } from '../../setup/build-agent.ts';
import { openImageRoom } from '../images/open-image-room.ts';
import { nodeClock } from '../os/node-clock.ts';
import { WorkerRunner } from '../worker-runner.ts';

/** A machine of the tiny image that runs without a service around it. */
export interface TinyRun {
  readonly run: MachineRun;
  readonly agent: AgentClient;
  readonly disks: RunSpec['disks'];
  /** Runs a shell script in the guest. @returns its status and what it printed on both outputs */
  sh(script: string, input?: Uint8Array): Promise<{ status: number; text: string }>;
  end(): Promise<void>;
}

/** Builds the image in a folder of its own, out of what has been downloaded before where it can. */
export class TinyBench {
  readonly folder: string;
  readonly record: ImageRecord;
  readonly #runner: WorkerRunner;

  private constructor(folder: string, record: ImageRecord, runner: WorkerRunner) {
    this.folder = folder;
    this.record = record;
    this.#runner = runner;
  }

  static async open(): Promise<TinyBench> {
    const folder = await mkdtemp(join(tmpdir(), 'innkeeper-tiny-'));
    const room = openImageRoom({ dataDirectory: folder, debianMirror: () => null, agentSource: buildAgent });
    const options = { signal: new AbortController().signal, progress: () => undefined };
    const record = await room.build('debian-13-tiny', options);
    await room.close();
    return new TinyBench(folder, record, await WorkerRunner.open());
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true });
  }

  /** Starts a machine and waits for its agent. */
  async start(
    name: string,
    { disks = [], cards = [], harts = 1, start = { kind: 'power-on' } }: Partial<RunSpec> = {},
    ownAgent?: OwnAgent,
  ): Promise<TinyRun> {
    const run = this.#runner.launch({
      ...{ id: name, name, harts, memoryBytes: 256 * 1024 * 1024, cpuLimit: null, disks, cards, shares: [], start },
      boot: bootFromImage(this.record, { name, disks: [], bootOrder: [] }),
    });
    const duplex = new GuestDuplex(run.agent, nodeClock);
    const agent = new AgentClient({ duplex, timers: nodeClock, random: Math.random, ownAgent });
    agent.start();
    await run.started;
    if (start.kind !== 'power-on') await run.resume();
    await agent.whenReady(120_000, 'reach the guest');
    return {
      ...{ run, agent, disks },
      sh: (script, input) => runToEnd(agent, { command: ['sh', '-c', script] }, input),
      end: async () => {
        agent.dispose();
        duplex.dispose();
        await run.terminate();
      },
    };
  }
}

async function runToEnd(agent: AgentClient, request: ExecRequest, input?: Uint8Array) {
  const session = await agent.exec(request);
  let text = '';
  session.onData((bytes, _, done) => {
    text += new TextDecoder().decode(bytes);
    done();
  });
  if (input) await session.write(input);
  session.finish();
  const { exitStatus } = await session.result;
  return { status: exitStatus, text };
}
