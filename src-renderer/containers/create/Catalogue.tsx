import { Box, HardDriveDownload, type LucideIcon, MoveRight } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import type { BaseImage, ContainerImageView } from '../../../src-core/contract/container-images.ts';
import { toFailure } from '../../../src-core/contract/failures.ts';
import { Button } from '../../parts/Button.tsx';
import { FailureNotice } from '../../parts/Failure.tsx';
import { Field, TextInput } from '../../parts/Field.tsx';
import { countOf, formatBytes } from '../../parts/quantities.ts';
import { useInventory } from '../../state/inventory.ts';
import { go, placeHash } from '../../state/place.ts';
import { imageOf } from '../images/image-references.ts';
import { useBaseImages } from '../images/useBaseImages.ts';

interface CardProps {
  readonly icon: LucideIcon;
  readonly image: string;
  readonly title: string;
  readonly text: string;
  readonly foot: string;
}

function Card({ icon: Icon, image, title, text, foot }: CardProps) {
  return (
    <li>
      <a className="card card-low" href={placeHash({ page: 'new-container', image })}>
        <span className="card-head">
          <Icon size={20} strokeWidth={1.5} aria-hidden className="card-icon" />
          <span className="card-title">{title}</span>
        </span>
        <span className="card-text">{text}</span>
        <span className="card-foot">{foot}</span>
      </a>
    </li>
  );
}

function BaseCard({ base }: { base: BaseImage }) {
  return (
    <Card
      icon={base.present ? Box : HardDriveDownload}
      image={base.name}
      title={base.title}
      text={base.description}
      foot={
        base.present ? 'Ready to use' : `Made here on first use · about ${formatBytes(base.downloadBytes)} to download`
      }
    />
  );
}

function imageText({ layers, sizeBytes }: ContainerImageView): string {
  return `${formatBytes(sizeBytes)} in ${countOf(layers, 'layer')}`;
}

/** An image of any registry, by its name. */
function FromRegistry() {
  const [reference, setReference] = useState('');
  const image = reference.trim();
  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (image !== '') go({ page: 'new-container', image });
  }
  return (
    <form className="reference-form" onSubmit={submit}>
      <Field
        label="Image"
        hint="As in nginx:1.27, ghcr.io/team/app or registry.example.org/web@sha256:… Pulled first if it is not here."
      >
        <div className="row row-tight">
          <TextInput mono placeholder="nginx:1.27" value={reference} onChange={setReference} />
          <Button icon={MoveRight} type="submit" disabled={image === ''}>
            Go on
          </Button>
        </div>
      </Field>
    </form>
  );
}

/** Newest first: what one has just built or pulled is what one wants to run. */
function ownImages(images: Readonly<Record<string, ContainerImageView>>, bases: readonly BaseImage[]) {
  const isBase = (image: ContainerImageView) =>
    bases.some(({ name, present }) => present && imageOf(name, { [image.id]: image }) !== undefined);
  return Object.values(images)
    .filter((image) => image.names.length > 0 && !isBase(image))
    .sort((a, b) => b.arrivedAt - a.arrivedAt);
}

/** What a container can be made from. */
export function Catalogue() {
  const images = useInventory((inventory) => inventory.containerImages);
  const { data: bases = [], error, refetch } = useBaseImages();
  const own = ownImages(images, bases);
  return (
    <div className="stack">
      {error && (
        <FailureNotice failure={toFailure(error, 'list the images that can be had')}>
          <Button small onClick={() => void refetch()}>
            Try again
          </Button>
        </FailureNotice>
      )}
      {own.length > 0 && (
        <section className="stack-tight">
          <h2 className="section-title">On this computer</h2>
          <ul className="cards">
            {own.map((image) => (
              <Card
                key={image.id}
                icon={Box}
                image={image.names[0] ?? image.id}
                title={image.names[0] ?? image.id}
                text={imageText(image)}
                foot="Ready to use"
              />
            ))}
          </ul>
        </section>
      )}
      <section className="stack-tight">
        <h2 className="section-title">Made here, without any registry</h2>
        <ul className="cards">
          {bases.map((base) => (
            <BaseCard key={base.name} base={base} />
          ))}
        </ul>
      </section>
      <section className="stack-tight">
        <h2 className="section-title">From a registry</h2>
        <FromRegistry />
      </section>
    </div>
  );
}
