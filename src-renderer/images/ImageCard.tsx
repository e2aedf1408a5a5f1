import { FileDown, HardDriveDownload, Package, Plus, Trash2 } from 'lucide-react';
import type { ImageView } from '../../src-core/contract/images.ts';
import { Button } from '../parts/Button.tsx';
import { type Availability, available, GuardedButton } from '../parts/GuardedButton.tsx';
import { countOf, formatBytes, formatTime } from '../parts/quantities.ts';
import { go } from '../state/place.ts';
import { TaskCard } from '../tasks/TaskCard.tsx';
import { askExportImage } from './ExportImageDialog.tsx';
import { askRemoveImage, pullImage } from './image-actions.ts';
import type { KnownImage } from './known-images.ts';

function removal({ usedBy: users }: KnownImage): Availability {
  if (users.length === 0) return available;
  return {
    can: false,
    why: `${countOf(users.length, 'machine')} made from it: ${users.join(', ')}. Delete ${users.length === 1 ? 'it' : 'them'} first.`,
  };
}

const ORIGIN_WORDS = { built: 'built', imported: 'imported', saved: 'saved from a machine' } as const;

function exportability({ here }: KnownImage): Availability {
  if (here !== null && here.diskBytes !== null) return available;
  return { can: false, why: 'It has no disk: its machines live in memory.' };
}

function presentFacts({ contents, diskBytes, sizeBytes, origin, createdAt }: ImageView): string {
  const disk = diskBytes === null ? 'no disk' : `disk of ${formatBytes(diskBytes)}`;
  return [contents, disk, `takes ${formatBytes(sizeBytes)}`, `${ORIGIN_WORDS[origin]} ${formatTime(createdAt)}`].join(
    ' · ',
  );
}

function facts({ entry, here }: KnownImage): string {
  if (here !== null) return presentFacts(here);
  return entry === null ? '' : `Not here yet · about ${formatBytes(entry.downloadBytes)} to download`;
}

export function ImageCard({ image }: { image: KnownImage }) {
  const { name, title, description, entry, here, task, usedBy } = image;
  const Icon = here === null ? HardDriveDownload : Package;
  return (
    <li className="image-card">
      <Icon size={24} strokeWidth={1.5} aria-hidden className="card-icon" />
      <div className="image-body">
        <h2 className="image-title">
          {title} <code>{name}</code>
        </h2>
        {description !== null && <p>{description}</p>}
        <p className="faint">{facts(image)}</p>
        {usedBy.length > 0 && <p className="faint">Used by {usedBy.join(', ')}</p>}
        {task && <TaskCard task={task} />}
      </div>
      <div className="image-buttons">
        {(entry !== null || here !== null) && (
          <Button icon={Plus} onClick={() => go({ page: 'new-machine', image: name })}>
            New machine
          </Button>
        )}
        {here === null && entry !== null && task === null && (
          <Button icon={HardDriveDownload} onClick={() => pullImage(name)}>
            Build now
          </Button>
        )}
        {here !== null && (
          <GuardedButton
            iconOnly
            look="quiet"
            icon={FileDown}
            label={`Export image ${name}`}
            availability={exportability(image)}
            onClick={() => askExportImage(name)}
          />
        )}
        {here !== null && (
          <GuardedButton
            iconOnly
            look="quiet"
            icon={Trash2}
            label={`Delete image ${name}`}
            availability={removal(image)}
            onClick={() => askRemoveImage(image)}
          />
        )}
      </div>
    </li>
  );
}
