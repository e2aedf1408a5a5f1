import { FolderOpen } from 'lucide-react';
import { Button } from '../../parts/Button.tsx';
import { Field, TextInput } from '../../parts/Field.tsx';
import { tellFailure } from '../../parts/tell.ts';
import { desktopApp } from '../../desktop/desktop.ts';

interface FileFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly error?: string | undefined;
  onChange(path: string): void;
}

/** A file of the computer that the service runs on: picked in the desktop app, written in a browser. */
export function FileField({ label, hint, value, error, onChange }: FileFieldProps) {
  async function browse(): Promise<void> {
    try {
      const path = await desktopApp?.chooseFile(`Choose: ${label}`);
      if (path) onChange(path);
    } catch (failure) {
      tellFailure(failure, 'choose a file');
    }
  }
  return (
    <Field label={label} hint={hint} error={error}>
      <div className="row row-tight">
        <TextInput mono placeholder="/path/to/file" value={value} onChange={onChange} />
        {desktopApp && (
          <Button icon={FolderOpen} onClick={() => void browse()}>
            Browse…
          </Button>
        )}
      </div>
    </Field>
  );
}
