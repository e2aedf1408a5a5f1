import { test as base } from 'vitest';
import { openApp } from './electron-app.ts';
import { makeHome } from './home.ts';
import { shotsOf } from './shots.ts';

/** Tests of one file that share one app on one empty data directory: what one of them makes, the next finds. */
export const test = base
  .extend('home', { scope: 'file' }, async ({}, { onCleanup }) => {
    const home = makeHome();
    onCleanup(() => home.remove());
    return home;
  })
  .extend('window', { scope: 'file' }, async ({ home }, { onCleanup }) => {
    const window = await openApp(home.path);
    onCleanup(() => window.close());
    await window.page.getByText('No machines yet').waitFor();
    return window;
  })
  .extend('page', { scope: 'file' }, ({ window }) => window.page);

// A picture says more than the place where a test gave up.
test.afterEach(async ({ page, task }) => {
  if (task.result?.state === 'fail') await shotsOf(page, 'failed')(task.name.replaceAll(/\W+/g, '-').slice(0, 60));
});
