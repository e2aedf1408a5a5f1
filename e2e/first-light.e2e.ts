import { expect, onTestFinished, test } from 'vitest';
import { firstLight } from './journeys/first-light.ts';
import { openBrowser, serveWeb } from './window/browser-page.ts';
import { openApp } from './window/electron-app.ts';
import { makeHome } from './window/home.ts';
import { shotsOf } from './window/shots.ts';

test('in the app: create, boot, type, pause, resume, stop, delete, undo', async () => {
  const home = makeHome();
  onTestFinished(() => home.remove());
  const window = await openApp(home.path);
  onTestFinished(() => window.close());
  await firstLight(window.page, shotsOf(window.page, 'first-light-app'));
  expect(window.complaints).toEqual([]);
});

test('in a browser, served by inn: the same', async () => {
  const home = makeHome();
  onTestFinished(() => home.remove());
  const served = await serveWeb(home.path);
  onTestFinished(() => served.close());
  const browser = await openBrowser(served.url);
  onTestFinished(() => browser.close());
  await firstLight(browser.page, shotsOf(browser.page, 'first-light-browser'));
  expect(browser.complaints).toEqual([]);
});
