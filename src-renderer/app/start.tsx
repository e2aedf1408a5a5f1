import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { followFullScreen } from '../consoles/console-view.ts';
import { keepConsoles } from '../consoles/consoles.ts';
import { onWindowCommand } from '../desktop/desktop.ts';
import { loadPreferences } from '../state/preferences.ts';
import { type Connect, keepConnected } from '../state/session.ts';
import '../styles/window.css';
import { tellTaskEnds } from '../tasks/task-actions.ts';
import { App } from './App.tsx';
import { CrashBoundary } from './CrashBoundary.tsx';
import { followKeyboard } from './keyboard.ts';
import { windowCommands } from './window-commands.ts';

/** Opens the window's page: preferences first, so that nothing flashes in the wrong theme. */
export async function start(connect: Connect): Promise<void> {
  const root = document.getElementById('root');
  if (root === null) throw new Error('the page has no #root');
  await loadPreferences();
  keepConnected(connect);
  keepConsoles();
  followKeyboard();
  followFullScreen();
  tellTaskEnds();
  onWindowCommand((command) => windowCommands[command]());
  createRoot(root).render(
    <StrictMode>
      <CrashBoundary>
        <App />
      </CrashBoundary>
    </StrictMode>,
  );
}
