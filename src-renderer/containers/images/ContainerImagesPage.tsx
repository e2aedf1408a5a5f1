import { Box, Brush, Download, FileUp, Hammer, KeyRound, SearchX } from 'lucide-react';
import { useState } from 'react';
import type { ContainerImageView } from '../../../src-core/contract/container-images.ts';
import { Button } from '../../parts/Button.tsx';
import { CommandLine } from '../../parts/CommandLine.tsx';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { SearchBox } from '../../parts/list-tools.tsx';
import { formatBytes } from '../../parts/quantities.ts';
import { useInventory } from '../../state/inventory.ts';
import type { Place } from '../../state/place.ts';
import { TaskCard } from '../../tasks/TaskCard.tsx';
import { askBuild } from './BuildDialog.tsx';
import { ContainerImageDetail } from './ContainerImageDetail.tsx';
import { askLoad, askPull } from './ImageDialogs.tsx';
import { ImageNav } from './ImageNav.tsx';
import { imageOf } from './image-references.ts';
import { ImageTable } from './ImageTable.tsx';
import { askPrune } from './PruneDialog.tsx';
import { askRegistries } from './RegistriesDialog.tsx';

function NoImages() {
  return (
    <EmptyState
      icon={Box}
      title="No container images yet"
      text="Pull one from a registry, build one from a folder, or make a container: its image comes with it."
    >
      <Button look="primary" icon={Download} onClick={askPull}>
        Pull image…
      </Button>
      <Button look="quiet" icon={Hammer} onClick={askBuild}>
        Build image…
      </Button>
      <p className="empty-or">or, in a terminal</p>
      <CommandLine command="inn ctr image pull busybox" />
    </EmptyState>
  );
}

interface ToolsProps {
  readonly images: readonly ContainerImageView[];
  readonly sought: string;
  onSeek(text: string): void;
}

function Tools({ images, sought, onSeek }: ToolsProps) {
  const all = images.reduce((sum, { ownBytes }) => sum + ownBytes, 0);
  return (
    <div className="toolbar" role="toolbar" aria-label="Container images">
      <Button look="primary" icon={Download} onClick={askPull}>
        Pull image…
      </Button>
      <Button icon={Hammer} onClick={askBuild}>
        Build image…
      </Button>
      <span className="toolbar-rule" aria-hidden />
      <Button look="quiet" icon={FileUp} onClick={askLoad}>
        Load…
      </Button>
      <Button look="quiet" icon={Brush} onClick={askPrune}>
        Clean up…
      </Button>
      <Button look="quiet" icon={KeyRound} onClick={askRegistries}>
        Registries…
      </Button>
      <span className="toolbar-gap" />
      {all > 0 && <span className="faint figure toolbar-note">{formatBytes(all)} of their own</span>}
      <SearchBox label="Search container images" value={sought} onChange={onSeek} />
    </div>
  );
}

/** Pulls, builds and loads that run: what they bring has a place on the page already. */
function Running() {
  const tasks = useInventory((inventory) => inventory.tasks);
  const running = Object.values(tasks).filter(
    ({ state, subject }) => state === 'running' && subject?.kind === 'container-image',
  );
  if (running.length === 0) return null;
  return (
    <div className="stack-tight running-tasks">
      {running.map((task) => (
        <TaskCard key={task.id} task={task} />
      ))}
    </div>
  );
}

function matching(images: readonly ContainerImageView[], sought: string): readonly ContainerImageView[] {
  const words = sought.toLowerCase().split(/\s+/);
  const text = ({ names, id, usedBy }: ContainerImageView) => [...names, id, ...usedBy].join(' ').toLowerCase();
  return images.filter((image) => words.every((word) => text(image).includes(word)));
}

/** The images that containers are made from. */
export function ContainerImagesPage({ place }: { place: Extract<Place, { page: 'container-images' }> }) {
  const byId = useInventory((inventory) => inventory.containerImages);
  const [sought, setSought] = useState('');
  const images = Object.values(byId);
  const open = place.image === null ? undefined : imageOf(place.image, byId);
  const found = matching(images, sought);
  if (open !== undefined) return <ContainerImageDetail key={open.id} image={open} tab={place.tab} />;
  return (
    <div className="page">
      <h1 className="visually-hidden">Container images</h1>
      <ImageNav page="container-images" />
      {images.length > 0 && <Tools images={images} sought={sought} onSeek={setSought} />}
      <div className="page-body">
        <Running />
        {images.length === 0 ? (
          <NoImages />
        ) : found.length === 0 ? (
          <EmptyState icon={SearchX} title="No image matches">
            <Button onClick={() => setSought('')}>Show all images</Button>
          </EmptyState>
        ) : (
          <ImageTable images={found} />
        )}
      </div>
    </div>
  );
}
