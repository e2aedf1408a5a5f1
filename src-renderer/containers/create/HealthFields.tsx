import { Field, TextInput } from '../../parts/Field.tsx';
import { SelectField } from '../../parts/SelectField.tsx';
import type { Draft } from './draft.ts';
import type { PartProps } from './ProcessFields.tsx';

/** How one knows that it does its work, not only that it runs. */
export function HealthFields({ draft, settings, change }: PartProps) {
  const has = settings === null ? 'if it has one' : settings.healthCheck === null ? 'it has none' : 'it has one';
  const options = [
    { value: 'image', label: `The image’s, ${has}` },
    { value: 'own', label: 'One of your own' },
    { value: 'none', label: 'None' },
  ];
  return (
    <div className="field-row">
      <SelectField
        label="Health check"
        value={draft.health}
        options={options}
        onChange={(health) => change({ health: health as Draft['health'] })}
      />
      {draft.health === 'own' && (
        <>
          <Field label="It runs" hint="In the container’s shell; healthy when its status is 0.">
            <TextInput
              mono
              placeholder="wget -q -O /dev/null http://localhost/"
              value={draft.healthCommand}
              onChange={(healthCommand) => change({ healthCommand })}
            />
          </Field>
          <Field label="Every … seconds">
            <TextInput value={draft.healthSeconds} onChange={(healthSeconds) => change({ healthSeconds })} />
          </Field>
        </>
      )}
    </div>
  );
}
