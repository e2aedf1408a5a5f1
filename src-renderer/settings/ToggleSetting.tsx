import { Switch } from '@base-ui/react/switch';
import { useId } from 'react';

interface ToggleSettingProps {
  readonly label: string;
  readonly hint: string;
  readonly on: boolean;
  onChange(on: boolean): void;
}

export function ToggleSetting({ label, hint, on, onChange }: ToggleSettingProps) {
  const hintId = useId();
  return (
    <div className="setting">
      <label className="setting-label switch-label">
        <span>{label}</span>
        <Switch.Root className="switch" checked={on} onCheckedChange={onChange} aria-describedby={hintId}>
          <Switch.Thumb className="switch-thumb" />
        </Switch.Root>
      </label>
      <p id={hintId} className="field-hint">
        {hint}
      </p>
    </div>
  );
}
