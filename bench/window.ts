/**
 * What a person feels at a console, measured in the real window: how long a key takes to its echo, and whether the
 * window answers while a guest floods its terminal. After a build:
 *
 *     node bench/window.ts [MILLISECONDS OF FLOOD]
 */
import { dirname } from 'node:path';
import type { Page } from 'playwright';
import { createAndStart } from '../e2e/journeys/create-and-start.ts';
import { typeLine, waitForPrompt } from '../e2e/window/console.ts';
import { openApp } from '../e2e/window/electron-app.ts';
import { makeHome } from '../e2e/window/home.ts';
import { ensureBuilt } from '../src-main/setup/build.ts';
import { electronExecutable } from '../src-main/setup/electron-binary.ts';

const KEYS = 200;
const FLOOD_MS = Number(process.argv[2] ?? 30_000);
const CLICK_EVERY_MS = 150;

function quantile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * fraction))] ?? Number.NaN;
}

function report(what: string, values: readonly number[]): void {
  const figures = [0.5, 0.95, 1].map((fraction) => quantile(values, fraction).toFixed(1).padStart(8));
  console.log(`${what.padEnd(44)}${figures.join('')}   (${values.length})`);
}

/** Notes when each message from the service reaches the page, before anything else looks at it. */
async function watchArrivals(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const arrivals: number[] = [];
    Object.assign(globalThis, { arrivals });
    const { addEventListener } = MessagePort.prototype;
    MessagePort.prototype.addEventListener = function (this: MessagePort, type: string, ...rest: unknown[]) {
      if (type === 'message') {
        addEventListener.call(this, 'message', (event) => {
          const { data } = event as MessageEvent<{ kind?: string }>;
          if (data.kind === 'data') arrivals.push(performance.now());
        });
      }
      addEventListener.call(this, type, ...(rest as [EventListener]));
    } as typeof addEventListener;
  });
}

interface Echo {
  readonly arrivedMs: number;
  readonly paintedMs: number;
}

/** Presses one key in the page and waits for its echo. */
function pressKey(page: Page): Promise<Echo> {
  return page.evaluate(async () => {
    const { arrivals } = globalThis as unknown as { arrivals: number[] };
    const area = document.querySelector<HTMLTextAreaElement>('.xterm-helper-textarea')!;
    const rows = document.querySelector('.xterm-rows')!;
    const before = arrivals.length;
    const pressed = performance.now();
    area.dispatchEvent(
      new KeyboardEvent('keydown', { key: 'x', code: 'KeyX', keyCode: 88, bubbles: true, cancelable: true }),
    );
    area.dispatchEvent(
      new KeyboardEvent('keypress', { key: 'x', charCode: 120, keyCode: 120, bubbles: true, cancelable: true }),
    );
    await new Promise<void>((resolve) => {
      const observer = new MutationObserver(() => {
        if (arrivals.length === before) return;
        observer.disconnect();
        resolve();
      });
      observer.observe(rows, { childList: true, subtree: true, characterData: true });
    });
    // xterm draws in the frame's own callback, just before it is painted.
    return { arrivedMs: arrivals[before]! - pressed, paintedMs: performance.now() - pressed };
  });
}

async function measureEcho(page: Page): Promise<void> {
  await typeLine(page, 'clear; dmesg -n 1; echo measured-$((1+1))', /^measured-2$/m);
  await page.keyboard.type('cat > /dev/null\n');
  await page.waitForTimeout(500);
  const echoes: Echo[] = [];
  for (let count = 0; count < KEYS; count += 1) {
    echoes.push(await pressKey(page));
    if (count % 50 === 49) await page.keyboard.type('\n');
    // A person types; without a pause the guest would never go idle between two keys.
    await page.waitForTimeout(30);
  }
  await page.keyboard.press('Control+c');
  report(
    'key to its echo in the page',
    echoes.map(({ arrivedMs }) => arrivedMs),
  );
  report(
    'key to its echo drawn by the terminal',
    echoes.map(({ paintedMs }) => paintedMs),
  );
}

/** From an input's own time stamp to the frame after it. */
function watchInput(page: Page): Promise<void> {
  return page.evaluate(() => {
    const delays: number[] = [];
    Object.assign(globalThis, { delays });
    document.addEventListener(
      'pointerdown',
      ({ timeStamp }) =>
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => delays.push(performance.now() - timeStamp);
          port2.postMessage(null);
        }),
      { capture: true },
    );
  });
}

async function memoryMiB(app: Awaited<ReturnType<typeof openApp>>['app']): Promise<number> {
  const kib = await app.evaluate(({ app: electron }) =>
    electron.getAppMetrics().reduce((sum, { memory }) => sum + memory.workingSetSize, 0),
  );
  return kib / 1024;
}

async function measureFlood(window: Awaited<ReturnType<typeof openApp>>): Promise<void> {
  const { page, app } = window;
  await watchInput(page);
  await page.keyboard.type('cat /dev/zero | base64\n');
  await page.waitForTimeout(3000);
  const before = await memoryMiB(app);
  const bytesBefore = await page.evaluate(() => (globalThis as unknown as { arrivals: number[] }).arrivals.length);
  const until = Date.now() + FLOOD_MS;
  const memory: number[] = [];
  while (Date.now() < until) {
    await page.mouse.click(900, 72);
    await page.waitForTimeout(CLICK_EVERY_MS);
    memory.push(await memoryMiB(app));
  }
  const pieces =
    (await page.evaluate(() => (globalThis as unknown as { arrivals: number[] }).arrivals.length)) - bytesBefore;
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.press('Control+c');
  const delays = await page.evaluate(() => (globalThis as unknown as { delays: number[] }).delays);
  report('input to the next frame under flood', delays);
  console.log(`${'pieces of output in that time'.padEnd(44)}${String(pieces).padStart(8)}`);
  console.log(
    `${'memory of the app: before, after, most (MiB)'.padEnd(44)}${[before, ...memory.slice(-1), Math.max(...memory)].map((mib) => mib.toFixed(0).padStart(8)).join('')}`,
  );
}

process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??= dirname(await electronExecutable());
ensureBuilt();
const home = makeHome();
const window = await openApp(home.path);
try {
  await watchArrivals(window.page);
  await window.page.reload();
  await createAndStart(window.page, () => Promise.resolve());
  await waitForPrompt(window.page);
  console.log(`${'milliseconds'.padEnd(44)}${['median', 'p95', 'most'].map((word) => word.padStart(8)).join('')}`);
  await measureEcho(window.page);
  await measureFlood(window);
} finally {
  await window.close();
  home.remove();
}
