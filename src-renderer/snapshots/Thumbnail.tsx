import { Power } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Screen } from '../../src-core/contract/snapshots.ts';
import { isDark, usePreferences } from '../state/preferences.ts';
import { terminalTheme } from '../consoles/terminal-look.ts';
import { drawThumbnail, thumbnailLayout } from './thumbnail.ts';

function Picture({ screen }: { screen: Screen }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const dark = usePreferences(({ theme }) => isDark(theme));
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const layout = thumbnailLayout(screen, element.clientWidth, element.clientHeight);
    drawThumbnail(element, layout, terminalTheme(dark).foreground ?? '');
  }, [screen, dark]);
  return <canvas ref={canvas} className="thumbnail" />;
}

/** What the console showed, so small that one knows it again. The words beside it say the rest. */
export function Thumbnail({ screen }: { screen: Screen | null }) {
  if (screen !== null) return <Picture screen={screen} />;
  return (
    <span className="thumbnail thumbnail-empty">
      <Power size={16} aria-hidden />
    </span>
  );
}
