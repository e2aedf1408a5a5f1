import { FileUp, Package, RotateCw } from 'lucide-react';
import { toFailure } from '../../src-core/contract/failures.ts';
import { Button } from '../parts/Button.tsx';
import { CommandLine } from '../parts/CommandLine.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { FailureNotice } from '../parts/Failure.tsx';
import { useCatalog } from '../machines/create/useCatalog.ts';
import { useInventory } from '../state/inventory.ts';
import { askImportImage } from './ImportImageDialog.tsx';
import { ImageNav } from '../containers/images/ImageNav.tsx';
import { ImageCard } from './ImageCard.tsx';
import { knownImages } from './known-images.ts';

/** The images that are here, and those that can be had. */
export function ImagesPage() {
  const { data: catalog, error, isPending, refetch } = useCatalog();
  const images = useInventory((inventory) => inventory.images);
  const tasks = useInventory((inventory) => inventory.tasks);
  const machines = useInventory((inventory) => inventory.machines);
  const known = knownImages(catalog ?? [], { images, tasks, machines });
  return (
    <div className="page">
      <ImageNav page="images" />
      <header className="page-head">
        <div>
          <h1 className="page-title">Images</h1>
          <p className="page-text">
            What machines are made from: built on this computer out of signed packages, imported from a disk file, or
            saved from a machine.
          </p>
        </div>
        <span className="toolbar-gap" />
        <Button icon={FileUp} onClick={askImportImage}>
          Import image…
        </Button>
      </header>
      <div className="page-body stack">
        {error && (
          <FailureNotice failure={toFailure(error, 'list the images that can be had')}>
            <Button small icon={RotateCw} onClick={() => void refetch()}>
              Try again
            </Button>
          </FailureNotice>
        )}
        {known.length === 0 && !isPending && (
          <EmptyState icon={Package} title="No images" text="The catalogue is empty." />
        )}
        <ul className="image-list">
          {known.map((image) => (
            <ImageCard key={image.name} image={image} />
          ))}
        </ul>
        <CommandLine command="inn image catalog" />
      </div>
    </div>
  );
}
