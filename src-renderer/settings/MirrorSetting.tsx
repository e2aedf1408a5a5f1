import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { toFailure } from '../../src-core/contract/failures.ts';
import { type Settings, settingsSchema } from '../../src-core/contract/service.ts';
import { Button } from '../parts/Button.tsx';
import { FailureNotice } from '../parts/Failure.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { tellDone } from '../parts/tell.ts';
import { service, useSession } from '../state/session.ts';

function mirrorProblem(text: string): string | undefined {
  if (text === '' || settingsSchema.shape.debianMirror.safeParse(text).success) return undefined;
  return 'Write an address that begins with http:// or https://';
}

function MirrorForm({ settings }: { settings: Settings }) {
  const [mirror, setMirror] = useState(settings.debianMirror ?? '');
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: () => service().service.changeSettings({ debianMirror: mirror === '' ? null : mirror }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: ['settings'] });
      tellDone('The archive’s address is saved');
    },
  });
  const problem = mirrorProblem(mirror);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (problem === undefined) change.mutate();
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

export function MirrorSetting() {
  const generation = useSession((session) => session.generation);
  const { data, error } = useQuery({
    queryKey: ['settings', generation],
    queryFn: () => service().service.settings({}),
    enabled: generation > 0,
  });
  if (error) return <FailureNotice failure={toFailure(error, 'read the settings')} />;
  if (data === undefined) return null;
  return <MirrorForm key={data.debianMirror ?? ''} settings={data} />;
}
