import type { RestartPolicy } from '../../src-core/contract/containers.ts';
import { Field, TextInput } from '../parts/Field.tsx';
import { SelectField } from '../parts/SelectField.tsx';
import { RESTART_HINTS, RESTART_LABELS } from './texts.ts';

interface RestartFieldsProps {
  readonly restart: RestartPolicy;
  onChange(restart: RestartPolicy): void;
}

const POLICIES = Object.entries(RESTART_LABELS).map(([value, label]) => ({
  value,
  label,
  detail: RESTART_HINTS[value as RestartPolicy['policy']],
}));

/** When a container is started again by itself. */
export function RestartFields({ restart, onChange }: RestartFieldsProps) {
  const { policy, mostRetries } = restart;
  return (
    <div className="field-row">
      <SelectField
        label="Start again"
        value={policy}
        options={POLICIES}
        hint={RESTART_HINTS[policy]}
        onChange={(value) => onChange({ policy: value as RestartPolicy['policy'], mostRetries: null })}
      />
      {policy === 'on-failure' && (
        <Field label="At most" hint="Times; empty for no end.">
          <TextInput
            value={mostRetries === null ? '' : String(mostRetries)}
            placeholder="no end"
            onChange={(text) => onChange({ policy, mostRetries: Number.parseInt(text, 10) || null })}
          />
        </Field>
      )}
    </div>
  );
}
