import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildAgent } from '../../../src-main/setup/build-agent.ts';
import { AgentClient } from '../agent-client.ts';
import { decodeJson, encodeJson } from '../ascii-json.ts';
import type { ExecRequest } from '../exec-request.ts';
import type { ExecSession } from '../exec-session.ts';
import { AgentLink, type ByteDuplex } from '../link.ts';
import { FRAME_KIND, WINDOW_BYTES, type TerminalSize } from '../protocol.ts';
import { realTimers, streamDuplex } from '../testing/stream-duplex.ts';

/**
 * The real agent on this computer's own QuickJS, connected by a socket pair; here it runs programs of this computer.
 * The same in a guest is in e2e/.
 */
const qjs = spawnSync('qjs', ['--help']).error === undefined;
if (!qjs) console.warn('No qjs (package quickjs) on this computer: the guest agent is not run here.');

let folder: string;
const processes: ChildProcess[] = [];
let client: AgentClient;

/** @returns the host's end of the connection */
function startAgent(): ByteDuplex {
  const args = ['--std', '-m', join(folder, 'agent.js'), '3'];
  const agent = spawn('qjs', args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] });
  processes.push(agent);
  return streamDuplex(agent.stdio[3] as Duplex);
}

interface Ran {
  readonly status: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

async function run(request: ExecRequest, input?: Uint8Array): Promise<Ran> {
  const session = await client.exec(request);
  const outputs: [Uint8Array[], Uint8Array[]] = [[], []];
  session.onData((bytes, channel, done) => {
    outputs[channel - 1]!.push(bytes);
    done();
  });
  if (input) await session.write(input);
  session.finish();
  const { exitStatus } = await session.result;
  return { status: exitStatus, stdout: Buffer.concat(outputs[0]), stderr: Buffer.concat(outputs[1]).toString() };
}

/** Programs take their time on a busy computer. */
const eventually = <T>(read: () => T | Promise<T>): ReturnType<typeof expect.poll<T>> =>
  expect.poll(read, { timeout: 60_000 });

const sh = (script: string): ExecRequest => ({ command: ['sh', '-c', script] });

beforeAll(async () => {
  if (!qjs) return;
  folder = mkdtempSync(join(tmpdir(), 'innkeeper-agent-'));
  writeFileSync(join(folder, 'agent.js'), await buildAgent());
  client = new AgentClient({ duplex: startAgent(), timers: realTimers, random: Math.random });
  client.start();
  await client.whenReady(20_000, 'reach the agent');
});

afterAll(() => {
  if (!qjs) return;
  client.dispose();
  for (const each of processes) each.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

describe.skipIf(!qjs)('the agent', () => {
  test('tells outputs apart and carries the exit status, also that of a signal', async () => {
    expect(await run(sh('echo $((6*7)); echo grüße >&2; exit 3'))).toEqual({
      status: 3,
      stdout: Buffer.from('42\n'),
      stderr: 'grüße\n',
    });
    expect((await run(sh('kill -TERM $$'))).status).toBe(143);
  });

  test('says as a shell does what is not there or cannot be executed', async () => {
    expect(await run({ command: ['no-such-program'] })).toMatchObject({
      status: 127,
      stderr: 'no-such-program: command not found\n',
    });
    expect(await run({ command: ['./nö/x'] })).toMatchObject({
      status: 127,
      stderr: './nö/x: no such file or directory\n',
    });
    expect(await run({ command: ['/etc/passwd'] })).toMatchObject({
      status: 126,
      stderr: '/etc/passwd: permission denied\n',
    });
    expect(await run({ command: ['/etc'] })).toMatchObject({ status: 126, stderr: '/etc: is a directory\n' });
    expect(await run({ command: ['true'], workingDirectory: '/no/such' })).toMatchObject({ status: 126 });
  });

  test('gives programs the environment and the directory that were asked for, and nothing of its own', async () => {
    const { stdout } = await run({ command: ['env'], environment: { GRUSS: 'Grüße' }, workingDirectory: '/' });
    const names = stdout
      .toString()
      .split('\n')
      .map((line) => line.split('=')[0]);
    expect(names.sort()).toEqual(['', 'GRUSS', 'HOME', 'LOGNAME', 'PATH', 'SHELL', 'USER'].sort());
    expect((await run({ command: ['pwd'], workingDirectory: '/usr/lib' })).stdout.toString()).toBe('/usr/lib\n');
  });

  test('carries much data both ways without a changed byte', async () => {
    const data = randomBytes(20_000_000);
    const { stdout } = await run({ command: ['cat'] }, data);
    expect(createHash('sha256').update(stdout).digest('hex')).toBe(createHash('sha256').update(data).digest('hex'));
    expect((await run({ command: ['wc', '-c'] }, data)).stdout.toString().trim()).toBe('20000000');
  });

  test('holds a program back whose output nobody takes, and lets the others go on', async () => {
    const flood = await client.exec({ command: ['cat', '/dev/zero'] });
    let received = 0;
    flood.onData((bytes) => (received += bytes.length));
    const others = await Promise.all(Array.from({ length: 20 }, (_, i) => run(sh(`echo ${i}; exit ${i}`))));
    expect(others.map(({ status, stdout }) => [status, stdout.toString()])).toEqual(
      Array.from({ length: 20 }, (_, i) => [i, `${i}\n`]),
    );
    await eventually(() => received).toBe(WINDOW_BYTES);
    await run(sh('sleep 0.2'));
    expect(received).toBe(WINDOW_BYTES);
    flood.close();
  });

  test('does not wait for input that nobody reads, nor for a background process for ever', async () => {
    expect((await run(sh('exec <&-; sleep 0.2; echo ok'), randomBytes(5_000_000))).stdout.toString()).toBe('ok\n');
    expect((await run(sh('sleep 60 & echo there'))).stdout.toString()).toBe('there\n');
  });

  test('ends what is closed, with all that it started', async () => {
    const session = await client.exec(sh(`sleep 71.${process.pid} & sleep 71.${process.pid}`));
    const left = async (): Promise<string> =>
      (await run(sh(`ps -e -o args= | grep -c '^[s]leep 71.${process.pid}'; true`))).stdout.toString();
    await eventually(left).toBe('2\n');
    session.close();
    await eventually(left).toBe('0\n');
  });

  test('leaves no descriptor open', async () => {
    const count = async (): Promise<string> => (await run(sh('ls /proc/$PPID/fd | wc -l'))).stdout.toString();
    const before = await count();
    for (let i = 0; i < 30; i++) await run(sh('echo; exit 1'));
    // The present command's own may be closed already, or not yet.
    await eventually(count).toBe(before);
  });

  test('says so when it is asked for what it does not know', async () => {
    const answers: unknown[] = [];
    const link = new AgentLink(startAgent(), Math.random, {
      onUp: () => {
        link.send(FRAME_KIND.message, 1, 0, encodeJson({ kind: 'exec', command: ['cat'] }));
        link.send(FRAME_KIND.message, 1, 0, encodeJson({ kind: 'frobnicate' }));
        link.send(FRAME_KIND.message, 2, 0, encodeJson({ kind: 'copy-in' }));
        link.send(FRAME_KIND.message, 3, 0, encodeJson({ kind: 'set-time', ns: 'soon' }));
        link.send(FRAME_KIND.message, 4, 0, encodeJson({ kind: 'ping' }));
      },
      onDown: (reason) => answers.push(reason),
      onFrame: ({ session, payload }) => answers.push([session, decodeJson(payload)]),
      onWritable: () => undefined,
    });
    link.start();
    await eventually(() => answers.length).toBe(6);
    expect(answers.slice(2)).toEqual([
      [1, { kind: 'unknown', of: 'frobnicate' }],
      [2, { kind: 'failed', code: 'not-supported', because: 'this agent does not know "copy-in"' }],
      [3, { kind: 'failed', code: 'invalid-input', because: expect.stringContaining('SyntaxError') as string }],
      [4, { kind: 'done' }],
    ]);
  });

  test('starts anew with a host that starts anew in the middle of everything', async () => {
    const flood = await client.exec({ command: ['cat', '/dev/zero'] });
    flood.onData((_, __, done) => done());
    client.start();
    await expect(flood.result).rejects.toMatchObject({ code: 'unavailable' });
    await client.whenReady(20_000, 'reach the agent');
    expect((await run(sh('echo again'))).stdout.toString()).toBe('again\n');
  });
});

describe.skipIf(!qjs)('a terminal', () => {
  const size: TerminalSize = { columns: 91, rows: 33 };

  async function open(script: string): Promise<{ text: () => string; session: ExecSession }> {
    const session = await client.exec({ ...sh(script), terminal: size });
    let text = '';
    session.onData((bytes, _, done) => {
      text += new TextDecoder().decode(bytes);
      done();
    });
    return { text: () => text, session };
  }

  const type = (text: string): Uint8Array => new TextEncoder().encode(text);

  test('has the size that was asked for, echoes, and carries the exit status', async () => {
    const { text, session } = await open('stty size; read line; echo "got $line"; exit 5');
    await eventually(text).toContain('33 91\r\n');
    await session.write(type('hällo\r'));
    expect(await session.result).toEqual({ exitStatus: 5 });
    expect(text()).toBe('33 91\r\nhällo\r\ngot hällo\r\n');
  });

  test('tells the program when its size changes', async () => {
    const { text, session } = await open('trap "stty size; exit 4" WINCH; echo ready; while :; do sleep 0.1; done');
    await eventually(text).toContain('ready');
    session.resize({ columns: 120, rows: 40 });
    expect(await session.result).toEqual({ exitStatus: 4 });
    expect(text()).toContain('40 120');
  });

  test('interrupts the program in its foreground by Ctrl-C and by signals, and not the others', async () => {
    const { text, session } = await open(
      'trap : INT; echo one; sleep 60; echo two; sleep 60; echo "status $?"; exit 7',
    );
    await eventually(text).toContain('one');
    await session.write(type('\u0003'));
    await eventually(text).toContain('two');
    session.signal(2);
    expect(await session.result).toEqual({ exitStatus: 7 });
    expect(text()).toContain('status 130');
  });

  test('says on itself what is not there', async () => {
    const session = await client.exec({ command: ['no-such-program'], terminal: size });
    let text = '';
    session.onData((bytes, channel) => (text += `${channel}:${new TextDecoder().decode(bytes)}`));
    expect(await session.result).toEqual({ exitStatus: 127 });
    expect(text).toBe('1:no-such-program: command not found\r\n');
  });

  test('that is closed hangs up on the program', async () => {
    const { session } = await open(`sleep 72.${process.pid}`);
    const left = async (): Promise<string> =>
      (await run(sh(`ps -e -o args= | grep -c '^[s]leep 72.${process.pid}'; true`))).stdout.toString();
    await eventually(left).toBe('1\n');
    session.close();
    await eventually(left).toBe('0\n');
  });
});
