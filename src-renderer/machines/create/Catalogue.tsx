import { FileCog, HardDriveDownload, Package } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { toFailure } from '../../../src-core/contract/failures.ts';
import type { CatalogEntry } from '../../../src-core/contract/images.ts';
import { Button } from '../../parts/Button.tsx';
import { FailureNotice } from '../../parts/Failure.tsx';
import { formatBytes } from '../../parts/quantities.ts';
import { FROM_FILES, placeHash } from '../../state/place.ts';
import { useImageEntries } from './useImageEntries.ts';

interface CardProps {
  readonly icon: LucideIcon;
  readonly image: string;
  readonly title: string;
  readonly text: string;
  readonly foot: ReactNode;
}

function Card({ icon: Icon, image, title, text, foot }: CardProps) {
  return (
    <li>
      <a className="card" href={placeHash({ page: 'new-machine', image })}>
        <Icon size={28} strokeWidth={1.5} aria-hidden className="card-icon" />
        <span className="card-title">{title}</span>
        <span className="card-text">{text}</span>
        <span className="card-foot">{foot}</span>
      </a>
    </li>
  );
}

function availabilityText({ present, downloadBytes }: CatalogEntry): string {
  if (present) return 'Ready to use';
  return `Built on first use · about ${formatBytes(downloadBytes)} to download`;
}

export function Catalogue() {
  const { data: entries, error, isPending, refetch } = useImageEntries();
  return (
    <>
      {error && (
        <FailureNotice failure={toFailure(error, 'list the images that can be had')}>
          <Button small onClick={() => void refetch()}>
            Try again
          </Button>
        </FailureNotice>
      )}
      <ul className="cards" aria-label="What the machine boots" aria-busy={isPending}>
        {(entries ?? []).map((entry) => (
          <Card
            key={entry.name}
            icon={entry.present ? Package : HardDriveDownload}
            image={entry.name}
            title={entry.title}
            text={entry.description}
            foot={availabilityText(entry)}
          />
        ))}
        <Card
          icon={FileCog}
          image={FROM_FILES}
          title="From files"
          text="Your own RISC-V kernel, initramfs, firmware or disk from this computer."
          foot="Nothing to download"
        />
      </ul>
    </>
  );
}
