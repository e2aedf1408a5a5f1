function lines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

export function tagsOf(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((tag) => tag !== '');
}

/** What is wrong with lines of NAME=value. @returns undefined when nothing is */
export function argumentsProblem(text: string): string | undefined {
  const wrong = lines(text).find((line) => !/^[A-Za-z_]\w*=/.test(line));
  return wrong === undefined ? undefined : `Write NAME=value: “${wrong.slice(0, 40)}” is not so`;
}

export function argumentsOf(text: string): Record<string, string> {
  return Object.fromEntries(
    lines(text).map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)] as const;
    }),
  );
}
