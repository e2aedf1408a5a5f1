import { Dialog } from '@base-ui/react/dialog';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useMemo, useState } from 'react';
import { useInventory } from '../state/inventory.ts';
import type { PaletteCommand } from './palette-command.ts';
import { paletteCommands } from './palette-commands.ts';
import { useOverlays } from './window-commands.ts';

const LIST_ID = 'palette-list';
const close = () => useOverlays.setState({ palette: false });
const optionId = (index: number) => `palette-option-${index}`;

/** Runs when the palette is gone and the focus back, so that a command that moves the focus keeps it. */
function runCommand(command: PaletteCommand | undefined): void {
  if (command === undefined) return;
  close();
  setTimeout(() => command.run(), 0);
}

function show(index: number): void {
  document.getElementById(optionId(index))?.scrollIntoView({ block: 'nearest' });
}

function Commands() {
  const { machines, networks, containers, containerImages } = useInventory();
  const [sought, setSought] = useState('');
  const [at, setAt] = useState(0);
  const commands = useMemo(
    () =>
      paletteCommands(
        {
          machines: Object.values(machines),
          networks: Object.values(networks),
          containers: Object.values(containers),
          images: Object.values(containerImages),
        },
        sought,
      ),
    [machines, networks, containers, containerImages, sought],
  );
  const current = Math.min(at, commands.length - 1);

  function move(index: number): void {
    const next = (index + commands.length) % commands.length;
    setAt(next);
    show(next);
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Enter') runCommand(commands[current]);
    else if (event.key === 'ArrowDown' && commands.length > 0) move(current + 1);
    else if (event.key === 'ArrowUp' && commands.length > 0) move(current - 1);
    else return;
    event.preventDefault();
  }

  return (
    <>
      <div className="palette-field">
        <Search size={16} aria-hidden />
        <input
          className="search-input"
          role="combobox"
          aria-label="Command"
          aria-expanded
          aria-controls={LIST_ID}
          aria-activedescendant={commands.length > 0 ? optionId(current) : undefined}
          placeholder="What do you want to do?"
          spellCheck={false}
          value={sought}
          onChange={(event) => {
            setSought(event.target.value);
            setAt(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <ul id={LIST_ID} className="palette-list" role="listbox" aria-label="Commands">
        {commands.map((command, index) => (
          <li
            key={command.id}
            id={optionId(index)}
            role="option"
            aria-selected={index === current}
            className="palette-option"
            onPointerMove={() => setAt(index)}
            onClick={() => runCommand(command)}
          >
            <span>{command.label}</span>
            {command.keys !== undefined ? <kbd>{command.keys}</kbd> : <small>{command.group}</small>}
          </li>
        ))}
      </ul>
      {commands.length === 0 && (
        <p className="palette-empty" role="status">
          No command matches.
        </p>
      )}
    </>
  );
}

/** Everything that can be done, a few letters away. */
export function Palette() {
  const open = useOverlays((overlays) => overlays.palette);
  return (
    <Dialog.Root open={open} onOpenChange={(palette) => useOverlays.setState({ palette })}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog palette">
          <Dialog.Title className="visually-hidden">Command palette</Dialog.Title>
          <Commands />
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
