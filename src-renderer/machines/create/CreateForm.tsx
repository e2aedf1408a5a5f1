import { Collapsible } from '@base-ui/react/collapsible';
import { ChevronRight, Play } from 'lucide-react';
import { type SubmitEvent, useState } from 'react';
import { type Failure, toFailure } from '../../../src-core/contract/failures.ts';
import type { HostView } from '../../../src-core/contract/host.ts';
import type { CatalogEntry } from '../../../src-core/contract/images.ts';
import { MIN_MEMORY_BYTES } from '../../../src-core/contract/machines.ts';
import { Button } from '../../parts/Button.tsx';
import { FailureNotice } from '../../parts/Failure.tsx';
import { Field, TextInput } from '../../parts/Field.tsx';
import { countOf, formatBytes } from '../../parts/quantities.ts';
import { StopSlider } from '../../parts/StopSlider.tsx';
import { useInventory } from '../../state/inventory.ts';
import { goToMachine } from '../../state/place.ts';
import { service } from '../../state/session.ts';
import { nameProblem, proposedName } from '../names.ts';
import { useMachineNames } from '../selectors.ts';
import { CpuLimitSlider } from '../../hardware/CpuLimitSlider.tsx';
import { DiskFields } from './DiskFields.tsx';
import { creation, type Draft, filesProblem, firstDraft } from './draft.ts';
import { FileFields } from './FileFields.tsx';
import { NetworkFields } from './NetworkFields.tsx';
import { UserDataField } from './UserDataField.tsx';
import { userDataProblem } from './user-data.ts';
import { memoryStops, processorStops } from '../../hardware/memory-stops.ts';
import { memoryWarning, processorWarning } from '../../hardware/over-promise.ts';

interface CreateFormProps {
  /** null: from files. */
  readonly entry: CatalogEntry | null;
  readonly host: HostView;
}

interface PartProps extends CreateFormProps {
  readonly draft: Draft;
  change(change: Partial<Draft>): void;
}

function Size({ entry, host, draft, change }: PartProps) {
  const machines = useInventory((inventory) => inventory.machines);
  const others = Object.values(machines);
  const least = entry?.minimumMemoryBytes ?? MIN_MEMORY_BYTES;
  return (
    <>
      <StopSlider
        label="Memory"
        stops={memoryStops(least, host.limits.memoryBytes)}
        value={draft.memoryBytes}
        format={formatBytes}
        warning={memoryWarning(draft, others, host)}
        onChange={(memoryBytes) => change({ memoryBytes })}
      />
      <StopSlider
        label="Processors"
        stops={processorStops(host.limits.processors)}
        value={draft.processors}
        format={(count) => countOf(count, 'processor')}
        warning={processorWarning(draft, others, host)}
        onChange={(processors) => change({ processors })}
      />
    </>
  );
}

function Advanced({ draft, change }: PartProps) {
  return (
    <Collapsible.Root className="advanced">
      <Collapsible.Trigger className="advanced-trigger">
        <ChevronRight size={16} aria-hidden className="advanced-arrow" />
        Advanced
        <span className="faint">disks, network, user-data, processor limit</span>
      </Collapsible.Trigger>
      <Collapsible.Panel className="advanced-panel stack">
        <DiskFields disks={draft.disks} onChange={(disks) => change({ disks })} />
        <NetworkFields networks={draft.networks} onChange={(networks) => change({ networks })} />
        <UserDataField value={draft.userData} onChange={(userData) => change({ userData })} />
        <CpuLimitSlider
          value={draft.cpuLimit}
          hint="Of one processor of this computer, for each of its own. It can be changed at any time."
          onChange={(cpuLimit) => change({ cpuLimit })}
        />
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}

function useCreation(entry: CatalogEntry | null, draft: Draft) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [busy, setBusy] = useState(false);
  async function create(start: boolean): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      const machine = await service().machines.create(creation(draft, entry, start));
      goToMachine(machine.id, start ? 'console' : 'summary');
    } catch (error) {
      setFailure(toFailure(error, `create machine ${draft.name}`));
      setBusy(false);
    }
  }
  return { failure, busy, create };
}

export function CreateForm({ entry, host }: CreateFormProps) {
  const taken = useMachineNames();
  const [draft, setDraft] = useState(() => firstDraft(proposedName(entry?.name ?? null, taken), entry));
  const { failure, busy, create } = useCreation(entry, draft);
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const part = { entry, host, draft, change };
  // While it is being made the name is taken by the new machine itself.
  const nameError = busy ? undefined : nameProblem(draft.name, taken);
  const fileError = entry === null ? filesProblem(draft) : undefined;
  const dataError = userDataProblem(draft.userData);
  const blocked = busy || [nameError, fileError, dataError].some((error) => error !== undefined);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (!blocked) void create(true);
  }

  return (
    <form className="create" onSubmit={submit}>
      <div className="create-source">
        <span className="create-title">{entry?.title ?? 'From files'}</span>
        <span className="faint">{entry?.description ?? 'What it boots lies on this computer.'}</span>
      </div>
      <Field label="Name" error={nameError} hint="Also its host name.">
        <TextInput mono value={draft.name} onChange={(name) => change({ name })} />
      </Field>
      {entry === null && <FileFields draft={draft} onChange={change} />}
      <Size {...part} />
      <Advanced {...part} />
      {failure && <FailureNotice failure={failure} />}
      <div className="create-buttons">
        {/* What one came for has the focus: a card and Enter make a running machine. */}
        <Button look="primary" icon={Play} type="submit" disabled={blocked} autoFocus={entry !== null}>
          Create and start
        </Button>
        <Button disabled={blocked} onClick={() => void create(false)}>
          Create
        </Button>
        {fileError !== undefined && <span className="faint">{fileError}.</span>}
        {entry && !entry.present && (
          <span className="faint">Its image is built first: about {formatBytes(entry.downloadBytes)} to download.</span>
        )}
      </div>
    </form>
  );
}
