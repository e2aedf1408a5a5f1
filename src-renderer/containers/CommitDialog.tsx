import { useState } from 'react';
import type { ContainerView } from '../../src-core/contract/containers.ts';
import { FormDialog, showDialog } from '../parts/dialogs.tsx';
import { Field, TextInput } from '../parts/Field.tsx';
import { service } from '../state/session.ts';

function CommitDialog({ container }: { container: ContainerView }) {
  const [image, setImage] = useState(`${container.name.toLowerCase()}:latest`);
  const [message, setMessage] = useState('');
  return (
    <FormDialog
      title={`Save ${container.name} as an image`}
      text="What it has written becomes one more layer on top of its image’s. What lies in its volumes and folders is not part of it."
      verb="Save image"
      doing={`make an image of container ${container.name}`}
      blocked={image.trim() === ''}
      submit={() => service().containers.commit({ container: container.id, image: image.trim(), message })}
    >
      <Field label="Name of the image" hint="As in shop/web:1.2. An image that has this name now loses it.">
        <TextInput mono autoFocus value={image} onChange={setImage} />
      </Field>
      <Field label="Message" hint="Optional: stands in the image’s history.">
        <TextInput value={message} onChange={setMessage} />
      </Field>
    </FormDialog>
  );
}

export function askCommit(container: ContainerView): void {
  showDialog(<CommitDialog container={container} />);
}
