import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { toFailure } from '../../../src-core/contract/failures.ts';
import { attempt } from '../../parts/attempt.ts';
import { Button } from '../../parts/Button.tsx';
import { FormDialog, showDialog } from '../../parts/dialogs.tsx';
import { FailureNotice } from '../../parts/Failure.tsx';
import { Field, TextInput } from '../../parts/Field.tsx';
import { tellDone } from '../../parts/tell.ts';
import { service, useSession } from '../../state/session.ts';

const KEY = 'registries';

function useRegistries() {
  const generation = useSession((session) => session.generation);
  return useQuery({
    queryKey: [KEY, generation],
    queryFn: () => service().containerImages.registries({}),
    staleTime: 0,
  });
}

function Known() {
  const { data = [], error } = useRegistries();
  const queries = useQueryClient();
  async function logout(registry: string): Promise<void> {
    if (!(await attempt(`log out at ${registry}`, () => service().containerImages.logout({ registry })))) return;
    await queries.invalidateQueries({ queryKey: [KEY] });
    tellDone(`Logged out at ${registry}`);
  }
  if (error) return <FailureNotice failure={toFailure(error, 'list registries')} />;
  if (data.length === 0) return <p className="section-empty">You are logged in nowhere.</p>;
  return (
    <ul className="hardware">
      {data.map(({ registry, user }) => (
        <li key={registry} className="registry-row">
          <KeyRound size={16} aria-hidden className="faint" />
          <span>
            <code>{registry}</code> <span className="faint">as {user}</span>
          </span>
          <Button small aria-label={`Log out at ${registry}`} onClick={() => void logout(registry)}>
            Log out
          </Button>
        </li>
      ))}
    </ul>
  );
}

function RegistriesDialog() {
  const [registry, setRegistry] = useState('');
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  return (
    <FormDialog
      title="Registries"
      text="Who you are where images come from and go to. It is checked with the registry, and kept in a file that only you can read."
      verb="Log in"
      doing={`log in at ${registry}`}
      blocked={[registry, user, password].some((text) => text.trim() === '')}
      submit={async () => {
        await service().containerImages.login({ registry: registry.trim(), user: user.trim(), password });
        tellDone(`Logged in at ${registry.trim()}`);
      }}
    >
      <Known />
      <Field label="Registry">
        <TextInput mono autoFocus placeholder="registry.example.org" value={registry} onChange={setRegistry} />
      </Field>
      <Field label="User">
        <TextInput value={user} onChange={setUser} />
      </Field>
      <Field label="Password or token">
        <TextInput secret value={password} onChange={setPassword} />
      </Field>
    </FormDialog>
  );
}

export function askRegistries(): void {
  showDialog(<RegistriesDialog />);
}
