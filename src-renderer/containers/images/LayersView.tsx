import { Layers, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import type { LayerView } from '../../../src-core/contract/container-images.ts';
import { toFailure } from '../../../src-core/contract/failures.ts';
import { EmptyState } from '../../parts/EmptyState.tsx';
import { FailureNotice } from '../../parts/Failure.tsx';
import { countOf, formatBytes } from '../../parts/quantities.ts';
import { shortDigest } from '../names.ts';
import { LayerFiles } from './LayerFiles.tsx';
import { useImageDetail } from './useImageDetail.ts';

interface LayerRowProps {
  readonly layer: LayerView;
  readonly number: number;
  /** The largest layer's size: its bar is full. */
  readonly largest: number;
  readonly chosen: boolean;
  choose(): void;
}

function LayerRow({ layer, number, largest, chosen, choose }: LayerRowProps) {
  const { createdBy, unpackedBytes, files, sharedWith, diffId } = layer;
  const size = formatBytes(unpackedBytes);
  return (
    <li>
      <button type="button" className="layer-row" aria-pressed={chosen} onClick={choose}>
        <span className="layer-number figure">{number}</span>
        <span className="layer-text">
          <code className="layer-made">{createdBy || 'It does not say what made it'}</code>
          <span className="faint layer-facts">
            {shortDigest(diffId)} · {countOf(files, 'file')}
            {sharedWith.length > 0 && ` · shared with ${sharedWith.join(', ')}`}
          </span>
          <span className="layer-bar" aria-hidden>
            <span
              data-shared={sharedWith.length > 0 ? '' : undefined}
              style={{ width: `${Math.max(1, (unpackedBytes / Math.max(1, largest)) * 100)}%` }}
            />
          </span>
        </span>
        <span className="figure layer-size">{size}</span>
      </button>
    </li>
  );
}

/** The layers that an image consists of, and the files of one of them. */
export function LayersView({ image }: { image: string }) {
  const { data, error, isPending } = useImageDetail(image);
  const [chosen, setChosen] = useState<string | null>(null);
  if (error) {
    return (
      <div className="panel-pad">
        <FailureNotice failure={toFailure(error, 'look at the layers of the image')} />
      </div>
    );
  }
  if (isPending) {
    return <EmptyState icon={LoaderCircle} title="Reading the layers …" />;
  }
  const layers = data.layerList;
  if (layers.length === 0) return <EmptyState icon={Layers} title="It has no layers" text="It is empty." />;
  const open = layers.find(({ diffId }) => diffId === chosen) ?? layers[0];
  const shared = layers.filter(({ sharedWith }) => sharedWith.length > 0);
  const sharedBytes = shared.reduce((sum, { unpackedBytes }) => sum + unpackedBytes, 0);
  return (
    <div className="layers">
      <section className="layers-list" aria-label="Layers, the lowest first">
        <p className="layers-head faint">
          {countOf(layers.length, 'layer')}, {formatBytes(data.sizeBytes)}
          {sharedBytes > 0 && `, of which ${formatBytes(sharedBytes)} shared with other images`}
        </p>
        <ol className="layer-rows">
          {layers.map((layer, index) => (
            <LayerRow
              key={`${index} ${layer.diffId}`}
              layer={layer}
              number={index + 1}
              largest={Math.max(...layers.map(({ unpackedBytes }) => unpackedBytes))}
              chosen={layer === open}
              choose={() => setChosen(layer.diffId)}
            />
          ))}
        </ol>
      </section>
      {open && <LayerFiles key={open.diffId} layer={open} />}
    </div>
  );
}
