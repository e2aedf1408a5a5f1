import { ExternalLink, FileUp, FilePlus2 } from 'lucide-react';
import { type ChangeEvent, useRef } from 'react';
import { MAX_USER_DATA_CHARACTERS } from '../../../src-core/contract/machines.ts';
import { openLink } from '../../desktop/links.ts';
import { Button } from '../../parts/Button.tsx';
import { Field } from '../../parts/Field.tsx';
import { TextArea } from '../../parts/TextArea.tsx';
import { tell, tellFailure } from '../../parts/tell.ts';
import { USER_DATA_EXAMPLE, userDataProblem } from './user-data.ts';

const REFERENCE = 'https://cloudinit.readthedocs.io/en/latest/reference/examples.html';

interface UserDataFieldProps {
  readonly value: string;
  onChange(text: string): void;
}

async function readText(file: File): Promise<string | null> {
  if (file.size > 4 * MAX_USER_DATA_CHARACTERS) {
    tell(`${file.name} is too large`, `User-data has at most ${MAX_USER_DATA_CHARACTERS / 1024} KiB.`);
    return null;
  }
  return file.text();
}

/** What the guest does to itself when it starts for the first time, as clouds take it. */
export function UserDataField({ value, onChange }: UserDataFieldProps) {
  const input = useRef<HTMLInputElement>(null);

  async function load(event: ChangeEvent<HTMLInputElement>): Promise<void> {
    const [file] = event.target.files ?? [];
    // So that the same file can be chosen again after it was changed.
    event.target.value = '';
    if (file === undefined) return;
    try {
      const text = await readText(file);
      if (text !== null) onChange(text);
    } catch (error) {
      tellFailure(error, `read ${file.name}`);
    }
  }

  return (
    <div className="user-data">
      <Field
        label="User-data"
        error={userDataProblem(value)}
        hint="Carried out once, when the guest starts for the first time: a cloud-config with hostname, users, ssh_authorized_keys, packages, write_files, runcmd; or a script that begins with #!."
      >
        <TextArea mono rows={8} placeholder={USER_DATA_EXAMPLE} value={value} onChange={onChange} />
      </Field>
      <div className="row row-tight">
        <input ref={input} type="file" hidden onChange={(event) => void load(event)} aria-label="User-data file" />
        <Button small icon={FileUp} onClick={() => input.current?.click()}>
          Load a file…
        </Button>
        {value === '' && (
          <Button small icon={FilePlus2} onClick={() => onChange(USER_DATA_EXAMPLE)}>
            Begin with the example
          </Button>
        )}
        <Button small look="quiet" icon={ExternalLink} onClick={() => openLink(REFERENCE)}>
          How cloud-config is written
        </Button>
      </div>
    </div>
  );
}
