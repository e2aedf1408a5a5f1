import { Play } from 'lucide-react';
import type { ContainerImageView } from '../../../src-core/contract/container-images.ts';
import { IconButton } from '../../parts/Button.tsx';
import { walkRows } from '../../parts/list-tools.tsx';
import { formatBytes, formatTime } from '../../parts/quantities.ts';
import { Table } from '../../parts/Table.tsx';
import { tell } from '../../parts/tell.ts';
import { go, placeHash } from '../../state/place.ts';
import { shortDigest } from '../names.ts';
import { askRemoveContainerImage, removal } from './image-actions.ts';
import { imageTitle } from './image-references.ts';
import { ImageMenu } from './ImageMenu.tsx';

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** By name; those that lost theirs come last. */
function sorted(images: readonly ContainerImageView[]): readonly ContainerImageView[] {
  const last = ({ names }: ContainerImageView) => Number(names.length === 0);
  return images.toSorted((a, b) => last(a) - last(b) || collator.compare(imageTitle(a), imageTitle(b)));
}

function Names({ image }: { image: ContainerImageView }) {
  const { names, id } = image;
  const others = names.slice(1);
  return (
    <th scope="row">
      <a href={placeHash({ page: 'container-images', image: id, tab: 'overview' })}>
        {names[0] ?? `without a name, ${shortDigest(id)}`}
      </a>
      <small className="cell-small">
        {shortDigest(id)}
        {others.length > 0 && ` · also ${others.join(', ')}`}
      </small>
    </th>
  );
}

function UsedBy({ usedBy }: ContainerImageView) {
  if (usedBy.length === 0) return <span className="faint">Nobody</span>;
  return usedBy.length < 3 ? usedBy.join(', ') : `${usedBy.slice(0, 2).join(', ')} and ${usedBy.length - 2} more`;
}

function removeOrTellWhy(image: ContainerImageView | undefined): void {
  if (image === undefined) return;
  const now = removal(image);
  if (now.can) askRemoveContainerImage(image);
  else tell(`${imageTitle(image)} cannot be deleted now`, now.why);
}

const COLUMNS = [
  { label: 'Image' },
  { label: 'Size', isNumber: true },
  { label: 'Of its own', isNumber: true },
  { label: 'Layers', isNumber: true },
  { label: 'Used by' },
  { label: 'Here since' },
  { label: 'Actions', isHidden: true },
];

/** Every image that is here, with what it takes. */
export function ImageTable({ images }: { images: readonly ContainerImageView[] }) {
  const rows = sorted(images);
  return (
    <Table columns={COLUMNS} onKeyDown={(event) => walkRows(event, (index) => removeOrTellWhy(rows[index]))}>
      {rows.map((image, index) => (
        <tr key={image.id} data-index={index}>
          <Names image={image} />
          <td className="number">{formatBytes(image.sizeBytes)}</td>
          <td className="number">{formatBytes(image.ownBytes)}</td>
          <td className="number">{image.layers}</td>
          <td>
            <UsedBy {...image} />
          </td>
          <td className="figure">{formatTime(image.arrivedAt)}</td>
          <td>
            <span className="row-actions">
              <IconButton
                icon={Play}
                label={`New container of ${imageTitle(image)}`}
                onClick={() => go({ page: 'new-container', image: image.names[0] ?? image.id })}
              />
              <ImageMenu image={image} />
            </span>
          </td>
        </tr>
      ))}
    </Table>
  );
}
