import { useState } from 'react';
import type { TaskView } from '../../../src-core/contract/tasks.ts';
import { FormDialog, showDialog } from '../../parts/dialogs.tsx';
import { Field, TextInput } from '../../parts/Field.tsx';
import { FileField } from '../../parts/FileField.tsx';
import { TextArea } from '../../parts/TextArea.tsx';
import { Tick } from '../../parts/Tick.tsx';
import { go } from '../../state/place.ts';
import { service } from '../../state/session.ts';
import { argumentsOf, argumentsProblem, tagsOf } from './build-draft.ts';

const EMPTY = { directory: '', file: '', tags: '', text: '', target: '', noCache: false, renew: false };
/** What was built last: a build is often done again. */
let last = EMPTY;

function BuildDialog({ initial }: { initial: typeof EMPTY }) {
  const [draft, setDraft] = useState(initial);
  const { directory, file, tags, text, target, noCache, renew } = draft;
  const set = (change: Partial<typeof EMPTY>): void => setDraft((now) => ({ ...now, ...change }));
  const problem = argumentsProblem(text);
  async function build(): Promise<void> {
    const task: TaskView = await service().containerImages.build({
      directory: directory.trim(),
      ...(file.trim() === '' ? {} : { file: file.trim() }),
      ...(target.trim() === '' ? {} : { target: target.trim() }),
      tags: [...tagsOf(tags)],
      arguments: argumentsOf(text),
      noCache,
      renew,
    });
    last = draft;
    go({ page: 'build', task: task.id });
  }
  return (
    <FormDialog
      wide
      title="Build an image"
      text="From a Containerfile (or Dockerfile) and the folder that it takes files from. Each step runs in a container of its own."
      verb="Build"
      doing={`build an image from ${directory}`}
      blocked={directory.trim() === '' || problem !== undefined}
      submit={build}
    >
      <FileField
        label="Folder"
        hint="Of this computer: what COPY and ADD find."
        choose="folder"
        autoFocus
        value={directory}
        onChange={(directory) => set({ directory })}
      />
      <div className="field-row">
        <Field label="Containerfile" hint="In the folder. Empty: Containerfile, else Dockerfile.">
          <TextInput mono placeholder="Containerfile" value={file} onChange={(file) => set({ file })} />
        </Field>
        <Field label="Names" hint="Several with spaces between them.">
          <TextInput mono placeholder="shop/web:1.2" value={tags} onChange={(tags) => set({ tags })} />
        </Field>
        <Field label="Stage" hint="Empty: the last.">
          <TextInput mono placeholder="the last" value={target} onChange={(target) => set({ target })} />
        </Field>
      </div>
      <Field label="Arguments" error={problem} hint="A line for each: NAME=value, for ARG.">
        <TextArea mono rows={2} placeholder="VERSION=1.2" value={text} onChange={(text) => set({ text })} />
      </Field>
      <div className="tick-columns">
        <Tick checked={noCache} hint="Every step runs, also what ran before." onChange={(noCache) => set({ noCache })}>
          From the beginning
        </Tick>
        <Tick checked={renew} hint="Registries are asked for newer ones." onChange={(renew) => set({ renew })}>
          Newest base images
        </Tick>
      </div>
    </FormDialog>
  );
}

export function askBuild(): void {
  showDialog(<BuildDialog initial={EMPTY} />);
}

/** With what was asked for the last time. */
export function askBuildAgain(): void {
  showDialog(<BuildDialog initial={last} />);
}
