import type { ElectronApplication } from 'playwright';
import { expect } from 'vitest';
import { test } from './window/app-test.ts';
import { typeLine, waitForConsole, waitForPrompt } from './window/console.ts';
import { startGuest } from './window/guest.ts';

/** One machine, used by all tests here: booting is the slow part. */
test.beforeAll(async ({ home, page }) => {
  await startGuest(home.path, 'guest');
  await page.getByRole('link', { name: 'guest' }).click();
  await page.getByRole('tab', { name: 'Console' }).click();
  await waitForPrompt(page);
  // What the kernel still has to say would stand between what is typed and its answer.
  await typeLine(page, 'dmesg -n 1; echo quiet-$((1+1))', /^quiet-2$/m);
});

test('a machine made with inn is in the window at once', async ({ page }) => {
  expect(await page.locator('.machine-name').allInnerTexts()).toEqual(['guest']);
});

test('a console keeps what it showed while another page is open', async ({ page }) => {
  await typeLine(page, 'echo before-$((20+3))', /^before-23$/m);
  await page.getByRole('link', { name: 'Host' }).click();
  await page.getByRole('heading', { name: 'Guests' }).waitFor();
  await page.goBack();
  await waitForConsole(page, /^before-23$/m);
});

test('a console stays at its end while another tab is open', async ({ page }) => {
  await typeLine(page, 'seq 100; echo end-$((70+7))', /^end-77$/m);
  await page.getByRole('tab', { name: 'Summary' }).click();
  await page.getByText('Ready: commands can be run').waitFor();
  await page.getByRole('tab', { name: 'Console' }).click();
  await waitForConsole(page, /^end-77$/m);
});

test('a reloaded page comes back to the same console with its scrollback', async ({ page }) => {
  await typeLine(page, 'echo kept-$((30+4))', /^kept-34$/m);
  await page.reload();
  await waitForConsole(page, /^kept-34$/m);
  await typeLine(page, 'echo alive-$((30+5))', /^alive-35$/m);
});

test('the guest learns the size of the terminal, also when it changes', async ({ window, page }) => {
  const size = async (mark: string) => {
    const answer = new RegExp(`^${mark} (\\d+) (\\d+)$`, 'm');
    const text = await typeLine(page, `clear; echo ${mark} $(stty size)`, answer);
    return (answer.exec(text) ?? []).slice(1).map(Number);
  };
  const [rowsBefore = 0] = await size('large');
  const shown = await page.locator('.xterm-rows > div').count();
  expect(rowsBefore).toBe(shown);
  await resizeWindow(window.app, 1280, 600);
  await expect.poll(() => page.locator('.xterm-rows > div').count()).toBeLessThan(shown);
  const [rowsAfter = 0] = await size('small');
  expect(rowsAfter).toBeLessThan(rowsBefore);
  await resizeWindow(window.app, 1280, 800);
});

async function resizeWindow(app: ElectronApplication, width: number, height: number): Promise<void> {
  await app.evaluate(
    ({ BrowserWindow }, size) => BrowserWindow.getAllWindows()[0]?.setContentSize(size.width, size.height),
    { width, height },
  );
}

test('letters of several bytes arrive whole', async ({ page }) => {
  await typeLine(
    page,
    "printf 'h\\303\\251, \\346\\274\\242\\345\\255\\227, \\360\\237\\230\\200\\n'",
    /^hé, 漢字, 😀$/m,
  );
});

test('Ctrl+N is the guest’s in a terminal, Ctrl+Shift+K the window’s', async ({ page }) => {
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.press('Control+n');
  expect(page.url()).toContain('/console');
  await page.keyboard.press('Control+Shift+K');
  await page.getByRole('combobox', { name: 'Command' }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('combobox', { name: 'Command' }).waitFor({ state: 'detached' });
});

test('F11 gives the console the whole window, and takes it back', async ({ page }) => {
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.press('F11');
  await page.locator('.console[data-full]').waitFor();
  await typeLine(page, 'clear; echo full-$((40+4))', /^full-44$/m);
  await page.keyboard.press('F11');
  await page.locator('.console:not([data-full])').waitFor();
});

test('Ctrl+F6 leaves the terminal for the tabs', async ({ page }) => {
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.press('Control+F6');
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Console');
});

test('what is selected is copied with Ctrl+Shift+C and pasted with Ctrl+Shift+V', async ({ page }) => {
  await typeLine(page, 'clear; echo copied-$((40+2))', /^copied-42$/m);
  const row = page.locator('.xterm-rows > div', { hasText: /^copied-42/ });
  const box = await row.boundingBox();
  await page.mouse.dblclick((box?.x ?? 0) + 12, (box?.y ?? 0) + 8);
  await page.keyboard.press('Control+Shift+C');
  await page.getByText('The selection is on the clipboard').waitFor();
  await page.locator('.xterm-helper-textarea').focus();
  await page.keyboard.type('echo again-');
  await page.keyboard.press('Control+Shift+V');
  await waitForConsole(page, /echo again-copied/);
  await page.keyboard.type('\n');
});

test('a search finds a line and says how many there are', async ({ page }) => {
  await typeLine(page, 'clear; echo needle-$((1+0)); echo needle-$((1+1))', /^needle-2$/m);
  await page.keyboard.press('Control+Shift+F');
  await page.getByRole('textbox', { name: 'Search in the console' }).fill('needle-1');
  await page.getByText('1 of 1').waitFor();
  await page.keyboard.press('Escape');
});

test('a guest cannot reach the clipboard with OSC 52', async ({ window, page }) => {
  await window.app.evaluate(({ clipboard }) => clipboard.writeText('untouched'));
  await typeLine(page, "printf '\\033]52;c;c3RvbGVu\\007'; echo sent-$((50+2))", /^sent-52$/m);
  expect(await window.app.evaluate(({ clipboard }) => clipboard.readText())).toBe('untouched');
});

test('a link that a guest wrote is opened only after it was shown and agreed to', async ({ window, page }) => {
  await window.app.evaluate(({ dialog, shell }) => {
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    dialog.showMessageBox = (...args: unknown[]) => {
      asked.push((args.at(-1) as { detail: string }).detail);
      return Promise.resolve({ response: 1, checkboxChecked: false });
    };
    shell.openExternal = (url) => Promise.resolve(void asked.push(`opened ${url}`));
  });
  await typeLine(
    page,
    "clear; printf '\\033]8;;https://example.org/hidden\\007harmless\\033]8;;\\007\\n'",
    /^harmless$/m,
  );
  const box = await page.locator('.xterm-rows > div', { hasText: /^harmless/ }).boundingBox();
  // xterm looks for links when the pointer comes to another line.
  await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 108);
  await page.mouse.move((box?.x ?? 0) + 20, (box?.y ?? 0) + 8);
  await page.locator('.xterm-rows span[style*="underline"]').waitFor();
  await page.mouse.click((box?.x ?? 0) + 20, (box?.y ?? 0) + 8);
  await expect
    .poll(() => window.app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked))
    .toEqual(['https://example.org/hidden']);
});

test('a page that crashes comes back by itself, with its console', async ({ window, page }) => {
  await typeLine(page, 'echo survivor-$((60+6))', /^survivor-66$/m);
  await window.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
  );
  // A script for a page that is no more is never answered.
  const shown = () =>
    window.app.evaluate(({ BrowserWindow }) =>
      Promise.race([
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript('location.hash + document.body.innerText'),
        new Promise((resolve) => setTimeout(resolve, 500, 'no answer')),
      ]),
    );
  await expect.poll(shown, { timeout: 30_000 }).toContain('survivor-66');
});
