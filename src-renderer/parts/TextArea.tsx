import { Field as BaseField } from '@base-ui/react/field';

interface TextAreaProps {
  readonly value: string;
  readonly rows: number;
  readonly placeholder?: string;
  readonly mono?: boolean;
  readonly maxLength?: number;
  onChange(value: string): void;
}

/** Several lines of text, inside a `Field` that names it. */
export function TextArea({ rows, mono = false, onChange, ...rest }: TextAreaProps) {
  return (
    <BaseField.Control
      render={<textarea rows={rows} />}
      className={mono ? 'input input-area input-mono' : 'input input-area'}
      spellCheck={!mono}
      autoComplete="off"
      onValueChange={onChange}
      {...rest}
    />
  );
}
