import { type SubmitEvent, useState } from 'react';
import { toFailure } from '../../src-core/contract/failures.ts';
import { type Settings, settingsSchema } from '../../src-core/contract/service.ts';
import { Button } from '../parts/Button.tsx';
import { FailureNotice } from '../parts/Failure.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { tellDone } from '../parts/tell.ts';
import { useSettingsChange } from './useSettings.ts';

function mirrorProblem(text: string): string | undefined {
  if (text === '' || settingsSchema.shape.debianMirror.safeParse(text).success) return undefined;
  return 'Write an address that begins with http:// or https://';
}

function MirrorForm({ settings }: { settings: Settings }) {
  const [mirror, setMirror] = useState(settings.debianMirror ?? '');
  const change = useSettingsChange(() => tellDone('The archive’s address is saved'));
  const problem = mirrorProblem(mirror);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (problem === undefined) change.mutate({ debianMirror: mirror === '' ? null : mirror });
  };
  return (
    <form className="setting" onSubmit={submit}>
      <Field
        label="Address of the Debian archive"
        error={problem}
        hint="Empty: as this computer’s apt is set up, else the mirror of your country. What comes from there is accepted only with Debian’s signature."
      >
        <div className="row row-tight">
          <TextInput mono placeholder="found automatically" value={mirror} onChange={setMirror} />
          <Button type="submit" disabled={problem !== undefined || mirror === (settings.debianMirror ?? '')}>
            Save
          </Button>
        </div>
      </Field>
      {change.error && <FailureNotice failure={toFailure(change.error, 'save the archive’s address')} />}
    </form>
  );
}

export function MirrorSetting({ settings }: { settings: Settings }) {
  return <MirrorForm key={settings.debianMirror ?? ''} settings={settings} />;
}
