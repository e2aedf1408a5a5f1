import { AGENT_PORT_NAME } from '../protocol.ts';
import { watchChildren } from './children.ts';
import { AgentPort } from './port.ts';
import { os, print, scriptArgs, std } from './quickjs.ts';
import { AgentServer } from './server.ts';

/** Must neither end the agent nor be ignored by programs: SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU. */
const UNHEARD_SIGNALS = [1, 2, 3, 13, 20, 21, 22];
/** The port may come later than we do, or belong to an agent that is just ending. */
const OPEN_AGAIN_MS = 1000;

/**
 * Started by the guest's init as `qjs --std -m agent.js [PORT]`; runs as long as the guest. PORT is a path, or the
 * number of a descriptor that whoever starts it has opened.
 */
function main(): void {
  keepStandardDescriptors();
  watchChildren();
  // Not "ignore": programs would inherit that, but they get the default back where there was a handler. A shell that
  // starts us in the background has even set some of them to be ignored.
  for (const signal of UNHEARD_SIGNALS) os.signal(signal, () => undefined);
  const port = scriptArgs[1] ?? `/dev/virtio-ports/${AGENT_PORT_NAME}`;
  if (/^\d+$/.test(port)) serve(Number(port), true, port);
  else openPort(port);
}

/** Pipes must not become descriptors 0 to 2, which a child gets anew. */
function keepStandardDescriptors(): void {
  let fd = os.open('/dev/null', os.O_RDWR);
  while (fd >= 0 && fd < 3) fd = os.open('/dev/null', os.O_RDWR);
  if (fd >= 3) os.close(fd);
}

function openPort(path: string): void {
  const fd = AgentPort.open(path);
  if (fd < 0) {
    os.setTimeout(() => openPort(path), OPEN_AGAIN_MS);
    return;
  }
  serve(fd, false, path);
}

function serve(fd: number, blocks: boolean, name: string): void {
  const port = new AgentPort(fd, blocks, (errno) => {
    print(`${name} cannot be used any more: errno ${errno}`);
    // Init starts us again.
    std.exit(1);
  });
  new AgentServer(port).start();
}

main();
