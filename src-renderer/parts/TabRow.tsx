import type { ReactNode } from 'react';
import { Tabs } from '@base-ui/react/tabs';

/** The tabs of a page about one thing. @param labels by the tabs' values. @param children tools at the row's end */
export function TabRow({ labels, children }: { labels: Readonly<Record<string, string>>; children?: ReactNode }) {
  return (
    <div className="tab-row">
      <Tabs.List className="tabs" activateOnFocus={false}>
        {Object.entries(labels).map(([value, label]) => (
          <Tabs.Tab key={value} value={value} className="tab">
            {label}
          </Tabs.Tab>
        ))}
        <Tabs.Indicator className="tab-indicator" />
      </Tabs.List>
      {children}
    </div>
  );
}
