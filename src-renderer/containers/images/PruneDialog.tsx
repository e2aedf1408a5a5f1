import { useState } from 'react';
import { FormDialog, showDialog } from '../../parts/dialogs.tsx';
import { countOf, formatBytes } from '../../parts/quantities.ts';
import { tellDone } from '../../parts/tell.ts';
import { Tick } from '../../parts/Tick.tsx';
import { useInventory } from '../../state/inventory.ts';
import { service } from '../../state/session.ts';
import { imageTitle } from './image-references.ts';
import { leastFreed, prunable } from './prune.ts';

function PruneDialog() {
  const images = Object.values(useInventory((inventory) => inventory.containerImages));
  const [all, setAll] = useState(false);
  const going = prunable(images, all);
  async function prune(): Promise<void> {
    const { images: count, freedBytes } = await service().containerImages.prune({ all });
    tellDone(`${countOf(count, 'image')} deleted: ${formatBytes(freedBytes)} are free`);
  }
  return (
    <FormDialog
      title="Clean up container images"
      text="What goes can be pulled or built again, and does not come back by itself. Layers that no image has any more go too."
      verb={going.length === 0 ? 'Clean up' : `Delete ${countOf(going.length, 'image')}`}
      doing="delete images that nobody uses"
      danger
      submit={prune}
    >
      <Tick checked={all} hint="Otherwise only those that have lost their names." onChange={setAll}>
        All that no container is made from
      </Tick>
      {going.length === 0 ? (
        <p className="section-empty">There is no such image. Layers that nobody has may still become free.</p>
      ) : (
        <>
          <ul className="prune-list" tabIndex={0} aria-label="What goes">
            {going.map((image) => (
              <li key={image.id}>
                <code>{imageTitle(image)}</code>
                <span className="faint figure">{formatBytes(image.ownBytes)}</span>
              </li>
            ))}
          </ul>
          <p className="figure">At least {formatBytes(leastFreed(going))} become free.</p>
        </>
      )}
    </FormDialog>
  );
}

export function askPrune(): void {
  showDialog(<PruneDialog />);
}
