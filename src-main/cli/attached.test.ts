import { describe, expect, it } from 'vitest';
import { AppError } from '../../src-core/base/errors.ts';
import type { InnkeeperHandlers } from '../../src-core/contract/contract.ts';
import { settle } from '../../src-core/contract/testing/small-contract.ts';
import { STREAM_CREDIT_BYTES } from '../../src-core/contract/wire.ts';
import { FakeIo } from './testing/fake-io.ts';
import { FakeService, machineView } from './testing/fake-service.ts';

type ExecEnd = Parameters<InnkeeperHandlers['machines']['exec']>[1];
type ConsoleEnd = Parameters<InnkeeperHandlers['machines']['console']>[1];

const ready = machineView({ state: 'running', startedAt: 1, agent: 'ready' });
const allBytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);

function execSetup(onExec: (end: ExecEnd) => void, machine = ready) {
  const service = new FakeService({
    machines: {
      exec: (_input, end) => {
        onExec(end);
        return Promise.resolve({ pid: 7 });
      },
    },
  });
  service.machines.push(machine);
  return {
    service,
    io: new FakeIo(service),
    input: () => service.calls.find(({ method }) => method === 'machines.exec')?.input,
  };
}

describe('inn vm exec', () => {
  it('passes the words on, keeps output and errors apart, byte for byte, and ends with the status of the command', async () => {
    const { io, input } = execSetup((end) => {
      void end.write(allBytes, 1);
      void end.write(Buffer.from('oops'), 2);
      end.end({ exitStatus: 3 });
    });
    expect(await io.run('vm exec a -e A=1=2 -w /tmp -- sh -c exit -it')).toBe(3);
    expect([...io.outBytes]).toEqual([...allBytes]);
    expect(io.err).toBe('oops');
    expect(input()).toEqual({
      machine: 'a',
      command: ['sh', '-c', 'exit', '-it'],
      environment: { A: '1=2' },
      workingDirectory: '/tmp',
    });
  });

  it('carries standard input with -i, and its end; without, the command has none', async () => {
    const read: number[] = [];
    const echo = (end: ExecEnd) => {
      end.onData((bytes, _channel, done) => {
        read.push(...bytes);
        done();
      });
      end.onFinish(() => end.end({ exitStatus: read.length === 0 ? 9 : 0 }));
    };
    const { io } = execSetup(echo);
    io.stdin.end(Buffer.from(allBytes));
    expect(await io.run('vm exec -i a -- cat')).toBe(0);
    expect(read).toEqual([...allBytes]);
    read.length = 0;
    expect(await execSetup(echo).io.run('vm exec a -- cat')).toBe(9);
  });

  it('gives the command a terminal with -it: size, raw keys, each new size', async () => {
    let end!: ExecEnd;
    const controls: unknown[] = [];
    const { io, input } = execSetup((opened) => {
      end = opened;
      end.onControl((value) => controls.push(value));
    });
    io.becomeTerminal();
    io.environment['TERM'] = 'xterm';
    const exit = io.run('vm exec a -it -- top');
    await settle();
    expect([io.rawModes, io.unchangedOutputs]).toEqual([[true], 1]);
    expect(input()).toMatchObject({ terminal: { columns: 100, rows: 30 }, environment: { TERM: 'xterm' } });
    Object.assign(io.stdout, { columns: 120 });
    io.stdout.emit('resize');
    io.signal('SIGTERM');
    await settle();
    expect(controls).toEqual([{ resize: { columns: 120, rows: 30 } }, { signal: 'SIGTERM' }]);
    end.end({ exitStatus: 0 });
    expect(await exit).toBe(0);
    expect(io.rawModes).toEqual([true, false]);
    expect(io.listensTo).toEqual([]);
  });

  it('waits for a guest that still boots', async () => {
    const booting = machineView({ state: 'running', startedAt: 1, agent: 'waiting' });
    const { service, io, input } = execSetup((end) => end.end({ exitStatus: 0 }), booting);
    const exit = io.run('vm exec a -- true');
    await settle();
    expect(input()).toBeUndefined();
    service.tell(ready);
    expect(await exit).toBe(0);
  });

  it('fails when the guest does', async () => {
    const broken = new AppError({
      code: 'guest-failed',
      doing: 'run a command in machine a',
      because: 'the guest crashed',
    });
    const { io } = execSetup((end) => {
      void end.write(Buffer.from('partial'), 1);
      end.fail(broken);
    });
    expect(await io.run('vm exec a -- true')).toBe(1);
    expect(io.out).toBe('partial');
    expect(io.err).toBe('inn: failed to run a command in machine a: the guest crashed\n');
  });

  it('holds the guest back while nobody reads the output', async () => {
    let sent = 0;
    let end!: ExecEnd;
    const { io } = execSetup((opened) => (end = opened));
    io.stdout.removeAllListeners('data').pause();
    const exit = io.run('vm exec a -- yes');
    await settle();
    const flood = async () => {
      for (; sent < 20 * STREAM_CREDIT_BYTES; sent += 4096) await end.write(new Uint8Array(4096), 1);
      end.end({ exitStatus: 0 });
    };
    void flood();
    await settle();
    expect(sent).toBeLessThan(2 * STREAM_CREDIT_BYTES);
    let seen = 0;
    io.stdout.on('data', (chunk: Buffer) => (seen += chunk.length)).resume();
    expect(await exit).toBe(0);
    expect(seen).toBe(20 * STREAM_CREDIT_BYTES);
  });

  it('ends when nobody wants its output any more', async () => {
    const { io } = execSetup((end) => void end.write(Buffer.from('x'), 1));
    io.stdout._write = (_chunk, _encoding, done) => done(Object.assign(new Error('EPIPE'), { code: 'EPIPE' }));
    io.stdout.on('error', () => undefined);
    expect(await io.run('vm exec a -- yes')).toBe(141);
  });
});

describe('inn vm console', () => {
  function consoleSetup() {
    let end!: ConsoleEnd;
    const typed: number[] = [];
    let closed = false;
    const service = new FakeService({
      machines: {
        console: (_input, opened) => {
          end = opened;
          end.onData((bytes, _channel, done) => {
            typed.push(...bytes);
            done();
          });
          end.onClose(() => (closed = true));
          void end.write(Buffer.from('login: '));
          return Promise.resolve({ scrollbackBytes: 7 });
        },
      },
    });
    const io = new FakeIo(service);
    io.becomeTerminal();
    return { io, service, typed, end: () => end, isClosed: () => closed };
  }

  it('shows what there was and what comes, sends keys as they are, and detaches at Ctrl-]', async () => {
    const { io, service, typed, end, isClosed } = consoleSetup();
    const exit = io.run('vm console a');
    await settle();
    io.stdin.write(Buffer.from([0x03, 0xff, 0x0d]));
    void end().write(Uint8Array.of(0xe2, 0x82));
    await settle();
    io.stdin.write(Buffer.from([0x61, 0x1d, 0x62]));
    expect(await exit).toBe(0);
    await settle();
    expect(service.calls[0]?.input).toEqual({ machine: 'a', size: { columns: 100, rows: 30 } });
    expect(typed).toEqual([0x03, 0xff, 0x0d, 0x61]);
    expect([...io.outBytes]).toEqual([...Buffer.from('login: '), 0xe2, 0x82]);
    expect(io.rawModes).toEqual([true, false]);
    expect(isClosed()).toBe(true);
    expect(io.err).toContain('[detached]');
  });

  it('ends when the machine is deleted', async () => {
    const { io, end } = consoleSetup();
    const exit = io.run('vm console a');
    await settle();
    end().end({ reason: 'deleted' });
    expect(await exit).toBe(0);
    expect(io.err).toContain('[the machine was deleted]');
    expect(io.rawModes).toEqual([true, false]);
  });
});
