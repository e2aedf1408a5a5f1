import { Select } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import { popups } from './popups.ts';

export interface SelectOption {
  readonly value: string;
  readonly label: string;
  /** Beside the label, paler; for an option that cannot be chosen, why. */
  readonly detail?: string | undefined;
  readonly disabled?: boolean;
}

interface SelectFieldProps {
  readonly label: string;
  /** Only for a screen reader: the place says it to everybody else. */
  readonly labelHidden?: boolean;
  readonly value: string | null;
  readonly options: readonly SelectOption[];
  readonly placeholder?: string;
  readonly hint?: string;
  readonly small?: boolean;
  readonly disabled?: boolean;
  onChange(value: string): void;
}

function Option({ option }: { option: SelectOption }) {
  const { value, label, detail, disabled = false } = option;
  return (
    <Select.Item value={value} className="menu-item" disabled={disabled}>
      <span className="menu-check">
        <Select.ItemIndicator>
          <Check size={14} aria-hidden />
        </Select.ItemIndicator>
      </span>
      <span className="menu-text">
        <Select.ItemText>{label}</Select.ItemText>
        {detail !== undefined && <small>{detail}</small>}
      </span>
    </Select.Item>
  );
}

/** One of several, chosen from a list that opens. */
export function SelectField(props: SelectFieldProps) {
  const { label, labelHidden = false, value, options, placeholder, hint, small = false, disabled = false } = props;
  const items = Object.fromEntries(options.map((option) => [option.value, option.label]));
  return (
    <Select.Root
      items={items}
      value={value}
      disabled={disabled}
      onValueChange={(chosen) => chosen !== null && props.onChange(chosen)}
    >
      <div className="field">
        <Select.Label className={labelHidden ? 'visually-hidden' : 'field-label'}>{label}</Select.Label>
        <Select.Trigger
          className={small ? 'button button-plain button-small select-small' : 'button button-plain select'}
        >
          <Select.Value placeholder={placeholder} />
          <ChevronDown size={14} aria-hidden />
        </Select.Trigger>
        {hint !== undefined && <p className="field-hint">{hint}</p>}
      </div>
      <Select.Portal container={popups}>
        <Select.Positioner sideOffset={4} alignItemWithTrigger={false} className="above">
          <Select.Popup className="menu select-menu">
            {options.map((option) => (
              <Option key={option.value} option={option} />
            ))}
          </Select.Popup>
        </Select.Positioner>
      </Select.Portal>
    </Select.Root>
  );
}
