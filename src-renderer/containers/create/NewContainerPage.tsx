import { ArrowLeft } from 'lucide-react';
import { useState } from 'react';
import { IconButton } from '../../parts/Button.tsx';
import { countOf, formatBytes } from '../../parts/quantities.ts';
import { useInventory } from '../../state/inventory.ts';
import { go, goToContainer } from '../../state/place.ts';
import { imageOf } from '../images/image-references.ts';
import { useBaseImages } from '../images/useBaseImages.ts';
import { useImageDetail } from '../images/useImageDetail.ts';
import { Catalogue } from './Catalogue.tsx';
import { CreateForm } from './CreateForm.tsx';

function Chosen({ image }: { image: string }) {
  const images = useInventory((inventory) => inventory.containerImages);
  const here = imageOf(image, images);
  const { data: detail, isPending } = useImageDetail(here?.id ?? null);
  const { data: bases } = useBaseImages();
  // An image that comes while the form waits for it must not take the form away.
  const [wasHere] = useState(here !== undefined);
  if (wasHere && isPending) return null;
  const base = bases?.find(({ name }) => name === image);
  const facts =
    here === undefined
      ? base === undefined
        ? 'Pulled from its registry first.'
        : `Made here first: about ${formatBytes(base.downloadBytes)} to download.`
      : `${formatBytes(here.sizeBytes)} in ${countOf(here.layers, 'layer')}, ${here.platform}.`;
  return (
    <CreateForm
      image={image}
      title={base?.title ?? image}
      text={base === undefined ? facts : `${base.description} ${facts}`}
      settings={detail?.settings ?? null}
    />
  );
}

/** From a card to a container: choose an image, look over one page of defaults that work, create. */
export function NewContainerPage({ image }: { image: string | null }) {
  const back = () => (image === null ? goToContainer(null) : go({ page: 'new-container', image: null }));
  return (
    <div className="page">
      <header className="page-head">
        <IconButton
          icon={ArrowLeft}
          label={image === null ? 'Back to the containers' : 'Back to the choice'}
          onClick={back}
        />
        <div>
          <h1 className="page-title">New container</h1>
          {image === null && <p className="page-text">Choose the image that it is made from.</p>}
        </div>
      </header>
      <div className="page-body">{image === null ? <Catalogue /> : <Chosen key={image} image={image} />}</div>
    </div>
  );
}
