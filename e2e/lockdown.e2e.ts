import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { test } from './window/app-test.ts';
import { openApp } from './window/electron-app.ts';

test('the page comes from its own scheme and sees nothing of Node or Electron', async ({ page }) => {
  expect(page.url()).toMatch(/^app:\/\/innkeeper\/index\.html/);
  const seen = await page.evaluate(() =>
    ['require', 'process', 'module', 'Buffer'].filter((name) => name in globalThis),
  );
  expect(seen).toEqual([]);
});

test('the page is isolated and sandboxed', async ({ window }) => {
  const preferences = await window.app.evaluate(({ BrowserWindow }) => {
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences(): Record<string, unknown>;
    };
    const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } = contents.getLastWebPreferences();
    return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag };
  });
  expect(preferences).toEqual({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    webSecurity: true,
    webviewTag: false,
  });
});

test('the content security policy forbids scripts of its own making and every connection', async ({ page }) => {
  const refused = await page.evaluate(async () => {
    const blocked: string[] = [];
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => blocked.push(effectiveDirective));
    const script = document.createElement('script');
    script.textContent = 'window.planted = true';
    document.body.append(script);
    await fetch('https://example.org/').catch(() => undefined);
    const image = new Image();
    image.src = 'https://example.org/x.png';
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { blocked, planted: 'planted' in globalThis };
  });
  expect(refused.planted).toBe(false);
  expect(refused.blocked).toEqual(expect.arrayContaining(['script-src-elem', 'connect-src', 'img-src']));
});

test('the page cannot be led elsewhere, and opens no other window', async ({ window, page }) => {
  await page.evaluate(() => {
    globalThis.open('https://example.org/');
    globalThis.location.href = 'https://example.org/';
  });
  await page.waitForTimeout(500);
  expect(page.url()).toMatch(/^app:\/\/innkeeper\//);
  expect(await window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});

test('permissions are denied, the clipboard’s contents among them', async ({ page }) => {
  const asked = await page.evaluate(async () => {
    const state = async (name: string) => (await navigator.permissions.query({ name: name as PermissionName })).state;
    return {
      notifications: await state('notifications'),
      reading: await state('clipboard-read'),
      camera: await state('camera'),
    };
  });
  expect(asked).toEqual({ notifications: 'denied', reading: 'denied', camera: 'denied' });
  await expect(page.evaluate(() => navigator.clipboard.readText())).rejects.toThrow(/denied|not allowed/i);
});

test('only known calls with proper input are answered', async ({ page }) => {
  const call = (name: string, input: unknown) =>
    page.evaluate(
      ([method, value]) => {
        const bridge = (globalThis as unknown as { innkeeper: Record<string, (input: unknown) => Promise<unknown>> })
          .innkeeper;
        return bridge[method as string]?.(value).then(
          () => 'answered',
          (error: unknown) => String(error),
        );
      },
      [name, input],
    );
  expect(await call('changePreferences', { theme: 'dark' })).toBe('answered');
  expect(await call('changePreferences', { theme: 'neon' })).toMatch(/invalid/i);
  expect(await call('changePreferences', { terminalFontSize: 1e9 })).toMatch(/too_big|too big/i);
  expect(await call('openLink', 'file:///etc/passwd')).toMatch(/only https/);
  expect(await call('openLink', 'javascript:alert(1)')).toMatch(/only https/);
});

test('a folder and a new file are chosen in the system’s own dialogs, and the page proposes a name alone', async ({
  window,
  page,
}) => {
  await window.app.evaluate(({ dialog }) => {
    const asked: unknown[] = [];
    Object.assign(globalThis, { asked });
    dialog.showOpenDialog = (...args: unknown[]) => {
      asked.push((args.at(-1) as { properties: unknown }).properties);
      return Promise.resolve({ canceled: false, filePaths: ['/chosen/folder'] });
    };
    dialog.showSaveDialog = (...args: unknown[]) => {
      asked.push((args.at(-1) as { defaultPath: unknown }).defaultPath);
      return Promise.resolve({ canceled: true, filePath: '' });
    };
  });
  const chosen = await page.evaluate(async () => {
    type Choose = (...input: readonly unknown[]) => Promise<unknown>;
    const { chooseFolder, chooseNewFile } = (globalThis as unknown as { innkeeper: Record<string, Choose> }).innkeeper;
    const refused = await chooseNewFile?.('Export', '').catch(String);
    return [await chooseFolder?.('Share'), await chooseNewFile?.('Export', '/etc/web.qcow2'), refused];
  });
  expect(chosen).toEqual(['/chosen/folder', null, expect.stringMatching(/too_small|too small/i)]);
  expect(await window.app.evaluate(() => (globalThis as unknown as { asked: unknown[] }).asked)).toEqual([
    ['openDirectory'],
    'web.qcow2',
  ]);
});

test('bytes of the page are written only where the person says, and no more than fit', async ({
  home,
  window,
  page,
}) => {
  const place = join(home.path, 'saved.pcap');
  await window.app.evaluate(({ dialog }, filePath) => {
    const answers = [
      { canceled: false, filePath },
      { canceled: true, filePath: '' },
    ];
    const proposed: unknown[] = [];
    Object.assign(globalThis, { proposed });
    dialog.showSaveDialog = (...args: unknown[]) => {
      proposed.push((args.at(-1) as { defaultPath: unknown }).defaultPath);
      return Promise.resolve(answers.shift() ?? { canceled: true, filePath: '' });
    };
  }, place);
  const answers = await page.evaluate(async () => {
    type Save = (title: string, name: string, bytes: unknown) => Promise<unknown>;
    const { saveFile } = (globalThis as unknown as { innkeeper: Record<string, Save> }).innkeeper;
    const save = (name: string, bytes: unknown) => saveFile?.('Save', name, bytes).catch(String);
    return [
      await save('../../etc/lab.pcap', Uint8Array.of(1, 2, 3)),
      await save('lab.pcap', Uint8Array.of(4)),
      await save('lab.pcap', 'text'),
      await save('', Uint8Array.of(5)),
      await save('lab.pcap', new Uint8Array(64 * 1024 * 1024 + 1)),
    ];
  });
  const refused = (why: RegExp) => expect.stringMatching(why) as unknown;
  expect(answers).toEqual([place, null, refused(/invalid/i), refused(/too_small|too small/i), refused(/too much/)]);
  expect([...readFileSync(place)]).toEqual([1, 2, 3]);
  const proposed = await window.app.evaluate(() => (globalThis as unknown as { proposed: unknown[] }).proposed);
  expect(proposed).toEqual(['lab.pcap', 'lab.pcap']);
});

test('files outside the built window are not served', async ({ window }) => {
  const statuses = await window.app.evaluate(async ({ net }) => {
    const paths = ['/index.html', '/../package.json', '/%2e%2e/package.json', '/..%2f..%2fpackage.json', '/nothing.js'];
    const answers = await Promise.all(
      paths.map((path) => net.fetch(`app://innkeeper${path}`).catch(() => ({ status: 0 }))),
    );
    return answers.map(({ status }) => status);
  });
  expect(statuses).toEqual([200, 404, 404, 404, 404]);
});

test('a second start shows the first window instead of another', async ({ home, window }) => {
  await expect(openApp(home.path)).rejects.toThrow();
  expect(await window.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
});
