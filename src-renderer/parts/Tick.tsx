import { Checkbox } from '@base-ui/react/checkbox';
import { Check } from 'lucide-react';
import type { ReactNode } from 'react';

interface TickProps {
  readonly checked: boolean;
  readonly hint?: string;
  readonly disabled?: boolean;
  readonly children: ReactNode;
  onChange(checked: boolean): void;
}

/** A check box with its words beside it. */
export function Tick({ checked, hint, disabled = false, children, onChange }: TickProps) {
  return (
    <label className="tick">
      <Checkbox.Root className="checkbox" checked={checked} disabled={disabled} onCheckedChange={onChange}>
        <Checkbox.Indicator className="checkbox-mark">
          <Check size={12} aria-hidden />
        </Checkbox.Indicator>
      </Checkbox.Root>
      <span>
        {children}
        {hint !== undefined && <small className="tick-hint">{hint}</small>}
      </span>
    </label>
  );
}
