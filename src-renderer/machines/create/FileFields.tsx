import { Field, TextInput } from '../../parts/Field.tsx';
import type { Draft } from './draft.ts';
import { FileField } from '../../parts/FileField.tsx';

interface FileFieldsProps {
  readonly draft: Draft;
  onChange(change: Partial<Draft>): void;
}

export function FileFields({ draft, onChange }: FileFieldsProps) {
  return (
    <>
      <FileField
        label="Kernel"
        hint="A RISC-V Linux Image, not compressed."
        value={draft.kernel}
        onChange={(kernel) => onChange({ kernel })}
      />
      <FileField
        label="Initial RAM disk"
        hint="Optional: an initramfs for the kernel."
        value={draft.initrd}
        onChange={(initrd) => onChange({ initrd })}
      />
      <FileField
        label="Firmware"
        hint="Optional: runs first, as with QEMU’s -bios. Without it Innkeeper answers the kernel itself."
        value={draft.firmware}
        onChange={(firmware) => onChange({ firmware })}
      />
      <Field label="Kernel command line" hint="Optional: given to the kernel as it is.">
        <TextInput
          mono
          placeholder="console=hvc0 root=/dev/vda"
          value={draft.commandLine}
          onChange={(commandLine) => onChange({ commandLine })}
        />
      </Field>
    </>
  );
}
