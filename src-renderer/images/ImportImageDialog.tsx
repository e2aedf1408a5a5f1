import { Collapsible } from '@base-ui/react/collapsible';
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import { nameSchema } from '../../src-core/contract/names.ts';
import { nameFromFile } from '../machines/names.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { FileField } from '../parts/FileField.tsx';
import { useInventory } from '../state/inventory.ts';
import { service } from '../state/session.ts';
import { imageNameProblem } from './image-names.ts';

interface Boot {
  readonly kernel: string;
  readonly initrd: string;
  readonly commandLine: string;
}

/** Only what was written is sent: an empty field means that the disk shall say. */
function given(boot: Boot): Partial<Boot> {
  const entries = Object.entries(boot).map(([key, text]) => [key, (text as string).trim()] as const);
  return Object.fromEntries(entries.filter(([, text]) => text !== ''));
}

function BootFields({ boot, onChange }: { boot: Boot; onChange(boot: Boot): void }) {
  return (
    <Collapsible.Root className="advanced">
      <Collapsible.Trigger className="advanced-trigger">
        <ChevronRight size={16} aria-hidden className="advanced-arrow" />
        Kernel
        <span className="faint">only if it is not found on the disk</span>
      </Collapsible.Trigger>
      <Collapsible.Panel className="advanced-panel stack">
        <FileField
          label="Kernel"
          hint="A RISC-V Linux Image. Without it, it is looked for on the disk (EFI, extlinux)."
          value={boot.kernel}
          onChange={(kernel) => onChange({ ...boot, kernel })}
        />
        <FileField
          label="Initial RAM disk"
          hint="Optional: an initramfs for that kernel."
          value={boot.initrd}
          onChange={(initrd) => onChange({ ...boot, initrd })}
        />
        <Field label="Kernel command line" hint="Optional: instead of what the disk says.">
          <TextInput
            mono
            placeholder="root=/dev/vda1 console=hvc0"
            value={boot.commandLine}
            onChange={(commandLine) => onChange({ ...boot, commandLine })}
          />
        </Field>
      </Collapsible.Panel>
    </Collapsible.Root>
  );
}

function ImportImageDialog() {
  const images = useInventory((inventory) => inventory.images);
  const [path, setPath] = useState('');
  const [typed, setTyped] = useState<string | null>(null);
  const [boot, setBoot] = useState<Boot>({ kernel: '', initrd: '', commandLine: '' });
  // Until a name is written, it is the file's.
  const image = typed ?? nameFromFile(path);
  const problem = image === '' && typed === null ? undefined : imageNameProblem(image, images);
  return (
    <FormDialog
      title="Import an image"
      text="Makes an image out of a disk file, so that machines can be made from it. The file itself is only read."
      verb="Import"
      doing={`import image ${image}`}
      blocked={path.trim() === '' || !nameSchema.safeParse(image).success || problem !== undefined}
      submit={() => service().images.importFrom({ image, path: path.trim(), ...given(boot) })}
    >
      <FileField
        label="Disk file"
        hint="Raw or qcow2, compressed clusters too."
        autoFocus
        value={path}
        onChange={setPath}
      />
      <Field label="Name of the image" error={problem}>
        <TextInput mono value={image} onChange={setTyped} />
      </Field>
      <BootFields boot={boot} onChange={setBoot} />
    </FormDialog>
  );
}

export function askImportImage(): void {
  showDialog(<ImportImageDialog />);
}
