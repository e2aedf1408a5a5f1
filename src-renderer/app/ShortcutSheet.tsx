import { Dialog } from '@base-ui/react/dialog';
import { Button } from '../parts/Button.tsx';
import { KEY_HELP } from './keys.ts';
import { useOverlays } from './window-commands.ts';

export function ShortcutSheet() {
  const open = useOverlays((overlays) => overlays.shortcuts);
  return (
    <Dialog.Root open={open} onOpenChange={(shortcuts) => useOverlays.setState({ shortcuts })}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="dialog">
          <Dialog.Title className="dialog-title">Keys</Dialog.Title>
          <div className="key-groups">
            {KEY_HELP.map(({ title, keys }) => (
              <section key={title}>
                <h3 className="section-title">{title}</h3>
                <dl className="key-list">
                  {keys.map((key) => (
                    <div key={key.keys}>
                      <dt>{key.does}</dt>
                      <dd>
                        <kbd>{key.keys}</kbd>
                      </dd>
                    </div>
                  ))}
                </dl>
              </section>
            ))}
          </div>
          <div className="dialog-buttons">
            <Dialog.Close render={<Button />}>Close</Dialog.Close>
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
