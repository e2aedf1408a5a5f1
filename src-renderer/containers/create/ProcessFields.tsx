import type { ImageSettings } from '../../../src-core/contract/container-images.ts';
import { Field, TextInput } from '../../parts/Field.tsx';
import { TextArea } from '../../parts/TextArea.tsx';
import { Tick } from '../../parts/Tick.tsx';
import { joinWords } from '../command-words.ts';
import { type Draft, environmentProblem, wordsProblem } from './draft.ts';

export interface PartProps {
  readonly draft: Draft;
  /** null: of an image that is not here yet. */
  readonly settings: ImageSettings | null;
  change(change: Partial<Draft>): void;
}

function Manners({ draft, change }: Omit<PartProps, 'settings'>) {
  return (
    <div className="tick-columns">
      <Tick
        checked={draft.terminal}
        hint="For shells: it is typed into, and has colours."
        onChange={(terminal) => change({ terminal })}
      >
        Terminal and input
      </Tick>
      <Tick checked={draft.init} hint="Passes signals on and reaps processes." onChange={(init) => change({ init })}>
        A small process 1
      </Tick>
      <Tick
        checked={draft.readOnlyRoot}
        hint="It writes only into volumes, folders and memory."
        onChange={(readOnlyRoot) => change({ readOnlyRoot })}
      >
        Read-only files
      </Tick>
      <Tick
        checked={draft.removeAtEnd}
        hint="With all that it wrote, when its process ends."
        onChange={(removeAtEnd) => change({ removeAtEnd })}
      >
        Delete it at its end
      </Tick>
    </div>
  );
}

/** What runs in it, and as whom. */
export function ProcessFields({ draft, settings, change }: PartProps) {
  const own = settings === null ? 'as the image has it' : joinWords(settings.command) || 'none';
  return (
    <div className="stack">
      <div className="field-row">
        <Field
          label="Command"
          error={wordsProblem(draft.command)}
          hint="Instead of the image’s, behind its entrypoint."
        >
          <TextInput mono placeholder={own} value={draft.command} onChange={(command) => change({ command })} />
        </Field>
        <Field label="Entrypoint" error={wordsProblem(draft.entrypoint)} hint="Instead of the image’s.">
          <TextInput
            mono
            placeholder={settings === null ? 'as the image has it' : joinWords(settings.entrypoint) || 'none'}
            value={draft.entrypoint}
            onChange={(entrypoint) => change({ entrypoint })}
          />
        </Field>
      </div>
      <div className="field-row">
        <Field label="User" hint="As in 1000:1000, or a name.">
          <TextInput
            mono
            placeholder={settings?.user || 'root'}
            value={draft.user}
            onChange={(user) => change({ user })}
          />
        </Field>
        <Field label="Working directory">
          <TextInput
            mono
            placeholder={settings?.workingDirectory || '/'}
            value={draft.workingDirectory}
            onChange={(workingDirectory) => change({ workingDirectory })}
          />
        </Field>
        <Field label="Host name">
          <TextInput
            mono
            placeholder={draft.name}
            value={draft.hostName}
            onChange={(hostName) => change({ hostName })}
          />
        </Field>
      </div>
      <Field
        label="Environment"
        error={environmentProblem(draft.environment)}
        hint="A line for each: NAME=value, added to the image’s."
      >
        <TextArea
          mono
          rows={3}
          placeholder={settings?.environment.join('\n') || 'TZ=Europe/Vienna'}
          value={draft.environment}
          onChange={(environment) => change({ environment })}
        />
      </Field>
      <Manners draft={draft} change={change} />
    </div>
  );
}
