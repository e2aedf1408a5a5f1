import { Copy } from 'lucide-react';
import { useState } from 'react';
import type { ContainerImageView } from '../../../src-core/contract/container-images.ts';
import { toFailure } from '../../../src-core/contract/failures.ts';
import { Button } from '../../parts/Button.tsx';
import { CommandLine } from '../../parts/CommandLine.tsx';
import { copyText } from '../../parts/clipboard.ts';
import { FailureNotice } from '../../parts/Failure.tsx';
import { prettyJson } from '../../parts/pretty-json.ts';
import { SelectField } from '../../parts/SelectField.tsx';
import { imageTitle } from './image-references.ts';
import { useImageDetail } from './useImageDetail.ts';

const KINDS = [
  { value: 'config', label: 'Its configuration' },
  { value: 'manifest', label: 'Its manifest' },
];

/** The documents that it consists of, besides its layers. */
export function ImageInspectTab({ image }: { image: ContainerImageView }) {
  const { data, error } = useImageDetail(image.id);
  const [kind, setKind] = useState('config');
  if (error) return <FailureNotice failure={toFailure(error, `look at image ${imageTitle(image)}`)} />;
  if (data === undefined) return null;
  const json = prettyJson(kind === 'config' ? data.config : data.manifest);
  return (
    <div className="stack">
      <div className="row inspect-head">
        <SelectField label="What is shown" labelHidden value={kind} options={KINDS} onChange={setKind} />
        <span className="toolbar-gap" />
        <Button icon={Copy} onClick={() => void copyText(json, 'The document')}>
          Copy all
        </Button>
      </div>
      <pre className="json" tabIndex={0} aria-label="The document as JSON">
        {json}
      </pre>
      <CommandLine command={`inn ctr image inspect ${imageTitle(image)}`} />
    </div>
  );
}
