import { FolderOpen } from 'lucide-react';
import { desktopApp } from '../desktop/desktop.ts';
import { Button } from './Button.tsx';
import { Field, TextInput } from './Field.tsx';
import { tellFailure } from './tell.ts';

interface PathFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly error?: string | undefined;
  readonly placeholder?: string;
  readonly autoFocus?: boolean;
  /** What "Browse…" lets one choose: the name proposed for a new file, where one is to be written. */
  readonly choose?: 'file' | 'folder' | { readonly newFile: string };
  onChange(path: string): void;
}

function askForPath(label: string, choose: NonNullable<PathFieldProps['choose']>): Promise<string | null> | undefined {
  const title = `Choose: ${label}`;
  if (choose === 'file') return desktopApp?.chooseFile(title);
  if (choose === 'folder') return desktopApp?.chooseFolder(title);
  return desktopApp?.chooseNewFile(title, choose.newFile);
}

/** A path on the computer that the service runs on: picked in the desktop app, written in a browser. */
export function FileField(props: PathFieldProps) {
  const { label, hint, value, error, choose = 'file', autoFocus = false, onChange } = props;
  const placeholder = props.placeholder ?? (choose === 'folder' ? '/path/to/folder' : '/path/to/file');
  async function browse(): Promise<void> {
    try {
      const path = await askForPath(label, choose);
      if (path) onChange(path);
    } catch (failure) {
      tellFailure(failure, 'choose a file');
    }
  }
  return (
    <Field label={label} hint={hint} error={error}>
      <div className="row row-tight">
        <TextInput mono placeholder={placeholder} value={value} autoFocus={autoFocus} onChange={onChange} />
        {desktopApp && (
          <Button icon={FolderOpen} onClick={() => void browse()}>
            Browse…
          </Button>
        )}
      </div>
    </Field>
  );
}
