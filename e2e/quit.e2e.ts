import { expect, onTestFinished, test } from 'vitest';
import { waitForPrompt } from './window/console.ts';
import { type AppWindow, openApp } from './window/electron-app.ts';
import { listGuests, startGuest } from './window/guest.ts';
import { makeHome } from './window/home.ts';
import { inn } from './window/inn.ts';

/** Answers the question of how to quit, as a person would, and keeps what was asked. */
async function answerQuestion({ app }: AppWindow, response: number): Promise<void> {
  await app.evaluate(({ dialog }, chosen) => {
    dialog.showMessageBox = (...args: unknown[]) => {
      Object.assign(globalThis, { question: args.at(-1) });
      return Promise.resolve({ response: chosen, checkboxChecked: false });
    };
  }, response);
}

function closeWindow({ app }: AppWindow): Promise<void> {
  return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
}

test('closing with a guest running asks: the tray keeps it, shutting down ends it cleanly', async () => {
  const home = makeHome();
  onTestFinished(() => home.remove());
  const window = await openApp(home.path);
  onTestFinished(() => window.close());
  await window.page.getByText('No machines yet').waitFor();
  await startGuest(home.path, 'guest');
  await window.page.getByRole('link', { name: 'guest' }).click();
  await window.page.getByRole('tab', { name: 'Console' }).click();
  await waitForPrompt(window.page);

  await answerQuestion(window, 2);
  await closeWindow(window);
  const isVisible = () => window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible());
  await expect.poll(isVisible).toBe(false);
  expect(await listGuests(home.path)).toMatchObject([{ name: 'guest', state: 'running' }]);
  const question = await window.app.evaluate(
    () => (globalThis as unknown as { question: { message: string; buttons: string[] } }).question,
  );
  expect(question.message).toBe('Machine guest is running');
  expect(question.buttons).toEqual(['Suspend all', 'Shut down all', 'Keep running in the tray', 'Cancel']);

  await answerQuestion(window, 1);
  const ended = new Promise((resolve) => window.app.process().once('exit', resolve));
  await closeWindow(window).catch(() => undefined);
  expect(await ended).toBe(0);
  const listed = await inn(home.path, 'vm', 'inspect', 'guest', '--json');
  onTestFinished(async () => {
    await inn(home.path, 'stop', '--force');
  });
  expect(JSON.parse(listed.stdout)).toMatchObject({ state: 'stopped', lastEnd: { kind: 'powered-off' } });
});

test('without guests the window just closes', async () => {
  const home = makeHome();
  onTestFinished(() => home.remove());
  const window = await openApp(home.path);
  onTestFinished(() => window.close());
  await window.page.getByText('No machines yet').waitFor();
  const ended = new Promise((resolve) => window.app.process().once('exit', resolve));
  await closeWindow(window).catch(() => undefined);
  expect(await ended).toBe(0);
});

test('where a background service has the data directory, the window uses that one, and takes over when it ends', async () => {
  const home = makeHome();
  onTestFinished(() => home.remove());
  await inn(home.path, 'status');
  onTestFinished(async () => {
    await inn(home.path, 'stop', '--force');
  });
  const window = await openApp(home.path);
  onTestFinished(() => window.close());
  await window.page.getByText('No machines yet').waitFor();
  await window.page.getByRole('link', { name: 'Settings' }).click();
  await window.page.getByText('the background service').waitFor();
  expect((await inn(home.path, 'stop')).status).toBe(0);
  await window.page.getByText('this app').waitFor();
});
