import { Field as BaseField } from '@base-ui/react/field';
import type { ReactNode } from 'react';

interface FieldProps {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  readonly children: ReactNode;
}

/** A labelled control with room for a hint and for what is wrong with its value. */
export function Field({ label, hint, error, children }: FieldProps) {
  return (
    <BaseField.Root className="field" invalid={error !== undefined}>
      <BaseField.Label className="field-label">{label}</BaseField.Label>
      {children}
      {error !== undefined && (
        <BaseField.Error match className="field-error">
          {error}
        </BaseField.Error>
      )}
      {hint !== undefined && error === undefined && (
        <BaseField.Description className="field-hint">{hint}</BaseField.Description>
      )}
    </BaseField.Root>
  );
}

interface TextInputProps {
  readonly value: string;
  readonly placeholder?: string;
  readonly autoFocus?: boolean;
  readonly mono?: boolean;
  /** What is typed is not shown. */
  readonly secret?: boolean;
  readonly name?: string;
  onChange(value: string): void;
}

export function TextInput({ onChange, mono, secret, ...rest }: TextInputProps) {
  return (
    <BaseField.Control
      type={secret ? 'password' : 'text'}
      className={mono ? 'input input-mono' : 'input'}
      spellCheck={false}
      autoComplete="off"
      onValueChange={onChange}
      {...rest}
    />
  );
}
