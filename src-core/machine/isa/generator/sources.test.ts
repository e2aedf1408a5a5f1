import { describe, expect, it } from 'vitest';
import { generatedSources } from './sources.ts';

describe('the generated sources of the core', () => {
  it.each([...generatedSources().keys()])('%s says what the table of instructions says', async (name) => {
    await expect(generatedSources().get(name)).toMatchFileSnapshot(`../../core/generated/${name}`);
  });
});
