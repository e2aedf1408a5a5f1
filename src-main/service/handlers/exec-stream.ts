import { AppError } from '../../../src-core/base/errors.ts';
import type { InnkeeperHandlers } from '../../../src-core/contract/contract.ts';
import { EXEC_CHANNEL } from '../../../src-core/contract/machines.ts';
import type { ExecSession } from '../../../src-core/guest/exec-session.ts';
import { signalNumber } from '../../../src-core/guest/signals.ts';
import type { Hypervisor } from '../../../src-core/hypervisor/hypervisor.ts';
import type { Machine } from '../../../src-core/hypervisor/life/machine.ts';

type ExecHandler = InnkeeperHandlers['machines']['exec'];
type Stream = Parameters<ExecHandler>[1];

/** Runs a command in a guest, through its agent. */
export function execStream(hypervisor: Hypervisor): ExecHandler {
  return async ({ machine: reference, command, environment, workingDirectory, terminal }, stream) => {
    const machine = hypervisor.find(reference, 'run a command in');
    const agent = reachable(machine).agent;
    const session = await agent.exec({
      command,
      environment,
      ...(workingDirectory === undefined ? {} : { workingDirectory }),
      ...(terminal === undefined ? {} : { terminal }),
    });
    joinExec(session, stream);
    return { pid: session.pid };
  };
}

/** @throws AppError 'wrong-state' when nothing runs that could be asked */
function reachable(machine: Machine): NonNullable<Machine['live']> {
  const doing = `run a command in machine ${machine.name}`;
  if (machine.state === 'paused') {
    throw new AppError({ code: 'wrong-state', doing, because: 'it is paused', hint: 'Resume the machine first.' });
  }
  if (machine.state === 'suspended') {
    throw new AppError({ code: 'wrong-state', doing, because: 'it is suspended', hint: 'Resume the machine first.' });
  }
  if (machine.live && machine.state !== 'suspending') return machine.live;
  throw new AppError({
    code: 'wrong-state',
    doing,
    because: `it is ${machine.state}`,
    hint: 'Start the machine first.',
  });
}

/** Joins a program in a guest and a client: input, output, signals, the end. */
export function joinExec(session: ExecSession, stream: Stream): void {
  session.onData((bytes, channel, done) => {
    // A client that has gone takes its output with it; the session is closed by then.
    stream.write(bytes, channel).then(done, () => undefined);
  });
  stream.onData((bytes, channel, done) => {
    if (channel !== EXEC_CHANNEL.stdin) {
      done();
      return;
    }
    session.write(bytes).then(done, (error: unknown) => stream.fail(error));
  });
  stream.onFinish((channel) => {
    if (channel === EXEC_CHANNEL.stdin) session.finish();
  });
  stream.onControl((control) => {
    if ('resize' in control) {
      session.resize(control.resize);
      return;
    }
    const signal = signalNumber(control.signal);
    if (signal === undefined) {
      stream.fail(unknownSignal(control.signal));
      return;
    }
    session.signal(signal);
  });
  // Whoever asked may have left while the guest was still booting: then this is called at once.
  stream.onClose(() => session.close());
  session.result.then(
    (result) => stream.end(result),
    (error: unknown) => stream.fail(error),
  );
}

function unknownSignal(signal: string): AppError {
  const because = `there is no signal ${signal}`;
  return new AppError({ code: 'invalid-input', doing: 'signal the command', because, hint: 'Name one as SIGINT.' });
}
