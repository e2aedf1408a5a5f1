import { useState } from 'react';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { FileField } from '../parts/FileField.tsx';
import { Tick } from '../parts/Tick.tsx';
import { service } from '../state/session.ts';

function ExportImageDialog({ image }: { image: string }) {
  const [path, setPath] = useState('');
  const [raw, setRaw] = useState(false);
  const [compress, setCompress] = useState(false);
  const file = `${image}.${raw ? 'img' : 'qcow2'}`;
  return (
    <FormDialog
      title={`Export image ${image}`}
      text="Writes its disk into one new file that stands alone, for QEMU or another hypervisor."
      verb="Export"
      doing={`export image ${image}`}
      blocked={path.trim() === ''}
      submit={() =>
        service().images.exportTo({
          image,
          path: path.trim(),
          format: raw ? 'raw' : 'qcow2',
          compress: compress && !raw,
        })
      }
    >
      <FileField
        label="File"
        hint="It must not be there yet."
        choose={{ newFile: file }}
        placeholder={`/path/to/${file}`}
        value={path}
        onChange={setPath}
      />
      <Tick checked={raw} hint="As large as the disk itself, for tools that know no qcow2." onChange={setRaw}>
        Raw instead of qcow2
      </Tick>
      {!raw && (
        <Tick checked={compress} hint="Smaller, and slower to read." onChange={setCompress}>
          Compress
        </Tick>
      )}
    </FormDialog>
  );
}

export function askExportImage(image: string): void {
  showDialog(<ExportImageDialog image={image} />);
}
