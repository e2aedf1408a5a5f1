import type { ReactNode } from 'react';
import { desktopApp } from '../desktop/desktop.ts';
import { changePreferences, usePreferences } from '../state/preferences.ts';
import { About } from './About.tsx';
import { Choice } from './Choice.tsx';
import { ImageSettings } from './ImageSettings.tsx';
import { ToggleSetting } from './ToggleSetting.tsx';

const THEMES = { system: 'As the system', light: 'Light', dark: 'Dark' } as const;
const QUITTING = {
  ask: 'Ask',
  suspend: 'Suspend all guests',
  'shut-down': 'Shut all guests down',
  tray: 'Keep them running in the tray',
} as const;
const FONT_SIZES = [10, 11, 12, 13, 14, 15, 16, 18, 20, 24] as const;

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="settings-section">
      <h2 className="section-title">{title}</h2>
      {children}
    </section>
  );
}

export function SettingsPage() {
  const preferences = usePreferences();
  const change = (changed: Parameters<typeof changePreferences>[0]) => void changePreferences(changed);
  return (
    <div className="page">
      <header className="page-head">
        <h1 className="page-title">Settings</h1>
      </header>
      <div className="page-body settings">
        <Section title="Appearance">
          <Choice label="Theme" value={preferences.theme} options={THEMES} onChange={(theme) => change({ theme })} />
          <Choice
            label="Terminal text size"
            value={String(preferences.terminalFontSize)}
            options={Object.fromEntries(FONT_SIZES.map((size) => [String(size), `${size} px`]))}
            onChange={(size) => change({ terminalFontSize: Number(size) })}
          />
          <ToggleSetting
            label="Terminals for screen readers"
            hint="Terminals then tell what they show; they draw slower for it."
            on={preferences.terminalScreenReader}
            onChange={(terminalScreenReader) => change({ terminalScreenReader })}
          />
        </Section>
        <Section title="Images">
          <ImageSettings />
        </Section>
        <Section title="Questions">
          {desktopApp && (
            <Choice
              label="When quitting while guests run"
              value={preferences.quitWithGuests}
              options={QUITTING}
              onChange={(quitWithGuests) => change({ quitWithGuests })}
            />
          )}
          <ToggleSetting
            label="Ask before a link is opened"
            hint="A guest can write links into its console; this shows where one leads first."
            on={preferences.confirmLinks}
            onChange={(confirmLinks) => change({ confirmLinks })}
          />
        </Section>
        <Section title="About">
          <About />
        </Section>
      </div>
    </div>
  );
}
