import { useState } from 'react';

export interface Checked {
  readonly value: string;
  readonly problem: string | undefined;
  set(value: string): void;
}

/**
 * A text that is checked as it is typed, and only then: when what it names comes to be, its name is taken, and that is
 * no mistake of the person's.
 */
export function useChecked(first: () => string, check: (value: string) => string | undefined): Checked {
  const [value, setValue] = useState(first);
  const [problem, setProblem] = useState<string | undefined>();
  const set = (text: string) => {
    setValue(text);
    setProblem(check(text));
  };
  return { value, problem, set };
}
