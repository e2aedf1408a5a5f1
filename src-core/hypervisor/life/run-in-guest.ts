import type { AgentClient } from '../../guest/agent-client.ts';

/** A guest that says more has the rest of it in its own log. */
const MAX_OUTPUT_CHARACTERS = 4000;

/**
 * Runs a shell script in a guest to its end.
 * @param command the script, and its arguments
 * @returns what it printed on both outputs, without what could steer a terminal
 * @throws AppError when the guest cannot be reached to the end
 */
export async function runInGuest(
  agent: AgentClient,
  [script = '', ...words]: readonly string[],
  input: Uint8Array = new Uint8Array(0),
): Promise<{ readonly status: number; readonly output: string }> {
  const session = await agent.exec({ command: ['sh', '-c', script, 'innkeeper', ...words] });
  const decoder = new TextDecoder();
  let output = '';
  session.onData((bytes, _, done) => {
    if (output.length < MAX_OUTPUT_CHARACTERS) output += decoder.decode(bytes, { stream: true });
    done();
  });
  // A script that ends early leaves the rest unread; how it ended says why.
  void session.write(input).catch(() => undefined);
  session.finish();
  const { exitStatus } = await session.result;
  const printable = output.slice(0, MAX_OUTPUT_CHARACTERS).replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, ' ');
  return { status: exitStatus, output: printable };
}
