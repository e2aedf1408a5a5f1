import { Maximize2, Search } from 'lucide-react';
import { keyText } from '../app/keys.ts';
import { IconButton } from '../parts/Button.tsx';
import { askConsoleSearch, toggleFullScreen } from './console-view.ts';

/** What can be done with a console, beside the tabs: it must not cover what the guest writes. */
export function ConsoleTools() {
  return (
    <div className="console-tools">
      <IconButton
        small
        icon={Search}
        label="Search in the console"
        keys={keyText('F', true)}
        onClick={askConsoleSearch}
      />
      <IconButton small icon={Maximize2} label="Full screen" keys="F11" onClick={toggleFullScreen} />
    </div>
  );
}
