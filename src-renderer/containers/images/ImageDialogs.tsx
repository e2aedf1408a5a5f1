import { useState } from 'react';
import type { ContainerImageView } from '../../../src-core/contract/container-images.ts';
import { FormDialog, showDialog } from '../../parts/dialogs.tsx';
import { Field, TextInput } from '../../parts/Field.tsx';
import { FileField } from '../../parts/FileField.tsx';
import { SelectField } from '../../parts/SelectField.tsx';
import { tellDone } from '../../parts/tell.ts';
import { service } from '../../state/session.ts';
import { imageTitle } from './image-references.ts';

function PullDialog() {
  const [image, setImage] = useState('');
  return (
    <FormDialog
      title="Pull an image"
      text="From its registry. Only layers that are not here move; progress is among the tasks."
      verb="Pull"
      doing={`pull image ${image}`}
      blocked={image.trim() === ''}
      submit={() => service().containerImages.pull({ image: image.trim() })}
    >
      <Field label="Image" hint="As in nginx:1.27, ghcr.io/team/app or 127.0.0.1:5000/web.">
        <TextInput mono autoFocus placeholder="nginx:1.27" value={image} onChange={setImage} />
      </Field>
    </FormDialog>
  );
}

export function askPull(): void {
  showDialog(<PullDialog />);
}

function PushDialog({ image }: { image: ContainerImageView }) {
  const title = imageTitle(image);
  const [to, setTo] = useState(image.names[0] ?? '');
  return (
    <FormDialog
      title={`Push ${title}`}
      text="To the registry that its name begins with. Only layers that are not there move."
      verb="Push"
      doing={`push image ${title}`}
      blocked={to.trim() === ''}
      submit={() => service().containerImages.push({ image: image.names[0] ?? image.id, to: to.trim() })}
    >
      <Field
        label="To"
        hint="As in registry.example.org/team/web:1.2. Log in under Registries if it wants to know you."
      >
        <TextInput mono autoFocus value={to} onChange={setTo} />
      </Field>
    </FormDialog>
  );
}

export function askPush(image: ContainerImageView): void {
  showDialog(<PushDialog image={image} />);
}

function TagDialog({ image }: { image: ContainerImageView }) {
  const [name, setName] = useState('');
  return (
    <FormDialog
      title={`Another name for ${imageTitle(image)}`}
      text="The image stays the same; an image that has this name now loses it."
      verb="Add name"
      doing={`tag image ${imageTitle(image)}`}
      blocked={name.trim() === ''}
      submit={async () => {
        await service().containerImages.tag({ image: image.id, name: name.trim() });
        tellDone(`${imageTitle(image)} is ${name.trim()} too`);
      }}
    >
      <Field label="Name" hint="As in shop/web:1.2.">
        <TextInput mono autoFocus placeholder="shop/web:1.2" value={name} onChange={setName} />
      </Field>
    </FormDialog>
  );
}

export function askTag(image: ContainerImageView): void {
  showDialog(<TagDialog image={image} />);
}

const FORMS = [
  { value: 'oci', label: 'OCI layout', detail: 'For podman, skopeo, containerd, newer Docker' },
  { value: 'docker', label: 'As docker save has it', detail: 'For every Docker' },
];

function SaveDialog({ image }: { image: ContainerImageView }) {
  const title = imageTitle(image);
  const [path, setPath] = useState('');
  const [form, setForm] = useState('oci');
  const file = `${title.replaceAll(/[^A-Za-z0-9.]+/g, '-')}.tar`;
  return (
    <FormDialog
      title={`Save ${title}`}
      text="All its layers in one archive file, for another computer or for safe keeping."
      verb="Save"
      doing={`save image ${title}`}
      blocked={path.trim() === ''}
      submit={() =>
        service().containerImages.save({
          images: [image.names[0] ?? image.id],
          path: path.trim(),
          form: form === 'docker' ? 'docker' : 'oci',
        })
      }
    >
      <FileField
        label="File"
        hint="It must not be there yet."
        choose={{ newFile: file }}
        placeholder={`/path/to/${file}`}
        autoFocus
        value={path}
        onChange={setPath}
      />
      <SelectField label="Form" value={form} options={FORMS} onChange={setForm} />
    </FormDialog>
  );
}

export function askSave(image: ContainerImageView): void {
  showDialog(<SaveDialog image={image} />);
}

function LoadDialog() {
  const [path, setPath] = useState('');
  return (
    <FormDialog
      title="Load images from a file"
      text="An archive that was saved here, or by docker, podman or skopeo; each part of it is verified."
      verb="Load"
      doing={`load images from ${path}`}
      blocked={path.trim() === ''}
      submit={() => service().containerImages.load({ path: path.trim() })}
    >
      <FileField label="File" hint="Also a folder that is an OCI layout." autoFocus value={path} onChange={setPath} />
    </FormDialog>
  );
}

export function askLoad(): void {
  showDialog(<LoadDialog />);
}
