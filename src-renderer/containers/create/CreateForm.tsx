import { Collapsible } from '@base-ui/react/collapsible';
import { ChevronRight, Play } from 'lucide-react';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import type { ImageSettings } from '../../../src-core/contract/container-images.ts';
import { type Failure, toFailure } from '../../../src-core/contract/failures.ts';
import { Button } from '../../parts/Button.tsx';
import { FailureNotice } from '../../parts/Failure.tsx';
import { Field, TextInput } from '../../parts/Field.tsx';
import { useInventory } from '../../state/inventory.ts';
import { goToContainer } from '../../state/place.ts';
import { service } from '../../state/session.ts';
import { LimitFields } from '../LimitFields.tsx';
import { containerNameProblem, proposedContainerName } from '../names.ts';
import { RestartFields } from '../RestartFields.tsx';
import { useContainerNames } from '../selectors.ts';
import { useTakenPorts } from '../useTakenPorts.ts';
import { creation, type Draft, draftProblem, firstDraft } from './draft.ts';
import { HealthFields } from './HealthFields.tsx';
import { MountFields } from './MountFields.tsx';
import { NetworkField } from './NetworkField.tsx';
import { PortFields } from './PortFields.tsx';
import { type PartProps, ProcessFields } from './ProcessFields.tsx';
import { PullProgress } from './PullProgress.tsx';

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="stack-tight advanced-part">
      <h2 className="section-title">{title}</h2>
      {children}
    </section>
  );
}

function Advanced(props: PartProps) {
  const { draft, change } = props;
  const containers = Object.values(useInventory((inventory) => inventory.containers));
  return (
    <Collapsible.Root className="advanced">
      <Collapsible.Trigger className="advanced-trigger">
        <ChevronRight size={16} aria-hidden className="advanced-arrow" />
        Advanced
        <span className="faint">command, environment, volumes, limits, restart, network, health</span>
      </Collapsible.Trigger>
      <Collapsible.Panel className="advanced-panel stack">
        <Part title="Process">
          <ProcessFields {...props} />
        </Part>
        <Part title="Volumes and folders">
          <MountFields mounts={draft.mounts} onChange={(mounts) => change({ mounts })} />
        </Part>
        <Part title="Limits">
          <LimitFields
            limits={draft.limits}
            containers={containers}
            onChange={(limits) => change({ limits: { ...draft.limits, ...limits } })}
          />
        </Part>
        <Part title="Life">
          <RestartFields restart={draft.restart} onChange={(restart) => change({ restart })} />
          <HealthFields {...props} />
        </Part>
        <Part title="Network">
          <NetworkField network={draft.network} onChange={(network) => change({ network })} />
        </Part>
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}

function useCreation(image: string, draft: Draft, takenPorts: ReadonlySet<number>) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [begunAt, setBegunAt] = useState<number | null>(null);
  async function create(start: boolean): Promise<void> {
    setBegunAt(Date.now());
    setFailure(null);
    try {
      const container = await service().containers.create(creation(draft, image, { start, takenPorts }));
      goToContainer(container.id, start ? (draft.terminal ? 'terminal' : 'logs') : 'summary');
    } catch (error) {
      setFailure(toFailure(error, `create a container of ${image}`));
      setBegunAt(null);
    }
  }
  return { failure, begunAt, create };
}

interface CreateFormProps {
  readonly image: string;
  readonly title: string;
  readonly text: string;
  /** null: it is not here yet. */
  readonly settings: ImageSettings | null;
}

/** One page of defaults that work; what they are of is behind "Advanced". */
export function CreateForm({ image, title, text, settings }: CreateFormProps) {
  const taken = useContainerNames();
  const takenPorts = useTakenPorts();
  const [draft, setDraft] = useState(() => firstDraft(proposedContainerName(image, taken), settings));
  const { failure, begunAt, create } = useCreation(image, draft, takenPorts);
  const change = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }));
  const busy = begunAt !== null;
  // While it is being made the name is taken by the new container itself.
  const nameError = busy ? undefined : containerNameProblem(draft.name, taken);
  const problem = draftProblem(draft, takenPorts);
  const blocked = busy || nameError !== undefined || problem !== undefined;

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (!blocked) void create(true);
  }

  return (
    <form className="create create-wide" onSubmit={submit}>
      <div className="create-source">
        <span className="create-title">{title}</span>
        <span className="faint">{text}</span>
      </div>
      <Field label="Name" error={nameError} hint="Other guests of its network find it by this name.">
        <TextInput mono value={draft.name} onChange={(name) => change({ name })} />
      </Field>
      <Part title="Published ports">
        <PortFields ports={draft.ports} onChange={(ports) => change({ ports })} />
      </Part>
      <Advanced draft={draft} settings={settings} change={change} />
      {begunAt !== null && <PullProgress since={begunAt} />}
      {failure && <FailureNotice failure={failure} />}
      <div className="create-buttons">
        {/* What one came for has the focus: a card and Enter make a running container. */}
        <Button look="primary" icon={Play} type="submit" disabled={blocked} autoFocus>
          Create and start
        </Button>
        <Button disabled={blocked} onClick={() => void create(false)}>
          Create
        </Button>
        {problem !== undefined && <span className="faint">{problem}.</span>}
        {settings === null && problem === undefined && (
          <span className="faint">Its image is not here yet: it is fetched first.</span>
        )}
      </div>
    </form>
  );
}
