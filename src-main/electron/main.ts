import { join } from 'node:path';
import { app, session } from 'electron';
import { defaultDataDirectory } from '../service/os/data-directory.ts';
import { DesktopApp } from './desktop-app.ts';
import { confineAll, denyPermissions } from './lockdown.ts';
import { registerPageScheme, servePage } from './page.ts';

/** The desktop app's entry. What must be done before Electron is ready comes first. */
const dataDirectory = defaultDataDirectory();
// Whoever launches it without a sandbox (root must) has said so; this would take back the word for half the processes.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
app.setName('Innkeeper');
registerPageScheme();
confineAll(app);
// Who moves the data directory has a second Innkeeper, with preferences and a window of its own.
if (process.env['INNKEEPER_HOME']) app.setPath('userData', join(dataDirectory, 'window'));

if (app.requestSingleInstanceLock()) {
  const desktop = new DesktopApp(dataDirectory);
  app.on('second-instance', () => desktop.show());
  app.on('activate', () => desktop.show());
  app.on('window-all-closed', () => undefined);
  app.on('before-quit', (event) => {
    if (desktop.isEnding) return;
    event.preventDefault();
    void desktop.quit();
  });
  // Whoever sends these does not answer questions.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void desktop.quit('shut-down'));
  // Not awaited here: Electron becomes ready only after this module has been run to its end.
  void app.whenReady().then(() => {
    denyPermissions(session.defaultSession);
    servePage(session.defaultSession);
    desktop.start();
  });
} else {
  app.quit();
}
