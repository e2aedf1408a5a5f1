import type { InnkeeperClient } from '../../src-core/contract/contract.ts';

type Stream = Awaited<ReturnType<InnkeeperClient['machines']['console']>>;

const BOOT = [
  '[    0.000000] Linux version 6.12.48+deb13-riscv64 (debian-kernel@lists.debian.org)',
  '[    0.000000] Machine model: Innkeeper virtual machine',
  '[    0.214313] \x1b[32mvirtio_console\x1b[0m: registered hvc0',
  '[    0.318222] Run /init as init process',
  '',
  'Debian GNU/Linux 13 (tiny) – see https://www.debian.org/',
  '',
].join('\r\n');

/** Echoes what is typed; `flood` and Enter make it send without end, as `cat /dev/zero | base64` does. */
export function consoleStream(): Stream {
  let send: (bytes: Uint8Array) => Promise<void> = () => Promise.resolve();
  let line = '';
  const encoder = new TextEncoder();
  const prompt = '\x1b[1;32m/ #\x1b[0m ';

  async function flood(): Promise<void> {
    const bytes = encoder.encode(`${'A'.repeat(76)}\r\n`.repeat(840));
    for (;;) await send(bytes);
  }

  return {
    opened: { scrollbackBytes: 0 },
    onData: (handler) => {
      send = (bytes) =>
        new Promise((resolve) => {
          void handler(bytes, 0, resolve);
        });
      void send(encoder.encode(BOOT + prompt));
    },
    write: async (bytes) => {
      const text = new TextDecoder().decode(bytes);
      for (const letter of text) {
        if (letter !== '\r') line += letter;
        await send(encoder.encode(letter === '\r' ? `\r\n${prompt}` : letter));
        if (letter !== '\r') continue;
        if (line === 'flood') void flood();
        line = '';
      }
    },
    finish: () => undefined,
    control: () => undefined,
    result: new Promise(() => undefined),
    close: () => undefined,
  };
}
