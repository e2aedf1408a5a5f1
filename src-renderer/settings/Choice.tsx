import { Select } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import { popups } from '../parts/popups.ts';

interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly value: T;
  /** The values and what each is called. */
  readonly options: Readonly<Record<T, string>>;
  onChange(value: T): void;
}

export function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  const values = Object.keys(options) as T[];
  return (
    <Select.Root items={options} value={value} onValueChange={(chosen) => chosen !== null && onChange(chosen)}>
      <div className="setting">
        <Select.Label className="setting-label">{label}</Select.Label>
        <Select.Trigger className="button button-plain select">
          <Select.Value />
          <ChevronDown size={14} aria-hidden />
        </Select.Trigger>
      </div>
      <Select.Portal container={popups}>
        <Select.Positioner sideOffset={4} alignItemWithTrigger={false} className="above">
          <Select.Popup className="menu">
            {values.map((option) => (
              <Select.Item key={option} value={option} className="menu-item">
                <span className="menu-check">
                  <Select.ItemIndicator>
                    <Check size={14} aria-hidden />
                  </Select.ItemIndicator>
                </span>
                <Select.ItemText>{options[option]}</Select.ItemText>
              </Select.Item>
            ))}
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  );
}
