import { Toggle } from '@base-ui/react/toggle';
import { ArrowDownToLine, Clock, Copy, FileDown, type LucideIcon, ScrollText, WrapText } from 'lucide-react';
import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { ContainerView } from '../../../src-core/contract/containers.ts';
import { Button, Hint } from '../../parts/Button.tsx';
import { copyText } from '../../parts/clipboard.ts';
import { FailureNotice } from '../../parts/Failure.tsx';
import { SearchBox } from '../../parts/list-tools.tsx';
import { countOf } from '../../parts/quantities.ts';
import { saveBytes } from '../../parts/save-bytes.ts';
import { useSession } from '../../state/session.ts';
import { LogList } from './LogList.tsx';
import { LogReader, type LogState } from './log-reader.ts';
import { logText, type NumberedLine } from './log-text.ts';

interface Shown {
  readonly sought: string;
  readonly stamps: boolean;
  readonly wrap: boolean;
  readonly follow: boolean;
}

interface SwitchProps {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly on: boolean;
  onChange(on: boolean): void;
}

function IconSwitch({ icon: Icon, label, on, onChange }: SwitchProps) {
  return (
    <Hint text={label}>
      <Toggle className="button button-quiet button-icon" aria-label={label} pressed={on} onPressedChange={onChange}>
        <Icon size={16} aria-hidden />
      </Toggle>
    </Hint>
  );
}

interface ToolsProps {
  readonly container: ContainerView;
  readonly shown: Shown;
  readonly lines: readonly NumberedLine[];
  change(change: Partial<Shown>): void;
}

function Tools({ container, shown, lines, change }: ToolsProps) {
  const text = () => logText(lines, shown.stamps);
  const save = () =>
    void saveBytes(
      { title: 'Save the log', name: `${container.name}.log`, type: 'text/plain', what: 'The log is' },
      new TextEncoder().encode(text()),
    );
  return (
    <div className="log-tools">
      <SearchBox label="Search the log" value={shown.sought} onChange={(sought) => change({ sought })} />
      <IconSwitch
        icon={ArrowDownToLine}
        label="Follow the newest line"
        on={shown.follow}
        onChange={(follow) => change({ follow })}
      />
      <IconSwitch icon={Clock} label="Time of each line" on={shown.stamps} onChange={(stamps) => change({ stamps })} />
      <IconSwitch icon={WrapText} label="Wrap long lines" on={shown.wrap} onChange={(wrap) => change({ wrap })} />
      <span className="toolbar-gap" />
      <Button small icon={Copy} disabled={lines.length === 0} onClick={() => void copyText(text(), 'The log')}>
        Copy
      </Button>
      <Button small icon={FileDown} disabled={lines.length === 0} onClick={save}>
        Save…
      </Button>
    </div>
  );
}

function statusWords({ status, lines, dropped }: LogState, found: number, sought: string): string {
  if (status === 'opening') return 'Opening …';
  const all = countOf(lines.length, 'line');
  const before = dropped > 0 ? `, ${countOf(dropped, 'earlier line')} not shown` : '';
  return `${sought === '' ? all : `${found} of ${all}`}${before}`;
}

/** Lines that hold what is sought; all of them where nothing is. */
function useFound(lines: readonly NumberedLine[], sought: string): readonly NumberedLine[] {
  return useMemo(() => {
    if (sought === '') return lines;
    const wanted = sought.toLowerCase();
    return lines.filter(({ text }) => text.toLowerCase().includes(wanted));
  }, [lines, sought]);
}

/** What it printed, over all of its runs. */
export function LogsTab({ container }: { container: ContainerView }) {
  const generation = useSession((session) => session.generation);
  const [reader] = useState(() => new LogReader(container.id));
  const [shown, setShown] = useState<Shown>({ sought: '', stamps: false, wrap: true, follow: true });
  const log = useSyncExternalStore(reader.subscribe, reader.state);
  const found = useFound(log.lines, shown.sought);
  const change = (changed: Partial<Shown>) => setShown((before) => ({ ...before, ...changed }));

  useEffect(() => {
    void reader.open();
    return () => reader.close();
  }, [reader, generation]);

  return (
    <div className="log">
      <Tools container={container} shown={shown} lines={found} change={change} />
      {log.failure !== null && (
        <FailureNotice failure={log.failure}>
          <Button small onClick={() => void reader.open()}>
            Try again
          </Button>
        </FailureNotice>
      )}
      {found.length === 0 ? (
        <div className="packets-empty">
          <ScrollText size={24} strokeWidth={1.5} aria-hidden />
          <p>
            {log.lines.length > 0
              ? 'No line holds this.'
              : log.status === 'opening'
                ? 'Opening …'
                : 'It has printed nothing.'}
          </p>
        </div>
      ) : (
        <LogList lines={found} {...shown} onFollow={(follow) => change({ follow })} />
      )}
      <p className="packets-foot faint figure" role="status">
        {statusWords(log, found.length, shown.sought)}
      </p>
    </div>
  );
}
