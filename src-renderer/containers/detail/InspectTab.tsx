import { useQuery } from '@tanstack/react-query';
import { Copy } from 'lucide-react';
import { useState } from 'react';
import type { ContainerView } from '../../../src-core/contract/containers.ts';
import { toFailure } from '../../../src-core/contract/failures.ts';
import { Button } from '../../parts/Button.tsx';
import { CommandLine } from '../../parts/CommandLine.tsx';
import { copyText } from '../../parts/clipboard.ts';
import { FailureNotice } from '../../parts/Failure.tsx';
import { prettyJson } from '../../parts/pretty-json.ts';
import { SelectField } from '../../parts/SelectField.tsx';
import { service } from '../../state/session.ts';

const KINDS = [
  { value: 'container', label: 'The container, as the service tells it' },
  { value: 'runtime', label: 'What the OCI runtime was given' },
];

function useRuntimeConfig({ id, startedAt }: ContainerView, wanted: boolean) {
  return useQuery({
    queryKey: ['runtime-config', id, startedAt],
    queryFn: () => service().containers.runtimeConfig({ container: id }),
    enabled: wanted,
  });
}

/** Everything that is known of it, as it is. */
export function InspectTab({ container }: { container: ContainerView }) {
  const [kind, setKind] = useState('container');
  const { data, error } = useRuntimeConfig(container, kind === 'runtime');
  const json = kind === 'container' ? JSON.stringify(container, null, 2) : prettyJson(data?.json ?? '');
  return (
    <div className="stack">
      <div className="row inspect-head">
        <SelectField label="What is shown" labelHidden value={kind} options={KINDS} onChange={setKind} />
        <span className="toolbar-gap" />
        <Button icon={Copy} disabled={json === ''} onClick={() => void copyText(json, 'The description')}>
          Copy all
        </Button>
      </div>
      {kind === 'runtime' && error && (
        <FailureNotice failure={toFailure(error, `read the runtime configuration of container ${container.name}`)} />
      )}
      {json !== '' && (
        <pre className="json" tabIndex={0} aria-label="The container as JSON">
          {json}
        </pre>
      )}
      <CommandLine command={`inn ctr inspect ${container.name}`} />
    </div>
  );
}
