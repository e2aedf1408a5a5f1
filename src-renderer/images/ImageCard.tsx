import { HardDriveDownload, Package, Plus, Trash2 } from 'lucide-react';
import { Button } from '../parts/Button.tsx';
import { type Availability, available, GuardedButton } from '../parts/GuardedButton.tsx';
import { countOf, formatBytes, formatTime } from '../parts/quantities.ts';
import { go } from '../state/place.ts';
import { TaskCard } from '../tasks/TaskCard.tsx';
import { askRemoveImage, pullImage } from './image-actions.ts';
import type { KnownImage } from './known-images.ts';

function removal({ here }: KnownImage): Availability {
  const users = here?.usedBy ?? [];
  if (users.length === 0) return available;
  return {
    can: false,
    why: `${countOf(users.length, 'machine')} made from it: ${users.join(', ')}. Delete ${users.length === 1 ? 'it' : 'them'} first.`,
  };
}

function facts({ entry, here }: KnownImage): string {
  if (here !== null) return `${here.contents} · ${formatBytes(here.sizeBytes)} · built ${formatTime(here.createdAt)}`;
  return entry === null ? '' : `Not here yet · about ${formatBytes(entry.downloadBytes)} to download`;
}

export function ImageCard({ image }: { image: KnownImage }) {
  const { name, title, description, entry, here, task } = image;
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
        {here !== null && here.usedBy.length > 0 && <p className="faint">Used by {here.usedBy.join(', ')}</p>}
        {task && <TaskCard task={task} />}
      </div>
      <div className="image-buttons">
        {entry && (
          <Button icon={Plus} onClick={() => go({ page: 'new-machine', image: name })}>
            New machine
          </Button>
        )}
        {here === null && task === null && (
          <Button icon={HardDriveDownload} onClick={() => pullImage(name)}>
            Build now
          </Button>
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
