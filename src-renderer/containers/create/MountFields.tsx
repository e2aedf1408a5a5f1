import { Plus, Trash2 } from 'lucide-react';
import { Button, IconButton } from '../../parts/Button.tsx';
import { Field, TextInput } from '../../parts/Field.tsx';
import { FileField } from '../../parts/FileField.tsx';
import { SelectField } from '../../parts/SelectField.tsx';
import { Tick } from '../../parts/Tick.tsx';
import { useInventory } from '../../state/inventory.ts';
import { EMPTY_MOUNT, type MountDraft, mountProblem } from './draft.ts';

const KINDS = [
  { value: 'volume', label: 'Volume', detail: 'Kept by Innkeeper; made when it is not there' },
  { value: 'folder', label: 'Folder', detail: 'Of this computer' },
  { value: 'tmpfs', label: 'Memory', detail: 'Gone with its process' },
];

interface MountRowProps {
  readonly mount: MountDraft;
  onChange(mount: MountDraft): void;
  onRemove(): void;
}

function Source({ mount, onChange }: MountRowProps) {
  const volumes = Object.keys(useInventory((inventory) => inventory.volumes));
  const change = (source: string) => onChange({ ...mount, source });
  if (mount.kind === 'tmpfs') return null;
  if (mount.kind === 'folder') {
    return <FileField label="Folder" hint="Of this computer." choose="folder" value={mount.source} onChange={change} />;
  }
  const hint =
    volumes.length === 0
      ? 'A new one.'
      : volumes.includes(mount.source)
        ? 'It is there.'
        : 'A new one, unless it is there.';
  return (
    <Field label="Volume" hint={hint}>
      <TextInput mono placeholder={volumes[0] ?? 'data'} value={mount.source} onChange={change} />
    </Field>
  );
}

function MountRow(props: MountRowProps) {
  const { mount, onChange, onRemove } = props;
  return (
    <div className="mount-row">
      <SelectField
        label="Kind"
        value={mount.kind}
        options={KINDS}
        onChange={(kind) => onChange({ ...mount, kind: kind as MountDraft['kind'], source: '' })}
      />
      <Source {...props} />
      <Field label="In the container" error={mountProblem(mount)}>
        <TextInput
          mono
          placeholder="/data"
          value={mount.destination}
          onChange={(destination) => onChange({ ...mount, destination })}
        />
      </Field>
      <span className="mount-end">
        {mount.kind !== 'tmpfs' && (
          <Tick checked={mount.readOnly} onChange={(readOnly) => onChange({ ...mount, readOnly })}>
            Read-only
          </Tick>
        )}
        <IconButton icon={Trash2} label={`Leave out ${mount.destination || 'this one'}`} onClick={onRemove} />
      </span>
    </div>
  );
}

interface MountFieldsProps {
  readonly mounts: readonly MountDraft[];
  onChange(mounts: readonly MountDraft[]): void;
}

/** What outlives the container, and what it shares with this computer. */
export function MountFields({ mounts, onChange }: MountFieldsProps) {
  return (
    <div className="stack-tight">
      {mounts.map((mount, index) => (
        <MountRow
          key={index}
          mount={mount}
          onChange={(changed) => onChange(mounts.map((known, at) => (at === index ? changed : known)))}
          onRemove={() => onChange(mounts.filter((_, at) => at !== index))}
        />
      ))}
      <div>
        <Button small icon={Plus} onClick={() => onChange([...mounts, EMPTY_MOUNT])}>
          Add a volume or folder
        </Button>
      </div>
    </div>
  );
}
