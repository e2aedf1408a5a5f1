import { ArrowLeft, FileUp } from 'lucide-react';
import type { CatalogEntry } from '../../../src-core/contract/images.ts';
import { Button, IconButton } from '../../parts/Button.tsx';
import { useInventory } from '../../state/inventory.ts';
import { FROM_FILES, go, goToMachine } from '../../state/place.ts';
import { askImportMachine } from '../ImportDialog.tsx';
import { Catalogue } from './Catalogue.tsx';
import { CreateForm } from './CreateForm.tsx';
import { useImageEntries } from './useImageEntries.ts';

function Chosen({ image }: { image: string }) {
  const host = useInventory((inventory) => inventory.host);
  const { data: entries } = useImageEntries();
  if (host === null || entries === undefined) return null;
  const entry: CatalogEntry | undefined = entries.find(({ name }) => name === image);
  if (entry === undefined && image !== FROM_FILES) return <Catalogue />;
  return <CreateForm key={image} entry={entry ?? null} host={host} />;
}

/** From a card to a machine: choose what boots, look over one page of defaults that work, create. */
export function NewMachinePage({ image }: { image: string | null }) {
  const back = () => (image === null ? goToMachine(null) : go({ page: 'new-machine', image: null }));
  return (
    <div className="page new-machine">
      <header className="page-head">
        <IconButton
          icon={ArrowLeft}
          label={image === null ? 'Back to the machines' : 'Back to the choice'}
          onClick={back}
        />
        <div>
          <h1 className="page-title">New machine</h1>
          {image === null && <p className="page-text">Choose what it boots.</p>}
        </div>
        <span className="toolbar-gap" />
        {image === null && (
          <Button icon={FileUp} onClick={askImportMachine}>
            Import machine…
          </Button>
        )}
      </header>
      <div className="page-body">{image === null ? <Catalogue /> : <Chosen image={image} />}</div>
    </div>
  );
}
