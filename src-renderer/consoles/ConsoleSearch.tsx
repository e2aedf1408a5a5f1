import { ChevronDown, ChevronUp, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { IconButton } from '../parts/Button.tsx';
import type { ConsoleSession } from './console-session.ts';

interface ConsoleSearchProps {
  readonly session: ConsoleSession;
  onClose(): void;
}

/** As xterm wants them: colours of matches, in `#RRGGBB`. */
const DECORATIONS = {
  matchBackground: '#7a5d00',
  activeMatchBackground: '#b8860b',
  matchOverviewRuler: '#b8860b',
  activeMatchColorOverviewRuler: '#ffcc33',
};

export function ConsoleSearch({ session, onClose }: ConsoleSearchProps) {
  const [text, setText] = useState('');
  const [found, setFound] = useState<{ index: number; count: number } | null>(null);

  useEffect(() => {
    const results = session.search.onDidChangeResults(({ resultIndex, resultCount }) =>
      setFound({ index: resultIndex, count: resultCount }),
    );
    return () => {
      results.dispose();
      session.search.clearDecorations();
    };
  }, [session]);

  const find = (backwards: boolean, sought = text) => {
    const options = { decorations: DECORATIONS, incremental: sought !== text };
    if (backwards) session.search.findPrevious(sought, options);
    else session.search.findNext(sought, options);
  };

  return (
    <div className="console-search" role="search">
      <input
        className="search-input"
        aria-label="Search in the console"
        placeholder="Search in the console"
        autoFocus
        spellCheck={false}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          find(true, event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter') find(!event.shiftKey);
          if (event.key === 'Escape') onClose();
        }}
      />
      <span className="faint figure" role="status">
        {text === '' || found === null ? '' : found.count === 0 ? 'Not found' : `${found.index + 1} of ${found.count}`}
      </span>
      <IconButton small icon={ChevronUp} label="Earlier match" onClick={() => find(true)} />
      <IconButton small icon={ChevronDown} label="Later match" onClick={() => find(false)} />
      <IconButton small icon={X} label="Close the search" onClick={onClose} />
    </div>
  );
}
