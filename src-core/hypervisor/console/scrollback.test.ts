import headless from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Scrollback } from './scrollback.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** What a terminal shows after these bytes, and what it would have answered to the guest. */
async function shown(bytes: Uint8Array): Promise<{ screen: string[]; answers: string; alternate: boolean }> {
  const terminal = new headless.Terminal({ cols: 40, rows: 8, scrollback: 0, allowProposedApi: true });
  let answers = '';
  terminal.onData((answer) => (answers += answer));
  await new Promise<void>((resolve) => terminal.write(bytes, resolve));
  const { active } = terminal.buffer;
  const screen = Array.from(
    { length: 8 },
    (_, row) => active.getLine(active.baseY + row)?.translateToString(true) ?? '',
  );
  terminal.dispose();
  return { screen, answers, alternate: active.type === 'alternate' };
}

describe('a scrollback', () => {
  it('gives back what was written while there is room, byte for byte', () => {
    const scrollback = new Scrollback(1 << 16);
    for (const piece of ['Linux ', 'boots …\r\n', '\x1b[1;32mlogin:\x1b[0m ']) scrollback.append(bytesOf(piece));
    expect(textOf(scrollback.replay())).toBe('Linux boots …\r\n\x1b[1;32mlogin:\x1b[0m ');
  });

  it('stays within its bound under a flood', () => {
    const scrollback = new Scrollback(64 * 1024);
    for (let n = 0; n < 2000; n++) scrollback.append(bytesOf('y'.repeat(997) + '\r\n'));
    expect(scrollback.replay().length).toBeLessThanOrEqual(64 * 1024);
    expect(scrollback.replay().length).toBeGreaterThan(40 * 1024);
  });

  it.each([
    ['cursor position', '\x1b[6n'],
    ['device attributes', '\x1b[c\x1b[>c\x1b[=c\x1bZ'],
    ['mode', '\x1b[?2004$p'],
    ['colour', '\x1b]11;?\x07\x1b]4;1;?\x1b\\'],
    ['setting', '\x1bP$qm\x1b\\'],
    ['answerback', '\x05'],
  ])('leaves out what makes a terminal answer: %s', async (_what, query) => {
    const scrollback = new Scrollback(1 << 16);
    scrollback.append(bytesOf(`before${query}after`));
    const { screen, answers } = await shown(scrollback.replay());
    expect(screen[0]).toBe('beforeafter');
    expect(answers).toBe('');
  });

  it('does not ring or touch the clipboard again', () => {
    const scrollback = new Scrollback(1 << 16);
    scrollback.append(bytesOf('a\x07b\x1b]52;c;aGk=\x07c'));
    expect(textOf(scrollback.replay())).toBe('abc');
  });

  it('knows modes and colours that were set by what fell out', async () => {
    const scrollback = new Scrollback(32 * 1024);
    scrollback.append(bytesOf('\x1b[?1049h\x1b[?25l\x1b[31m'));
    for (let n = 0; n < 3000; n++) scrollback.append(bytesOf(`\x1b[${(n % 8) + 1};1Hline ${n}   `));
    const replay = scrollback.replay();
    expect(textOf(replay.subarray(0, 40))).toMatch(/^\x1b\[\?1049h\x1b\[\?25l\x1b\[31m\x1b\[/);
    expect((await shown(replay)).alternate).toBe(true);
  });

  it.each(['\x1b[38;5;123mX', '\x1b]0;a title\x07X', '漢X', '🙂X'])(
    'begins at a sound place when %j is cut',
    (unit) => {
      for (let offset = 1; offset <= bytesOf(unit).length; offset++) {
        const scrollback = new Scrollback(40_000);
        const piece = bytesOf('.'.repeat(16_384 - offset) + unit + '.'.repeat(16_384 * 2));
        for (let at = 0; at < piece.length; at += 16_384) scrollback.append(piece.subarray(at, at + 16_384));
        expect(textOf(scrollback.replay().subarray(0, 30))).toMatch(/^(\x1b\[38;5;123m)?X?\.+$/);
      }
    },
  );

  it('shows the same last screen as a terminal that was there all the time, wherever the bytes are cut', async () => {
    const letters = ['a', 'b', 'c', ' ', 'ä', 'ö', 'ü', '漢', '字', '🙂'];
    const piece = fc.oneof(
      fc.string({ unit: fc.constantFrom(...letters), maxLength: 60 }),
      fc.constantFrom('\x1b[1m', '\x1b[38;5;200m', '\x1b[0m', '\x1b]0;title\x07', '\x1b]2;t\x1b\\', '\x1b(B', '\x1b='),
      fc.constantFrom('\x1b[?25h', '\x1b[?7h', '\x1b[K', '\x1b[6n', '\x1bPtmux\x1b\\', '\t', '\x1b[?2004h'),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { minLength: 300, maxLength: 600 }),
        fc.integer({ min: 1, max: 50 }),
        async (pieces, size) => {
          const scrollback = new Scrollback(512);
          const whole = bytesOf(pieces.map((text) => `${text}\r\n`).join(''));
          // Guests write in pieces that respect neither characters nor sequences.
          for (let at = 0; at < whole.length; at += size * 700) scrollback.append(whole.subarray(at, at + size * 700));
          const replay = scrollback.replay();
          const { screen } = await shown(replay);
          expect(screen).toEqual((await shown(whole)).screen);
        },
      ),
      { seed: 3, numRuns: 20 },
    );
  });
});
