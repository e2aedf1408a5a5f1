import { Minimize2 } from 'lucide-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { IconButton } from '../parts/Button.tsx';
import type { ConsoleSession } from './console-session.ts';
import { ConsoleSearch } from './ConsoleSearch.tsx';
import { leaveFullScreen, toggleFullScreen, useConsoleView } from './console-view.ts';

interface TerminalViewProps {
  readonly session: ConsoleSession;
  /** A line below the terminal that says why nothing comes, and what to do. */
  readonly children?: ReactNode;
}

function TerminalBox({ session }: { session: ConsoleSession }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current === null) return;
    const hide = session.show(box.current);
    session.terminal.focus();
    return hide;
  }, [session]);
  return <div ref={box} className="terminal-box" />;
}

/** A terminal with its search and its full screen. */
export function TerminalView({ session, children }: TerminalViewProps) {
  const [searching, setSearching] = useState(false);
  const { fullScreen, searchAsked } = useConsoleView();
  const [answered, setAnswered] = useState(searchAsked);
  useEffect(() => leaveFullScreen, []);
  if (searchAsked !== answered) {
    setAnswered(searchAsked);
    setSearching(true);
  }
  return (
    <div className="console" data-full={fullScreen ? '' : undefined}>
      {fullScreen && !searching && (
        <div className="console-leave">
          <IconButton small icon={Minimize2} label="Leave full screen" keys="F11" onClick={toggleFullScreen} />
        </div>
      )}
      {searching && (
        <ConsoleSearch
          session={session}
          onClose={() => {
            setSearching(false);
            session.terminal.focus();
          }}
        />
      )}
      <TerminalBox session={session} />
      {children}
    </div>
  );
}
